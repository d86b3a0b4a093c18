import { decodeName } from "./archiveName.ts";
import type { Stretch } from "./tarSparse.ts";

/** One 512-byte header of a tape archive. */
export interface TarHeader {
  readonly name: string;
  /** `0` or NUL a file, `5` a directory, `x` and `L` words on the next member, `S` a sparse file, and so on. */
  readonly type: string;
  /** Bytes stored behind the header. May lie. */
  readonly size: number;
  readonly modified: string | undefined;
  /** GNU sparse files: where the stored stretches belong, as far as this header says. */
  readonly sparse: readonly Stretch[] | undefined;
  /** True when more of the map follows in blocks of its own. */
  readonly extended: boolean;
  /** Bytes of a sparse file with its holes. */
  readonly realSize: number | undefined;
  /** A name that stands in data of its own. */
  text(data: Uint8Array): string;
}

/** The header in the first 512 bytes; undefined when its checksum does not fit, signed or unsigned. */
export function parseTarHeader(raw: Uint8Array): TarHeader | undefined {
  if (raw.length < 512) return undefined;
  const header = Buffer.from(raw.buffer, raw.byteOffset, 512);
  if (header[0] === 0) return undefined;
  const told = tarNumber(header.subarray(148, 156));
  // Without a digit it is no checksum, though signed bytes may well add up to nothing.
  if (told === undefined || told === 0) return undefined;
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < 512; at++) {
    const byte = at >= 148 && at < 156 ? 32 : (header[at] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  if (told !== unsigned && told !== signed) return undefined;
  const size = tarNumber(header.subarray(124, 136));
  if (size === undefined) return undefined;
  const magic = header.toString("latin1", 257, 263);
  const gnu = magic === "ustar ";
  const type = header.toString("latin1", 156, 157);
  const prefix = magic === "ustar\0" ? text(header.subarray(345, 500)) : "";
  const time = tarNumber(header.subarray(136, 148));
  const sparse = gnu && type === "S" ? stretches(header, 386, 4) : undefined;
  const name = text(header.subarray(0, 100));
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    type: type === "\0" ? "0" : type,
    size,
    modified: time === undefined || time === 0 || time > 8.64e12 ? undefined : new Date(time * 1000).toISOString(),
    sparse,
    extended: sparse !== undefined && header[482] === 1,
    realSize: sparse === undefined ? undefined : tarNumber(header.subarray(483, 495)),
    text,
  };
}

/** Up to the first NUL. */
function text(field: Uint8Array): string {
  const end = field.indexOf(0);
  return decodeName(end < 0 ? field : field.subarray(0, end));
}

/** Octal digits between spaces, or a big-endian number behind 0x80 (GNU); undefined for all else and for what is past 2^53. */
export function tarNumber(field: Uint8Array): number | undefined {
  if (((field[0] ?? 0) & 0x80) !== 0) {
    if (((field[0] ?? 0) & 0x40) !== 0) return undefined;
    let value = (field[0] ?? 0) & 0x3f;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    return Math.min(value, Number.MAX_SAFE_INTEGER);
  }
  const digits = /^[ \0]*([0-7]*)[ \0]*/.exec(Buffer.from(field).toString("latin1"))?.[1];
  if (digits === undefined) return undefined;
  return digits === "" ? 0 : Math.min(Number.parseInt(digits, 8), Number.MAX_SAFE_INTEGER);
}

/** `count` pairs of offset and length from `at`, 12 bytes a number, up to the first empty one. */
export function stretches(block: Buffer, at: number, count: number): readonly Stretch[] {
  const found: Stretch[] = [];
  for (let index = 0; index < count; index++) {
    const field = block.subarray(at + 24 * index, at + 24 * index + 24);
    if (field[0] === 0) break;
    const offset = tarNumber(field.subarray(0, 12));
    const length = tarNumber(field.subarray(12, 24));
    if (offset === undefined || length === undefined) break;
    found.push({ offset, length });
  }
  return found;
}

/** The records of a pax header: `25 path=…\n`. Values in UTF-8, or GB18030 where they are none. */
export function parseRecords(data: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  /** Version 0.0 of GNU's sparse map repeats its two keys. */
  const map: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(32, at);
    if (space < 0 || space - at > 10) break;
    const length = Number(bytes.toString("latin1", at, space));
    if (!Number.isSafeInteger(length) || length <= space - at || at + length > bytes.length) break;
    const equals = bytes.indexOf(61, space);
    if (equals > 0 && equals < at + length) {
      const key = bytes.toString("latin1", space + 1, equals);
      const value = decodeName(bytes.subarray(equals + 1, at + length - 1));
      if (key === "GNU.sparse.offset" || key === "GNU.sparse.numbytes") map.push(value);
      records.set(key, value);
    }
    at += length;
  }
  if (map.length > 0 && !records.has("GNU.sparse.map")) records.set("GNU.sparse.map", map.join(","));
  return records;
}
