import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import { decodeName } from "./shared/archiveName.ts";
import { rangeSource, readRange } from "./shared/bytes.ts";
import { innerEntry, told } from "./shared/inner.ts";

/** 16 MiB of long names. */
const namesLimit = 16 * 1024 * 1024;

/** `ar` archives (packages of Debian, static libraries), with the long names of GNU and BSD. */
export const ar: Extractor = {
  id: "ar",
  title: { zh: "AR 归档（含 deb 包）", en: "ar archive (also deb packages)" },
  version: 1,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => Buffer.from(head.subarray(0, 8)).toString("latin1") === "!<arch>\n",
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, bytes } = input;
  let names: Buffer = Buffer.alloc(0);
  for (let position = 8; ;) {
    if (input.signal.aborted) {
      yield told(entry, "interrupted", "interrupted between members", true);
      return;
    }
    const header = Buffer.from(await readRange(bytes, position, 60));
    if (header.length === 0) return;
    const size = Number(header.toString("latin1", 48, 58).trim() || Number.NaN);
    if (header.length < 60 || header.toString("latin1", 58, 60) !== "`\n" || !Number.isSafeInteger(size) || size < 0) {
      yield told(entry, "corrupt", "archive is damaged or cut off", true);
      return;
    }
    let from = position + 60;
    const left = bytes.size === undefined ? size : Math.max(0, bytes.size - from);
    position = from + size + (size % 2);
    const raw = header.toString("latin1", 0, 16).trimEnd();
    if (raw === "//") names = Buffer.from(await readRange(bytes, from, Math.min(size, namesLimit)));
    const bsd = /^#1\/(\d{1,5})$/.exec(raw);
    const gnu = /^\/(\d{1,9})$/.exec(raw);
    let name = decodeName(Buffer.from(raw.replace(/\/$/, ""), "latin1"));
    let length = Math.min(size, left);
    if (bsd !== null) {
      const nameLength = Math.min(Number(bsd[1]), length);
      const told = Buffer.from(await readRange(bytes, from, nameLength));
      name = decodeName(told.subarray(0, told.indexOf(0) < 0 ? told.length : told.indexOf(0)));
      from += nameLength;
      length -= nameLength;
    } else if (gnu !== null) name = longName(names, Number(gnu[1]));
    // Tables of symbols are the linker's.
    if (raw !== "//" && raw !== "/" && raw !== "/SYM64/" && !name.startsWith("__.SYMDEF")) {
      if (!input.budget.take("members", 1)) {
        yield told(entry, "too-large", "limit of members reached", true);
        return;
      }
      const start = from;
      const member = innerEntry(entry, { name: name || "member", key: start, size: length });
      yield { type: "member", entry: member, open: () => Promise.resolve(rangeSource(bytes, start, length)) };
    }
    if (size > left) {
      yield told(entry, "corrupt", "archive is cut off", true);
      return;
    }
  }
}

function longName(names: Buffer, at: number): string {
  const end = names.indexOf(10, at);
  return decodeName(names.subarray(at, end < 0 ? names.length : end)).replace(/\/$/, "");
}
