import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import { decodeName } from "./shared/archiveName.ts";
import { rangeSource, readRange } from "./shared/bytes.ts";
import { innerEntry, told } from "./shared/inner.ts";

/** 64 KiB: longer names are damage. */
const nameLimit = 64 * 1024;

/** cpio archives in the new, the old portable (as in initramfs images and rpm packages) and the old binary format of either byte order, read in order. */
export const cpio: Extractor = {
  id: "cpio",
  title: { zh: "CPIO 归档", en: "cpio archive" },
  version: 2,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => {
    const start = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
    const header = parse(start);
    // Two bytes are no sign of anything: of the binary format the first name must lie where its length says.
    return (
      header !== undefined && (header.length > binaryLength || start.indexOf(0, binaryLength) === binaryLength + header.nameLength - 1)
    );
  },
  extract,
};

/** Bytes of a header of the old binary format. */
const binaryLength = 26;

/** One header: numbers in hex (new), octal (old portable) or 16-bit words (old binary). */
interface Header {
  readonly length: number;
  readonly nameLength: number;
  readonly size: number;
  readonly mode: number;
  readonly modified: number;
  /** Bytes to which header with name, and data, are filled up. */
  readonly align: number;
}

function parse(bytes: Buffer): Header | undefined {
  const magic = bytes.toString("latin1", 0, 6);
  if (magic.startsWith("\xc7\x71")) return parseBinary(bytes);
  if (magic.startsWith("\x71\xc7")) return parseBinary(Buffer.from(bytes.subarray(0, binaryLength)).swap16());
  const fields = (text: string, radix: 8 | 16): number | undefined =>
    (radix === 8 ? /^[0-7]+$/ : /^[0-9a-fA-F]+$/).test(text) ? Number.parseInt(text, radix) : undefined;
  const field = (at: number, length: number, radix: 8 | 16): number | undefined => fields(bytes.toString("latin1", at, at + length), radix);
  const wide = magic === "070701" || magic === "070702";
  if (!wide && magic !== "070707") return undefined;
  const [mode, modified, size, nameLength] = wide
    ? [field(14, 8, 16), field(46, 8, 16), field(54, 8, 16), field(94, 8, 16)]
    : [field(18, 6, 8), field(48, 11, 8), field(65, 11, 8), field(59, 6, 8)];
  if (mode === undefined || modified === undefined || size === undefined || nameLength === undefined) return undefined;
  return nameLength === 0 || nameLength > nameLimit
    ? undefined
    : { length: wide ? 110 : 76, nameLength, size, mode, modified, align: wide ? 4 : 1 };
}

/** Little-endian words; numbers of two words have the high one first. */
function parseBinary(bytes: Buffer): Header | undefined {
  if (bytes.length < binaryLength) return undefined;
  const long = (at: number): number => bytes.readUInt16LE(at) * 0x1_0000 + bytes.readUInt16LE(at + 2);
  const nameLength = bytes.readUInt16LE(20);
  const mode = bytes.readUInt16LE(6);
  return nameLength < 2 ? undefined : { length: binaryLength, nameLength, size: long(22), mode, modified: long(16), align: 2 };
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, bytes } = input;
  const fill = (length: number, align: number): number => Math.ceil(length / align) * align;
  for (let position = 0; ;) {
    if (input.signal.aborted) {
      yield told(entry, "interrupted", "interrupted between members", true);
      return;
    }
    const header = parse(Buffer.from(await readRange(bytes, position, 110)));
    if (header === undefined) {
      yield told(entry, "corrupt", "archive is damaged or cut off", position > 0);
      return;
    }
    const raw = await readRange(bytes, position + header.length, header.nameLength);
    const name = decodeName(raw.subarray(0, Math.max(0, raw.length - 1)));
    if (name === "TRAILER!!!") return;
    const from = position + fill(header.length + header.nameLength, header.align);
    const left = bytes.size === undefined ? header.size : Math.max(0, bytes.size - from);
    position = from + fill(header.size, header.align);
    if ((header.mode & 0o170000) === 0o100000) {
      if (!input.budget.take("members", 1)) {
        yield told(entry, "too-large", "limit of members reached", true);
        return;
      }
      const length = Math.min(header.size, left);
      const member = innerEntry(entry, {
        name,
        key: from,
        size: length,
        modified: header.modified === 0 ? undefined : new Date(header.modified * 1000).toISOString(),
      });
      yield { type: "member", entry: member, open: () => Promise.resolve(rangeSource(bytes, from, length)) };
    }
    if (header.size > left) {
      yield told(entry, "corrupt", "archive is cut off", true);
      return;
    }
  }
}
