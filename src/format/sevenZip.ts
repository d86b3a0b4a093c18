import { crc32 } from "node:zlib";
import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import type { ByteSource } from "../model/entry.ts";
import { ByteFeed } from "./shared/byteFeed.ts";
import { memorySource, rangeSource, readRange } from "./shared/bytes.ts";
import { troubleCodes } from "./shared/compressed.ts";
import { createInflationGuard } from "./shared/inflation.ts";
import { innerEntry, told } from "./shared/inner.ts";
import { lzma1, lzma2 } from "./shared/lzma2.ts";
import { SevenZipError, directoryPlace, isEncrypted, isExact, openFolder, readSevenZip, startsAsSevenZip } from "./shared/sevenZip.ts";
import type { SevenZip, SevenZipFile, SevenZipFolder } from "./shared/sevenZip.ts";
import { joinVolumes } from "./shared/volumes.ts";
import type { Joined } from "./shared/volumes.ts";
import { streamSource } from "./shared/zipMember.ts";
import type { MemberDamage } from "./shared/zipMember.ts";

/** 256 KiB of a folder unpacked to try a password. */
const sampleLength = 256 * 1024;
/** 64 MiB: dictionary for an archive whose directory is lost, as the strongest usual preset takes. */
const guessedDictionary = 64 * 1024 * 1024;

/**
 * 7z archives, of any size: LZMA, LZMA2, PPMd, BCJ2, bzip2, Deflate, Zstandard, with passwords (also for the names), split into volumes. Each run of files
 * packed together is unpacked once, in order. Of an archive without its end the first run is read without names.
 */
export const sevenZip: Extractor = {
  id: "7z",
  title: { zh: "7z 压缩包", en: "7z archive" },
  version: 2,
  access: "any",
  streaming: true,
  accepts: ({ head }) => startsAsSevenZip(head),
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const place = directoryPlace(Buffer.from(await readRange(input.bytes, 0, 32)));
  const joined = await joinVolumes(input, place === undefined ? undefined : place.from + place.length);
  try {
    yield* readArchive(input, joined);
  } finally {
    await joined.close();
  }
}

async function* readArchive(input: ExtractInput, joined: Joined): AsyncGenerator<Extracted, void> {
  const { entry } = input;
  if (joined.missing !== undefined) yield told(entry, "not-found", `volume ${joined.missing} of the archive is not here`, true);
  let archive: SevenZip;
  let password: string | undefined;
  try {
    ({ archive, password } = await readSevenZip(joined.source, input.passwords));
  } catch (error) {
    if (!(error instanceof SevenZipError)) throw error;
    if (error.code === "encrypted") yield told(entry, "encrypted", error.message, false);
    else if (error.code === "unsupported" || error.code === "too-large") yield told(entry, troubleCodes[error.code], error.message, false);
    else yield* salvage(input, joined.source, error.message);
    return;
  }
  const passwords = password === undefined ? input.passwords : [password, ...input.passwords];
  for (const file of archive.files.filter(({ folder }) => folder === undefined)) {
    yield* member(input, file, () => Promise.resolve(memorySource(new Uint8Array(0))));
  }
  for (const [index, folder] of archive.folders.entries()) {
    const files = archive.files.filter((file) => file.folder === index);
    if (files.length > 0) yield* readFolder(input, joined.source, folder, files, passwords);
    if (input.signal.aborted) {
      yield told(entry, "interrupted", "interrupted between members", true);
      return;
    }
  }
}

function* member(input: ExtractInput, file: SevenZipFile, open: () => Promise<ByteSource>): Generator<Extracted, boolean> {
  if (!input.budget.take("members", 1)) {
    yield told(input.entry, "too-large", "limit of members reached", true);
    return false;
  }
  yield {
    type: "member",
    entry: innerEntry(input.entry, { name: file.name, key: file.name, size: file.size, modified: file.modified }),
    open,
  };
  return true;
}

async function* readFolder(
  input: ExtractInput,
  source: ByteSource,
  folder: SevenZipFolder,
  files: readonly SevenZipFile[],
  passwords: readonly string[],
): AsyncGenerator<Extracted, void> {
  const path = (file: SevenZipFile): string => `${input.entry.path}!/${file.name}`;
  let password: string | undefined;
  if (isEncrypted(folder)) {
    password = await findPassword(source, folder, files, passwords);
    if (password === undefined) {
      for (const file of files) yield told(input.entry, "encrypted", "member of the archive is encrypted", false, path(file));
      return;
    }
  }
  const stream = openFolder(source, folder, password);
  const guard = createInflationGuard(input.budget, input.signal);
  const packed = folder.packed.reduce((all, { length }) => all + length, 0);
  let rest: Uint8Array = new Uint8Array(0);
  let refused: MemberDamage | undefined;
  const refusal = (): MemberDamage | undefined => refused;
  /** The next bytes of the run, at most `limit`. */
  const next = async (limit: number): Promise<Uint8Array | undefined> => {
    while (rest.length === 0) {
      if (refused !== undefined) return undefined;
      const { done, value } = await stream.pieces.next();
      if (done === true) return undefined;
      const damage = guard.allow(value.length, packed);
      if (damage !== undefined) {
        refused = damage;
        return undefined;
      }
      rest = value;
    }
    const piece = rest.subarray(0, limit);
    rest = rest.subarray(piece.length);
    return piece;
  };
  for (const file of files) {
    let left = file.size;
    let crc = 0;
    const take = async (): Promise<Uint8Array | undefined> => {
      const piece = left > 0 ? await next(left) : undefined;
      if (piece === undefined) return undefined;
      left -= piece.length;
      crc = crc32(piece, crc);
      return piece;
    };
    async function* pieces(): AsyncGenerator<Uint8Array, void> {
      for (let piece = await take(); piece !== undefined; piece = await take()) yield piece;
    }
    // What was lost before this file began is lost for it as a whole.
    const before = refused === undefined && (rest.length > 0 || file.size === 0) ? undefined : await peek();
    if (refused !== undefined) {
      yield told(input.entry, refused.code, refused.detail, true);
      return;
    }
    if (before !== undefined && file.size > 0) {
      yield told(input.entry, before.code, before.detail, false, path(file));
      continue;
    }
    const given = yield* member(input, file, () => Promise.resolve(streamSource(pieces(), file.size, refusal)));
    if (!given) return;
    // Solid: what the reader of the member has left must be passed over.
    while ((await take()) !== undefined);
    const stopped = refusal();
    if (stopped !== undefined) {
      yield told(input.entry, stopped.code, stopped.detail, true);
      return;
    }
    const trouble = stream.trouble();
    if (left > 0) yield told(input.entry, troubleCodes[trouble?.code ?? "cut"], trouble?.detail ?? "archive is cut off", true, path(file));
    else if (isExact(folder) && file.crc !== undefined && crc >>> 0 !== file.crc)
      yield told(input.entry, "corrupt", "checksum of the member differs", true, path(file));
  }

  /** Fills `rest`; when nothing comes, says why. */
  async function peek(): Promise<{ code: (typeof troubleCodes)[keyof typeof troubleCodes]; detail: string } | undefined> {
    const piece = await next(Number.MAX_SAFE_INTEGER);
    if (piece !== undefined) {
      rest = piece;
      return undefined;
    }
    const trouble = stream.trouble();
    return { code: troubleCodes[trouble?.code ?? "cut"], detail: trouble?.detail ?? "archive is cut off" };
  }
}

/** The password under which a run begins to unpack, and whose first file has the checksum it should, where that is near. */
async function findPassword(
  source: ByteSource,
  folder: SevenZipFolder,
  files: readonly SevenZipFile[],
  passwords: readonly string[],
): Promise<string | undefined> {
  const [first] = files;
  for (const password of passwords) {
    const stream = openFolder(source, folder, password);
    let out = 0;
    let crc = 0;
    for await (const piece of stream.pieces) {
      crc = crc32(piece.subarray(0, Math.max(0, (first?.size ?? 0) - out)), crc);
      out += piece.length;
      if (out >= sampleLength) break;
    }
    if (out === 0 || (out < sampleLength && stream.trouble() !== undefined)) continue;
    if (isExact(folder) && first !== undefined && out >= first.size && first.crc !== undefined && crc >>> 0 !== first.crc) continue;
    return password;
  }
  return undefined;
}

/** Without a directory the first run still begins behind the header: its files come as one, without names. */
async function* salvage(input: ExtractInput, source: ByteSource, why: string): AsyncGenerator<Extracted, void> {
  const head = await readRange(source, 32, 6);
  if (head.length < 6) {
    yield told(input.entry, "corrupt", why, false);
    return;
  }
  const [first = 0] = head;
  const rest = rangeSource(source, 32, Math.max(0, (source.size ?? Number.MAX_SAFE_INTEGER) - 32));
  const settings = Buffer.from([0x5d, 0, 0, 0, 4]);
  const feed = new ByteFeed(rest, 0);
  const stream = first === 1 || first >= 0xe0 ? lzma2(feed, guessedDictionary) : first === 0 ? lzma1(feed, settings, undefined) : undefined;
  const guard = createInflationGuard(input.budget, input.signal);
  let out = 0;
  let refused: MemberDamage | undefined;
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    if (stream === undefined) return;
    for await (const piece of stream) {
      out += piece.length;
      refused = guard.allow(piece.length, feed.position);
      if (refused !== undefined) return;
      yield piece;
    }
  }
  if (stream !== undefined && input.budget.take("members", 1)) {
    yield {
      type: "member",
      entry: innerEntry(input.entry, { name: "(recovered)", key: "recovered" }),
      open: () => Promise.resolve(streamSource(pieces(), undefined, () => refused)),
    };
  }
  if (refused !== undefined) yield told(input.entry, refused.code, refused.detail, true);
  yield told(input.entry, "corrupt", `${why}${out > 0 ? "; what could be unpacked was read without names" : ""}`, out > 0);
}
