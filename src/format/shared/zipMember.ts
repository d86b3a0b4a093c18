import { constants, crc32, createInflateRaw, inflateRawSync } from "node:zlib";
import type { Budget, Stop } from "../../model/chunk.ts";
import type { ByteSource, SourceCut } from "../../model/entry.ts";
import { FailureError } from "../../model/failure.ts";
import type { FailureCode } from "../../model/failure.ts";
import { rangeSource, readRange } from "./bytes.ts";
import { ByteFeed } from "./byteFeed.ts";
import { bzip2 } from "./bzip2.ts";
import { deflate64 } from "./deflate64.ts";
import { lzmaInZip } from "./lzmaAlone.ts";
import { xzStream } from "./xzStream.ts";
import type { Unpacking } from "./xzStream.ts";
import { zstdStream } from "./zstdStream.ts";
import type { Zip, ZipMember } from "./zip.ts";
import { aesSaltLength, zipAes, zipCrypto } from "./zipCrypto.ts";
import type { Decrypt } from "./zipCrypto.ts";

/** What reading a member may use. */
export interface MemberOptions {
  readonly budget: Budget;
  readonly passwords: readonly string[];
  readonly signal: Stop;
}

/** What went wrong after some bytes of a member were given. */
export interface MemberDamage {
  readonly code: FailureCode;
  readonly detail: string;
}

/** A member being read. */
export interface MemberReader {
  /** The plain bytes in order, as far as they can be had; never throws for what the data causes. */
  pieces(): AsyncGenerator<Uint8Array, void>;
  /** Known once the pieces have ended: why they ended early, or why they should not be trusted. */
  damage(): MemberDamage | undefined;
}

/** Inflated ÷ stored above which a member or an archive is a bomb. Deflate reaches 1,032; office parts and logs stay below 100. */
const ratioLimit = 200;
/** 10 MiB: below it no ratio is looked at. */
const ratioFloor = 10 * 1024 * 1024;
/** 16 KiB of input give at most 16 MiB of output at once. */
const inputStep = 16 * 1024;
const outputStep = 128 * 1024;
/** 1 MiB stored and 8 MiB plain: up to there one call inflates all, which spares the trips to the thread pool. */
const wholeStored = 1024 * 1024;
const wholePlain = 8 * 1024 * 1024;
/** 256 KiB of a member decrypted to try a password. */
const sampleLength = 256 * 1024;
/** 1 MiB: how far a reader may step back in a source that cannot seek. */
const backLength = 1024 * 1024;
/** 128 KiB: what most pieces are that are lent. */
const copyLength = 128 * 1024;

/** Why a source that is told as one with what holds it ended at a limit, of the damages that are known; undefined where at none. */
export function limitOf(outer: ByteSource, damage: MemberDamage | undefined): MemberDamage | undefined {
  if (damage === undefined) return undefined;
  if (damage.code !== "corrupt") return damage;
  const cut = outer.cut?.();
  return cut?.code === "corrupt" ? undefined : cut;
}

/** Methods beside stored and deflate (APPNOTE 4.4.5). */
const unpackers: Readonly<Record<number, (feed: ByteFeed, size: number | undefined) => Unpacking>> = {
  9: deflate64,
  12: bzip2,
  14: lzmaInZip,
  93: zstdStream,
  95: xzStream,
};

/** Opens a member; rejects with a `FailureError`: `encrypted`, `unsupported-format`, or `corrupt` when its local header is not there. */
export async function openMember(zip: Zip, member: ZipMember, options: MemberOptions): Promise<MemberReader> {
  const place = await locateData(zip, member);
  let { from, length } = place;
  let method = member.method;
  let crc = member.crc;
  let decrypt: Decrypt | undefined;
  if (member.encrypted) {
    if (method === 99 && member.aes !== undefined) {
      const { strength, version } = member.aes;
      method = member.aes.method;
      if (version !== 1) crc = undefined;
      const headerLength = (aesSaltLength(strength) ?? 0) + 2;
      const header = await readRange(zip.source, from, headerLength);
      decrypt = pick(options.passwords, (password) => zipAes(password, header, strength));
      from += headerLength;
      length -= headerLength + 10;
    } else if (method !== 99) {
      const header = await readRange(zip.source, from, 12);
      from += 12;
      length -= 12;
      const sample = await readRange(zip.source, from, Math.max(0, Math.min(length, sampleLength)));
      const whole = sample.length === length ? crc : undefined;
      decrypt = pick(options.passwords, (password) => {
        const trial = zipCrypto(password, header, member.check);
        return trial !== undefined && fits(trial(sample), method, whole) ? zipCrypto(password, header, member.check) : undefined;
      });
    }
    if (decrypt === undefined) throw new FailureError("encrypted", "member of the archive is encrypted");
  }
  if (method !== 0 && method !== 8 && unpackers[method] === undefined) {
    throw new FailureError("unsupported-format", `zip compression method ${method}`);
  }
  return read(zip, { from, length: Math.max(0, length), method, crc, size: member.size, decrypt, cut: place.cut }, options);
}

/**
 * A member as a source. Stored plain members can seek; all others are inflated as they are read, and may step back by 1 MiB at most.
 * Damage ends the source early and is told through `damaged` once.
 */
export async function memberSource(
  zip: Zip,
  member: ZipMember,
  options: MemberOptions,
  damaged: (damage: MemberDamage) => void,
): Promise<ByteSource> {
  if (member.method === 0 && !member.encrypted && member.size === member.compressedSize) {
    const { from, length, cut } = await locateData(zip, member);
    const damage: MemberDamage | undefined = cut ? { code: "corrupt", detail: "archive ends inside the member" } : undefined;
    if (damage !== undefined) damaged(damage);
    let high = 0;
    let spent = false;
    const source = rangeSource(zip.source, from, length);
    return {
      ...source,
      read(into: Uint8Array, offset: number): Promise<number> {
        const end = Math.min(length, offset + into.length);
        if (!spent && end > high) {
          // Stored bytes count too: many directory entries may point at the same data.
          if (!options.budget.take("inflated", end - high)) {
            spent = true;
            damaged({ code: "too-large", detail: "limit of inflated bytes reached" });
          }
          high = end;
        }
        return spent ? Promise.resolve(0) : source.read(into, offset);
      },
      cut: () => (spent ? { code: "too-large", detail: "limit of inflated bytes reached" } : (source.cut?.() ?? damage)),
    };
  }
  const reader = await openMember(zip, member, options);
  return streamSource(reader.pieces(), believable(member), () => {
    const damage = reader.damage();
    if (damage === undefined) return undefined;
    damaged(damage);
    return zip.source.cut?.() ?? damage;
  });
}

/** All bytes of a member up to `limit`; more is damage of code `too-large`. Rejects as `openMember` does. */
export async function memberBytes(
  zip: Zip,
  member: ZipMember,
  options: MemberOptions,
  limit: number,
): Promise<{ readonly bytes: Uint8Array; readonly damage: MemberDamage | undefined }> {
  const reader = await openMember(zip, member, options);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of reader.pieces()) {
    pieces.push(piece);
    length += piece.length;
    if (length > limit) {
      return { bytes: Buffer.concat(pieces, limit), damage: { code: "too-large", detail: "part is larger than is held in memory" } };
    }
  }
  const [first] = pieces;
  return { bytes: pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces, length), damage: reader.damage() };
}

/**
 * Bytes given in order as a source that cannot seek: it keeps the last 1 MiB for steps back. `ended` is asked once why they ended, where that was
 * before their time. Pieces that are `lent`, good until the next is asked for, are copied, over and over into the same memory.
 */
export function streamSource(
  pieces: AsyncGenerator<Uint8Array, void>,
  size: number | undefined,
  ended: () => MemberDamage | undefined = () => undefined,
  lent = false,
): ByteSource {
  const kept: { readonly start: number; readonly bytes: Uint8Array }[] = [];
  const free: Uint8Array[] = [];
  const copy = (piece: Uint8Array): Uint8Array => {
    const room = free.pop();
    const own =
      room !== undefined && room.buffer.byteLength >= piece.length
        ? new Uint8Array(room.buffer, 0, piece.length)
        : new Uint8Array(Math.max(copyLength, piece.length)).subarray(0, piece.length);
    own.set(piece);
    return own;
  };
  let length = 0;
  let done = false;
  let why: SourceCut | undefined;
  const more = async (): Promise<boolean> => {
    if (done) return false;
    const next = await pieces.next();
    if (next.done === true) {
      done = true;
      why = ended();
      return false;
    }
    kept.push({ start: length, bytes: lent ? copy(next.value) : next.value });
    length += next.value.length;
    return true;
  };
  return {
    size,
    seekable: false,
    async read(into: Uint8Array, offset: number): Promise<number> {
      let filled = 0;
      while (filled < into.length) {
        const at = offset + filled;
        // oxlint-disable-next-line no-unmodified-loop-condition -- more() moves `length`
        while (length <= at && (await more())) {
          while (kept.length > 1 && (kept[0]?.start ?? 0) + (kept[0]?.bytes.length ?? 0) < Math.min(offset, length - backLength)) {
            const passed = kept.shift();
            if (lent && passed !== undefined) free.push(passed.bytes);
          }
        }
        const piece = kept.findLast((part) => part.start <= at);
        if (piece === undefined) {
          if (at < length) throw new RangeError("step back beyond what is kept");
          break;
        }
        const part = piece.bytes.subarray(at - piece.start, at - piece.start + into.length - filled);
        if (part.length === 0) break;
        into.set(part, filled);
        filled += part.length;
      }
      return filled;
    },
    async close(): Promise<void> {
      if (!done) await pieces.return();
      done = true;
    },
    cut: () => why,
  };
}

function pick(passwords: readonly string[], open: (password: string) => Decrypt | undefined): Decrypt | undefined {
  for (const password of passwords) {
    const decrypt = open(password);
    if (decrypt !== undefined) return decrypt;
  }
  return undefined;
}

/** Whether decrypted bytes are what the member says: one wrong password in 256 passes the check before them. */
function fits(plain: Uint8Array, method: number, crc: number | undefined): boolean {
  if (method === 0) return crc === undefined || crc32(plain) >>> 0 === crc >>> 0;
  if (method !== 8) return true;
  try {
    const inflated = inflateRawSync(plain, { maxOutputLength: wholePlain, finishFlush: constants.Z_SYNC_FLUSH });
    return crc === undefined || crc32(inflated) >>> 0 === crc >>> 0;
  } catch (error) {
    return codeOf(error) === "ERR_BUFFER_TOO_LARGE";
  }
}

/** A declared size that deflate could reach; a larger one lies. */
function believable(member: ZipMember): number | undefined {
  const { size, compressedSize } = member;
  return size !== undefined && size <= compressedSize * 1032 + 1024 ? size : undefined;
}

interface Place {
  readonly from: number;
  readonly length: number;
  readonly cut: boolean;
}

async function locateData(zip: Zip, member: ZipMember): Promise<Place> {
  const place = await dataAt(zip, member);
  if (place !== undefined) return place;
  const again = await zip.find(member.name);
  const second = again === undefined ? undefined : await dataAt(zip, { ...member, headerOffset: again.headerOffset });
  if (second === undefined) throw new FailureError("corrupt", "member has no local header where the directory says");
  return second;
}

async function dataAt(zip: Zip, member: ZipMember): Promise<Place | undefined> {
  const header = Buffer.from(await readRange(zip.source, member.headerOffset, 30));
  if (header.length < 30 || header.readUInt32LE(0) !== 0x04034b50) return undefined;
  const from = member.headerOffset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const length = Math.max(0, Math.min(member.compressedSize, zip.size - from));
  return { from, length, cut: length < member.compressedSize };
}

interface Plan extends Place {
  readonly method: number;
  readonly crc: number | undefined;
  readonly size: number | undefined;
  readonly decrypt: Decrypt | undefined;
}

function read(zip: Zip, plan: Plan, options: MemberOptions): MemberReader {
  let damage: MemberDamage | undefined = plan.cut ? { code: "corrupt", detail: "archive ends inside the member" } : undefined;
  const note = (code: FailureCode, detail: string): void => {
    damage ??= { code, detail };
  };
  let out = 0;
  let crc = 0;
  /** Counts what came out; false when no more may come. */
  const allow = (piece: Uint8Array): boolean => {
    out += piece.length;
    zip.inflated += piece.length;
    if (options.signal.aborted) note("interrupted", "interrupted inside a member");
    else if (out > ratioFloor && out > plan.length * (options.budget.ratio ?? ratioLimit)) {
      note("bomb", `member inflates to more than ${options.budget.ratio ?? ratioLimit} times its size`);
      // It is told of this member; its siblings are not judged by it.
      zip.inflated -= out;
    } else if (zip.inflated > ratioFloor && zip.inflated > zip.size * (options.budget.ratio ?? ratioLimit)) {
      note("bomb", `archive inflates to more than ${options.budget.ratio ?? ratioLimit} times its size`);
    } else if (!options.budget.take("inflated", piece.length)) note("too-large", "limit of inflated bytes reached");
    else {
      crc = crc32(piece, crc);
      return true;
    }
    return false;
  };

  async function* stored(): AsyncGenerator<Uint8Array, void> {
    for (let at = 0; at < plan.length; at += inputStep) {
      const piece = await readRange(zip.source, plan.from + at, Math.min(inputStep, plan.length - at));
      yield plan.decrypt === undefined ? piece : plan.decrypt(piece);
      if (piece.length === 0) return;
    }
  }

  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    let source: AsyncGenerator<Uint8Array, void>;
    const unpack = unpackers[plan.method];
    let other: Unpacking | undefined;
    if (plan.method === 0) source = stored();
    else if (unpack !== undefined) {
      other = unpack(new ByteFeed(streamSource(stored(), plan.length), 0), plan.size);
      source = other.pieces;
    } else if (plan.length <= wholeStored && plan.decrypt === undefined) {
      source = inflateWhole(await readRange(zip.source, plan.from, plan.length), plan.size, (detail) => {
        note("corrupt", detail);
      });
    } else {
      source = inflateStream(stored(), (detail) => {
        note("corrupt", detail);
      });
    }
    let stopped = false;
    for await (const piece of source) {
      if (!allow(piece)) {
        stopped = true;
        break;
      }
      yield piece;
    }
    const trouble = other?.trouble();
    if (trouble !== undefined)
      note(trouble.code === "unsupported" ? "unsupported-format" : trouble.code === "too-large" ? "too-large" : "corrupt", trouble.detail);
    if (stopped || damage !== undefined) return;
    if (plan.size !== undefined && out < plan.size) note("corrupt", "member ends early");
    else if (plan.crc !== undefined && crc >>> 0 !== plan.crc >>> 0) note("corrupt", "checksum of the member differs");
  }
  return { pieces, damage: () => damage };
}

/** Inflates a small member at once where its size is told truly, else piece by piece. */
function inflateWhole(stored: Uint8Array, size: number | undefined, damaged: (detail: string) => void): AsyncGenerator<Uint8Array, void> {
  const limit = Math.min(wholePlain, size ?? wholePlain);
  try {
    return slices(inflateRawSync(stored, { maxOutputLength: Math.max(1, limit), finishFlush: constants.Z_SYNC_FLUSH }), outputStep);
  } catch (error) {
    if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") {
      return inflateStream(slices(stored, inputStep), damaged);
    }
    damaged("compressed data is damaged");
    return slices(salvage(stored), outputStep);
  }
}

async function* slices(bytes: Uint8Array, step: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

/** What can be had of damaged data: the longest begin that inflates, found by halving. */
function salvage(stored: Uint8Array): Uint8Array {
  let good: Uint8Array = new Uint8Array(0);
  let low = 0;
  let high = stored.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    try {
      good = inflateRawSync(stored.subarray(0, middle), { maxOutputLength: wholePlain, finishFlush: constants.Z_SYNC_FLUSH });
      low = middle;
    } catch {
      high = middle;
    }
  }
  return good;
}

/** Inflates in pieces of 128 KiB, off this thread; damage ends it with what came before. */
async function* inflateStream(input: AsyncIterable<Uint8Array>, damaged: (detail: string) => void): AsyncGenerator<Uint8Array, void> {
  const inflate = createInflateRaw({ chunkSize: outputStep, finishFlush: constants.Z_SYNC_FLUSH });
  let out: Uint8Array[] = [];
  let ended = false;
  let wake: (() => void) | undefined;
  inflate.on("data", (piece: Uint8Array) => {
    out.push(piece);
  });
  inflate.on("end", () => {
    ended = true;
    wake?.();
  });
  inflate.on("error", () => {
    if (!ended) damaged("compressed data is damaged");
    ended = true;
    wake?.();
  });
  try {
    for await (const piece of input) {
      if (ended) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
        inflate.write(piece, () => {
          resolve();
        });
      });
      const ready = out;
      out = [];
      yield* ready;
    }
    if (!ended) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        inflate.end();
      });
    }
    yield* out;
  } finally {
    inflate.destroy();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
