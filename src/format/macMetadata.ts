import type { Extracted, ExtractInput, Extractor, Role } from "../model/chunk.ts";
import { readRange } from "./shared/bytes.ts";
import { createFlow, createSink } from "./shared/flow.ts";

/**
 * What macOS leaves beside files on sticks and in archives: `._name` (AppleDouble, RFC 1740: attributes such as where a file came from) and
 * `.DS_Store` (names of the files of a folder, deleted ones too, and comments on them).
 */
export const macMetadata: Extractor = {
  id: "mac-metadata",
  title: { zh: "macOS 附属文件（._*、.DS_Store）", en: "macOS metadata (._*, .DS_Store)" },
  version: 1,
  access: "any",
  accepts: ({ head }) => isDouble(head) || isStore(head),
  extract,
};

/** 16 MiB: a resource fork may be larger; what is behind is told as not read. */
const limit = 16 * 1024 * 1024;
/** Types of values in a `.DS_Store`. */
const types: ReadonlySet<string> = new Set(["bool", "long", "shor", "blob", "ustr", "comp", "dutc", "type"]);

function isDouble(head: Uint8Array): boolean {
  return head[0] === 0 && head[1] === 5 && head[2] === 0x16 && (head[3] === 7 || head[3] === 0) && head[4] === 0 && head[5] === 2;
}

function isStore(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 8)).toString("latin1") === "\0\0\0\x01Bud1";
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const bytes = Buffer.from(await readRange(input.bytes, 0, limit));
  const flow = (id: string, role: Role) => createFlow(sink, { id, roles: [role], place: (offset) => ({ kind: "offset", bytes: offset }) });
  if (isStore(bytes)) {
    const names = flow("names", "name");
    const comments = flow("comments", "comment");
    let last = "";
    for (const record of storeRecords(bytes)) {
      // A name comes once for each value it has.
      if (record.name !== last) names.line(toBytes(record.name), record.at);
      last = record.name;
      if (record.text !== "") comments.line(toBytes(record.text), record.at);
    }
    names.flush();
    comments.flush();
  } else {
    const strings = flow("attributes", "property");
    // Runs of at least four characters of UTF-8.
    const run = /(?:[\x20-\x7e]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}){4,}/g;
    for (const found of bytes.toString("latin1").matchAll(run)) strings.line(found[0], found.index);
    strings.flush();
  }
  if (input.bytes.size !== undefined && input.bytes.size > limit) sink.failure("too-large", `read only to byte ${limit}`, true);
  yield* sink.drain();
}

function toBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** Records wherever they lie: a name with its length, what is said of it, and for text the text. */
function* storeRecords(bytes: Buffer): Generator<{ readonly at: number; readonly name: string; readonly text: string }> {
  for (let at = 4; at + 14 <= bytes.length; at++) {
    if (bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 0) continue;
    const length = bytes[at + 3] ?? 0;
    const behind = at + 4 + length * 2;
    if (length === 0 || behind + 8 > bytes.length || !types.has(bytes.toString("latin1", behind + 4, behind + 8))) continue;
    const name = wide(bytes, at + 4, length);
    let text = "";
    let next = behind + 8;
    if (bytes.toString("latin1", behind + 4, behind + 8) === "ustr" && next + 4 <= bytes.length) {
      const size = Math.min(bytes.readUInt32BE(next), Math.floor((bytes.length - next - 4) / 2));
      text = wide(bytes, next + 4, size);
      next += 4 + size * 2;
    }
    yield { at, name, text };
    at = next - 1;
  }
}

function wide(bytes: Buffer, at: number, length: number): string {
  return Buffer.from(bytes.subarray(at, at + length * 2))
    .swap16()
    .toString("utf16le");
}
