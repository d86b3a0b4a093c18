import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import { readRange } from "./shared/bytes.ts";
import { createInflationGuard } from "./shared/inflation.ts";
import { innerEntry, told } from "./shared/inner.ts";
import { libarchiveEntries, libarchivePackage, loadLibarchive } from "./shared/libarchive.ts";
import type { LibarchiveEnd, LibarchiveEntry } from "./shared/libarchive.ts";
import { rarVersion, readRarHeaders } from "./shared/rarHeaders.ts";
import type { RarFile } from "./shared/rarHeaders.ts";
import { streamSource } from "./shared/zipMember.ts";

/**
 * RAR archives, versions 1.5 to 7: names, encryption and volumes by an own walk through the headers, contents by libarchive, which loses names
 * that are not ASCII. Without that package the members are told one by one.
 */
export const rar: Extractor = {
  id: "rar",
  title: { zh: "RAR 压缩包", en: "RAR archive" },
  version: 1,
  access: "any",
  accepts: ({ head }) => rarVersion(head) !== undefined,
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, bytes } = input;
  const version = rarVersion(await readRange(bytes, 0, 8)) ?? 4;
  const headers = await readRarHeaders(bytes, version);
  const path = (file: RarFile): string => `${entry.path}!/${file.name}`;
  if (headers.hidden) {
    yield told(entry, "encrypted", "archive is encrypted, with its names", false);
    return;
  }
  if (headers.cut)
    yield told(
      entry,
      "corrupt",
      headers.files.length === 0 ? "no header can be read" : "archive is damaged or cut off",
      headers.files.length > 0,
    );
  const files = headers.files.filter(({ directory }) => !directory);
  if (headers.more || files.some(({ goesOn }) => goesOn))
    yield told(entry, "not-found", `next volume ${nextVolume(entry.path)} is not read with this one`, true);
  if (files.length === 0) return;
  const library = await loadLibarchive();
  if (library === undefined) {
    for (const file of files) {
      if (file.encrypted) yield told(entry, "encrypted", "member of the archive is encrypted", false, path(file));
      else yield told(entry, "missing-tool", `reading RAR needs the npm package ${libarchivePackage}`, false, path(file));
    }
    return;
  }
  const guard = createInflationGuard(input.budget, input.signal);
  const size = bytes.size ?? 0;
  const entries = libarchiveEntries(library, await withoutEncrypted(input, size, files));
  let end: LibarchiveEnd | undefined;
  let current: LibarchiveEntry | undefined;
  for (const file of files) {
    if (input.signal.aborted) {
      yield told(entry, "interrupted", "interrupted between members", true);
      return;
    }
    if (file.encrypted) {
      yield told(entry, "encrypted", "member of the archive is encrypted", false, path(file));
      continue;
    }
    if (file.continued) {
      yield told(entry, "not-found", "member begins in a volume before this one", false, path(file));
      continue;
    }
    if (end === undefined) end = await nextFile();
    if (end !== undefined || current === undefined) {
      yield told(entry, "corrupt", "member cannot be unpacked", false, path(file));
      continue;
    }
    if (!input.budget.take("members", 1)) {
      yield told(entry, "too-large", "limit of members reached", true);
      return;
    }
    const opened = current;
    let refused: Extracted | undefined;
    let out = 0;
    const stream = opened.pieces();
    const take = async (): Promise<Uint8Array | undefined> => {
      const { value, done } = await stream.next();
      if (done === true || refused !== undefined) return undefined;
      const damage = guard.allow(value.length, size);
      if (damage !== undefined) {
        refused = told(entry, damage.code, damage.detail, true);
        return undefined;
      }
      out += value.length;
      return value;
    };
    async function* pieces(): AsyncGenerator<Uint8Array, void> {
      for (let piece = await take(); piece !== undefined; piece = await take()) yield piece;
    }
    yield {
      type: "member",
      entry: innerEntry(entry, { name: file.name, key: file.name, size: file.size, modified: file.modified }),
      open: () => Promise.resolve(streamSource(pieces(), file.size, () => undefined)),
    };
    // Solid: what the reader of the member has left must be unpacked.
    while ((await take()) !== undefined);
    if (refused !== undefined) {
      yield refused;
      return;
    }
    const damage = opened.damage();
    if (damage !== undefined || (file.size !== undefined && out < file.size)) {
      const code = damage === "encrypted" ? "encrypted" : damage === "unsupported" ? "unsupported-format" : "corrupt";
      yield told(entry, code, "member cannot be unpacked whole", out > 0, path(file));
    }
  }

  /** Moves `current` to the next file; gives what ended the archive, if it did. */
  async function nextFile(): Promise<LibarchiveEnd | undefined> {
    for (;;) {
      const next = await entries.next();
      if (next.done === true) {
        current = undefined;
        return next.value;
      }
      current = next.value;
      if (!current.directory) return undefined;
    }
  }
}

/** The archive without its encrypted members, over which libarchive stumbles. */
async function withoutEncrypted(input: ExtractInput, size: number, files: readonly RarFile[]): Promise<Uint8Array> {
  const whole = await readRange(input.bytes, 0, size);
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const { encrypted, from, to } of files) {
    if (!encrypted) continue;
    pieces.push(whole.subarray(at, from));
    at = to;
  }
  return at === 0 ? whole : Buffer.concat([...pieces, whole.subarray(at)]);
}

/** `x.part1.rar` → `x.part2.rar`, `x.rar` → `x.r00`, `x.r00` → `x.r01`. */
function nextVolume(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  const part = /^(.*\.part)(\d+)(\.rar)$/i.exec(name);
  if (part !== null) return `${part[1]}${String(Number(part[2]) + 1).padStart(part[2]?.length ?? 1, "0")}${part[3]}`;
  const old = /^(.*\.[r-z])(\d\d)$/i.exec(name);
  if (old !== null) return `${old[1]}${String(Number(old[2]) + 1).padStart(2, "0")}`;
  return name.replace(/\.[^.]*$/, ".r00");
}
