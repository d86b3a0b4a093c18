import { crc32 } from "node:zlib";
import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import { memorySource, readRange } from "./shared/bytes.ts";
import { createInflationGuard } from "./shared/inflation.ts";
import { innerEntry, told } from "./shared/inner.ts";
import { libarchiveEntries, libarchivePackage, loadLibarchive } from "./shared/libarchive.ts";
import type { LibarchiveEntry } from "./shared/libarchive.ts";
import { keyedSum, rarDecipher, rarDecrypt, rarKey } from "./shared/rarCrypto.ts";
import type { RarKey } from "./shared/rarCrypto.ts";
import { rarVersion, readRarHeaders } from "./shared/rarHeaders.ts";
import { plainRar, withoutFilling } from "./shared/rarPlain.ts";
import type { PlainRarFile } from "./shared/rarPlain.ts";
import { followRarSet, readWithEarlier } from "./shared/rarVolumes.ts";
import type { RarMember } from "./shared/rarVolumes.ts";
import { streamSource } from "./shared/zipMember.ts";
import type { MemberDamage } from "./shared/zipMember.ts";

/** 192 MiB of packed bytes: what libarchive unpacks lies in memory, twice. */
const packedLimit = 192 * 1024 * 1024;
/** 8 MiB of members are unpacked with one call, so that small ones cost little and damage stays near. */
const batchLength = 8 * 1024 * 1024;

/**
 * RAR archives, versions 1.5 to 7: names, encryption and volumes by an own walk through the headers. Members are decrypted, joined over volumes
 * and handed to libarchive as small archives of their own, since it loses names that are not ASCII and knows neither passwords nor volumes, nor
 * what is solid in version 4.
 * Without that package only what is stored is read, and the other members are told one by one.
 */
export const rar: Extractor = {
  id: "rar",
  title: { zh: "RAR 压缩包", en: "RAR archive" },
  version: 4,
  access: "any",
  streaming: true,
  accepts: ({ head }) => rarVersion(head) !== undefined,
  extract,
};

/** A member with what opens it. */
interface Ready extends RarMember {
  readonly key: RarKey | undefined;
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, bytes } = input;
  const version = rarVersion(await readRange(bytes, 0, 8)) ?? 4;
  const headers = await readRarHeaders(bytes, version, input.passwords);
  if (headers.hidden) {
    yield told(entry, "encrypted", "archive is encrypted, with its names", false);
    return;
  }
  if (await readWithEarlier(input, headers)) return;
  const set = await followRarSet(input, headers);
  try {
    if (set.cut)
      yield told(
        entry,
        "corrupt",
        set.members.length === 0 ? "no header can be read" : "archive is damaged or cut off",
        set.members.length > 0,
      );
    if (set.missing !== undefined) yield told(entry, "not-found", `next volume ${set.missing} is not here, or not of this set`, true);
    if (set.tooMany) yield told(entry, "too-large", "more volumes than are read", true);
    const passwords = headers.password === undefined ? input.passwords : [headers.password];
    yield* readMembers(
      input,
      version,
      set.members.filter(({ file }) => !file.directory),
      passwords,
    );
  } finally {
    await set.close();
  }
}

async function* readMembers(
  input: ExtractInput,
  version: 4 | 5,
  members: readonly RarMember[],
  passwords: readonly string[],
): AsyncGenerator<Extracted, void> {
  const { entry } = input;
  const path = ({ file }: RarMember): string => `${entry.path}!/${file.name}`;
  if (members.length === 0) return;
  const installed = (await loadLibarchive()) !== undefined;
  const password = await passwordFor(version, members, passwords);
  const ready: Ready[] = [];
  for (const member of members) {
    const key =
      member.lock === undefined ? undefined : keyOf(member, password === undefined ? passwords : [password], password !== undefined);
    if (member.lock !== undefined && key === undefined)
      yield told(entry, "encrypted", "member of the archive is encrypted", false, path(member));
    else if (member.without === "begin") yield told(entry, "not-found", "member begins in a volume before this one", false, path(member));
    else if (!installed && !member.file.stored)
      yield told(entry, "missing-tool", `reading RAR needs the npm package ${libarchivePackage}`, false, path(member));
    else if (version === 4 && member.file.solid && !member.file.stored)
      yield told(entry, "unsupported-format", "member of a solid archive of version 4, packed with those before it", false, path(member));
    else ready.push({ ...member, key });
  }
  for (const batch of batches(ready)) {
    const [only] = batch;
    if (only?.file.stored === true) {
      if (yield* readStored(input, only, path(only))) return;
      continue;
    }
    if (packedLength(batch) > packedLimit) {
      for (const member of batch) yield told(entry, "too-large", "packed bytes are more than are held in memory", false, path(member));
      continue;
    }
    if (yield* readBatch(input, version, batch, path)) return;
  }
}

/** What is packed together is unpacked together; the rest some megabytes at a time, and what is only stored each by itself. */
function* batches(members: readonly Ready[]): Generator<readonly Ready[], void> {
  let batch: Ready[] = [];
  const solid = members.some(({ file }) => file.solid);
  for (const member of members) {
    if (member.file.stored) {
      if (!solid && batch.length > 0) {
        yield batch;
        batch = [];
      }
      yield [member];
      continue;
    }
    if (!solid && batch.length > 0 && packedLength([...batch.slice(-1), member]) + packedLength(batch.slice(0, -1)) > batchLength) {
      yield batch;
      batch = [];
    }
    batch.push(member);
  }
  if (batch.length > 0) yield batch;
}

function packedLength(members: readonly RarMember[]): number {
  return members.reduce((all, { parts }) => all + parts.reduce((sum, { length }) => sum + length, 0), 0);
}

/** Gives the members of a batch. True when a limit was reached. */
async function* readBatch(
  input: ExtractInput,
  version: 4 | 5,
  batch: readonly Ready[],
  path: (member: RarMember) => string,
): AsyncGenerator<Extracted, boolean> {
  const { entry } = input;
  // One that failed once cannot be trusted again.
  const library = await loadLibarchive();
  if (library === undefined) return true;
  const plain: PlainRarFile[] = [];
  for (const member of batch) plain.push(await plainOf(member));
  const packed = plain.reduce((all, one) => all + one.packed.length, 0);
  const guard = createInflationGuard(input.budget, input.signal);
  const entries = libarchiveEntries(
    library,
    plainRar(
      version,
      plain,
      batch.some(({ file }) => file.solid),
    ),
  );
  try {
    for (const [index, member] of batch.entries()) {
      const { file } = member;
      if (input.signal.aborted) {
        yield told(entry, "interrupted", "interrupted between members", true);
        return true;
      }
      const opened = await entries.next();
      if (opened.done === true) {
        for (const lost of batch.slice(index)) yield told(entry, "corrupt", "member cannot be unpacked", false, path(lost));
        return false;
      }
      if (!input.budget.take("members", 1)) {
        yield told(entry, "too-large", "limit of members reached", true);
        return true;
      }
      let refused: MemberDamage | undefined;
      let out = 0;
      let crc = 0;
      const stream = opened.value.pieces();
      const take = async (): Promise<Uint8Array | undefined> => {
        const { value, done } = await stream.next();
        if (done === true || refused !== undefined) return undefined;
        const damage = guard.allow(value.length, packed);
        if (damage !== undefined) {
          refused = damage;
          return undefined;
        }
        out += value.length;
        crc = crc32(value, crc);
        return value;
      };
      async function* pieces(): AsyncGenerator<Uint8Array, void> {
        for (let piece = await take(); piece !== undefined; piece = await take()) yield piece;
      }
      yield {
        type: "member",
        entry: innerEntry(entry, { name: file.name, key: file.name, size: file.size, modified: file.modified }),
        open: () => Promise.resolve(file.size === 0 ? memorySource(new Uint8Array(0)) : streamSource(pieces(), file.size, () => refused)),
      };
      // Solid: what the reader of the member has left must be unpacked.
      while ((await take()) !== undefined);
      if (refused !== undefined) {
        yield told(entry, refused.code, refused.detail, true);
        return true;
      }
      yield* damageOf(input, member, opened.value, { out, crc, path: path(member) });
    }
    return false;
  } finally {
    await entries.return({ damaged: false, encrypted: false });
  }
}

/** Gives a member that lies as it is, of any size and without libarchive. True when a limit was reached. */
async function* readStored(input: ExtractInput, member: Ready, path: string): AsyncGenerator<Extracted, boolean> {
  const { entry } = input;
  const { file } = member;
  if (!input.budget.take("members", 1)) {
    yield told(entry, "too-large", "limit of members reached", true);
    return true;
  }
  let out = 0;
  let crc = 0;
  const stream = storedPieces(member);
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    for (let next = await stream.next(); next.done !== true && !input.signal.aborted; next = await stream.next()) {
      out += next.value.length;
      crc = crc32(next.value, crc);
      yield next.value;
    }
  }
  const rest = pieces();
  yield {
    type: "member",
    entry: innerEntry(entry, { name: file.name, key: file.name, size: file.size, modified: file.modified }),
    open: () => Promise.resolve(streamSource(pieces(), file.size)),
  };
  while ((await rest.next()).done !== true);
  yield* damageOf(input, member, undefined, { out, crc, path });
  return false;
}

/** 1 MiB at a time. */
const storedStep = 1024 * 1024;

async function* storedPieces({ file, parts, key }: Ready): AsyncGenerator<Uint8Array, void> {
  const decrypt = key === undefined ? undefined : rarDecipher(key);
  let left = file.size ?? Number.MAX_SAFE_INTEGER;
  for (const { source, from, length } of parts) {
    for (let at = 0; at < length && left > 0; at += storedStep) {
      const raw = await readRange(source, from + at, Math.min(storedStep, length - at));
      if (raw.length === 0) break;
      // Cipher blocks are filled up: no more than the size is the member's own.
      const piece = (decrypt === undefined ? raw : decrypt(raw)).subarray(0, left);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
  }
}

function* damageOf(
  input: ExtractInput,
  { file, key, without }: Ready,
  opened: LibarchiveEntry | undefined,
  { out, crc, path }: { readonly out: number; readonly crc: number; readonly path: string },
): Generator<Extracted, void> {
  const damage = opened?.damage();
  const expected = sumOf(file.crc, file.lock, key, crc);
  if (damage !== undefined || (file.size !== undefined && out < file.size)) {
    const code = damage === "encrypted" ? "encrypted" : damage === "unsupported" ? "unsupported-format" : "corrupt";
    const detail = without === "end" ? "member goes on in a volume that is not here" : "member cannot be unpacked whole";
    yield told(input.entry, without === "end" ? "not-found" : code, detail, out > 0, path);
  } else if (!expected && without === undefined) yield told(input.entry, "corrupt", "checksum of the member differs", true, path);
}

/** Whether the checksum is what the archive says, where it says one. `lock` as that volume tells it: of parts of a member none is keyed. */
function sumOf(told: number | undefined, lock: RarMember["lock"], key: RarKey | undefined, crc: number): boolean {
  if (told === undefined) return true;
  const keyed = lock?.version === 5 && lock.keyed;
  if (keyed) return key?.sums === undefined || keyedSum(key.sums, crc) === told;
  return told === crc >>> 0;
}

/** The packed bytes of a member from all its volumes, decrypted. */
async function plainOf({ file, parts, key, lock }: Ready): Promise<PlainRarFile> {
  const pieces: Uint8Array[] = [];
  for (const { source, from, length } of parts) pieces.push(await readRange(source, from, length));
  const [first] = pieces;
  const whole = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces);
  if (key === undefined || lock === undefined) return { file, packed: whole };
  const packed = rarDecrypt(key, whole);
  return { file, packed: lock.version === 5 ? withoutFilling(packed) : packed };
}

/** A key that an archive accepts, or any where it cannot say and the password is known to be right. */
function keyOf({ lock }: RarMember, passwords: readonly string[], trusted: boolean): RarKey | undefined {
  if (lock === undefined) return undefined;
  for (const password of passwords) {
    const key = rarKey(lock, password);
    if (key !== undefined && (trusted || (lock.version === 5 && lock.check !== undefined))) return key;
  }
  return undefined;
}

/** Bytes of a member that is unpacked to try a password. */
const trialLimit = 8 * 1024 * 1024;

/**
 * The password of an archive that does not say which one is right: the one under which a small member has its checksum. Undefined where the
 * archive says so itself, or none is right.
 */
async function passwordFor(version: 4 | 5, members: readonly RarMember[], passwords: readonly string[]): Promise<string | undefined> {
  const locked = members.filter(
    ({ lock, file, without }) =>
      lock !== undefined && !(lock.version === 5 && lock.check !== undefined) && !file.solid && without === undefined,
  );
  const [smallest] = locked
    .filter(({ file }) => file.size !== undefined && file.size > 0)
    .toSorted((a, b) => packedLength([a]) - packedLength([b]));
  if (smallest?.lock === undefined || packedLength([smallest]) > trialLimit) return undefined;
  for (const password of passwords) {
    const key = rarKey(smallest.lock, password);
    if (key === undefined) continue;
    let crc = 0;
    let out = 0;
    for await (const piece of trial(version, { ...smallest, key })) {
      crc = crc32(piece, crc);
      out += piece.length;
      if (out > (smallest.file.size ?? 0)) break;
    }
    if (out === smallest.file.size && sumOf(smallest.file.crc, smallest.file.lock, key, crc)) return password;
  }
  return undefined;
}

async function* trial(version: 4 | 5, member: Ready): AsyncGenerator<Uint8Array, void> {
  if (member.file.stored) {
    yield* storedPieces(member);
    return;
  }
  const library = await loadLibarchive();
  if (library === undefined) return;
  const entries = libarchiveEntries(library, plainRar(version, [await plainOf(member)], false));
  try {
    const opened = await entries.next();
    if (opened.done !== true) yield* opened.value.pieces();
  } finally {
    await entries.return({ damaged: false, encrypted: false });
  }
}
