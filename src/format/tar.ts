import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import type { ByteSource } from "../model/entry.ts";
import { rangeSource, readRange } from "./shared/bytes.ts";
import { innerEntry, told } from "./shared/inner.ts";
import { parseRecords, parseTarHeader } from "./shared/tarHeader.ts";
import type { TarHeader } from "./shared/tarHeader.ts";
import { countZeros, denseMap, joinMap, mappedSource, pageMap } from "./shared/tarSparse.ts";

const block = 512;
/** Devices, directories, access lists: they hold no bytes of a file. A type nobody knows is read as a file (POSIX). */
const nameless = "3456ADIN";
/** 1 MiB: extended headers hold names and times. */
const recordLimit = 1024 * 1024;
/** 64 KiB: step of the search for the next header behind damage. */
const searchStep = 64 * 1024;

/**
 * Tape archives: V7, ustar and pax (POSIX.1-2024, `pax`), GNU long names and sparse files, names in UTF-8 or GB18030. Read in order, so that one
 * inside a compressed file is never held. Behind a damaged header the next good one is looked for.
 */
export const tar: Extractor = {
  id: "tar",
  title: { zh: "TAR 归档", en: "tar archive" },
  version: 2,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => parseTarHeader(head) !== undefined,
  extract,
};

/** What extended headers say of the next member. */
interface Said {
  name?: string;
  size?: number;
  modified?: string;
  records?: ReadonlyMap<string, string>;
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, bytes, budget } = input;
  let position = 0;
  let said: Said = {};
  let damaged = false;
  let ended = false;
  for (;;) {
    if (input.signal.aborted) {
      yield told(entry, "interrupted", "interrupted between members", true);
      return;
    }
    const raw = await readRange(bytes, position, block);
    if (raw.length < block) {
      if (raw.length > 0) yield told(entry, "corrupt", "archive ends inside a header", true);
      else if (!ended && !damaged) yield told(entry, "corrupt", "archive has no end mark, it may be cut off", true);
      return;
    }
    if (raw.every((byte) => byte === 0)) {
      ended = true;
      const next = await search(bytes, position + block, true);
      if (next === undefined) return;
      position = next;
      continue;
    }
    const header = parseTarHeader(raw);
    if (header === undefined) {
      yield told(entry, "corrupt", ended ? "bytes behind the end mark are not read" : "header of a member is damaged", true);
      damaged = true;
      const next = await search(bytes, position + block, false);
      if (next === undefined) return;
      position = next;
      said = {};
      continue;
    }
    ended = false;
    const from = position + block;
    const size = (await isLinkAlone(bytes, header, from)) ? 0 : storedSize(header, said);
    const left = bytes.size === undefined ? Number.MAX_SAFE_INTEGER : Math.max(0, bytes.size - from);
    const cut = size > left;
    const length = Math.min(size, left);
    if ("xXgLKV".includes(header.type)) {
      if (length > recordLimit) yield told(entry, "corrupt", "extended header of a member is too large", true);
      else said = await extended(bytes, header, from, length, said);
      position = from + padded(length);
      continue;
    }
    const last = said;
    said = {};
    let start = from;
    let map = header.sparse;
    if (header.extended) {
      const more = await denseMap(bytes, from);
      map = [...(map ?? []), ...more.map];
      start = more.end;
    }
    position = start + padded(length);
    if (header.type === "M") yield told(entry, "corrupt", "archive continues one that is not here", true);
    if (nameless.includes(header.type) || (header.name.endsWith("/") && size === 0)) continue;
    if (!budget.take("members", 1)) {
      yield told(entry, "too-large", "limit of members reached", true);
      return;
    }
    let stored = rangeSource(bytes, start, Math.max(0, Math.min(length, left - (start - from))));
    let name = last.name ?? header.name;
    let realSize = header.realSize;
    if (last.records?.has("GNU.sparse.major") === true || last.records?.has("GNU.sparse.map") === true) {
      const told1 = last.records;
      name = told1.get("GNU.sparse.name") ?? name;
      realSize = Number(told1.get("GNU.sparse.realsize") ?? told1.get("GNU.sparse.size") ?? Number.NaN);
      if (told1.get("GNU.sparse.major") === "1") {
        const page = await pageMap(stored);
        map = page?.map;
        if (page !== undefined) stored = rangeSource(bytes, start + page.end, Math.max(0, length - page.end));
      } else map = joinMap(told1.get("GNU.sparse.map"));
    }
    const member = innerEntry(entry, {
      name,
      key: start,
      size: realSize ?? length,
      modified: last.modified ?? header.modified,
    });
    const zeros = countZeros(budget);
    const mapped = map === undefined ? stored : mappedSource(stored, map, realSize, zeros);
    yield { type: "member", entry: member, open: () => Promise.resolve(mapped ?? stored) };
    if (zeros.spent()) yield told(entry, "too-large", "limit of inflated bytes reached", true, member.path);
    if (mapped === undefined) yield told(entry, "too-large", "holes of a sparse file are left out", true, member.path);
    if (cut) {
      yield told(entry, "corrupt", "archive ends inside the member", true, member.path);
      yield told(entry, "corrupt", "archive is cut off", true);
      return;
    }
  }
}

/**
 * Bytes of a member in the archive. GNU tar writes for a sparse file of 8 GiB and more its real size where pax has that of what is stored; the
 * header's own field is right then.
 */
function storedSize(header: TarHeader, { size, records }: Said): number {
  const real = Number(records?.get("GNU.sparse.realsize") ?? Number.NaN);
  return size === undefined || (size === real && header.size > 0) ? header.size : size;
}

/** Whether there is but a name: links and devices may have the size of what they lead to. Of a hard link pax may store the file once more. */
async function isLinkAlone(bytes: ByteSource, { type, size }: TarHeader, from: number): Promise<boolean> {
  if (type !== "1" || size === 0) return type === "1" || type === "2";
  return parseTarHeader(await readRange(bytes, from, block)) !== undefined;
}

function padded(length: number): number {
  return Math.ceil(length / block) * block;
}

async function extended(bytes: ByteSource, header: TarHeader, from: number, length: number, said: Said): Promise<Said> {
  if (header.type === "K" || header.type === "V") return said;
  const data = await readRange(bytes, from, length);
  if (header.type === "L") return { ...said, name: header.text(data) };
  // What stands in a global header is overridden by each member's own; only its times and comments are ever used.
  if (header.type === "g") return said;
  const records = parseRecords(data);
  const size = Number(records.get("size") ?? Number.NaN);
  const time = Number(records.get("mtime") ?? Number.NaN) * 1000;
  const path = records.get("path");
  return {
    ...said,
    records,
    ...(path === undefined ? {} : { name: path }),
    ...(Number.isSafeInteger(size) && size >= 0 ? { size } : {}),
    ...(Math.abs(time) <= 8.64e15 ? { modified: new Date(time).toISOString() } : {}),
  };
}

/** The next good header at a block's begin, or, when only zeros may be passed over, the next block that is not zero. */
async function search(bytes: ByteSource, from: number, zerosOnly: boolean): Promise<number | undefined> {
  for (let at = from; ;) {
    const piece = await readRange(bytes, at, searchStep);
    for (let inside = 0; inside < piece.length; inside += block) {
      const one = piece.subarray(inside, inside + block);
      if (zerosOnly ? one.some((byte) => byte !== 0) : parseTarHeader(one) !== undefined) return at + inside;
    }
    if (piece.length < searchStep) return undefined;
    at += piece.length;
  }
}
