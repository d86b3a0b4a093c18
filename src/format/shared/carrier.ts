import type { ByteSource } from "../../model/entry.ts";
import { readRange } from "./bytes.ts";
import { isSmallPicture } from "./pictureSize.ts";

/** A kind of content behind which an archive may be hung and that opens all the same: `copy /b picture.jpg+files.rar`. */
interface Carrier {
  /** The first bytes. */
  readonly is: (start: string) => boolean;
  /**
   * Where its own bytes end, from its first 4 KiB and its last 16 bytes; 0 where only a search can tell, undefined where nothing stands behind.
   */
  readonly end: (head: Buffer, tail: Buffer, size: number) => number | undefined;
}

const startsWith =
  (...magics: readonly string[]) =>
  (start: string): boolean =>
    magics.some((magic) => start.startsWith(magic));

const told = (end: number, size: number): number | undefined => (end >= size ? undefined : Math.max(0, end));

const carriers: readonly Carrier[] = [
  { is: startsWith("\xff\xd8\xff"), end: (_head, tail) => (tail.at(-2) === 0xff && tail.at(-1) === 0xd9 ? undefined : 0) },
  { is: startsWith("\x89PNG"), end: (_head, tail) => (tail.toString("latin1", 8, 12) === "IEND" ? undefined : 0) },
  { is: startsWith("GIF8"), end: (_head, tail) => (tail.at(-1) === 0x3b ? undefined : 0) },
  { is: startsWith("BM"), end: (head, _tail, size) => (head.length < 6 ? undefined : told(head.readUInt32LE(2), size)) },
  { is: startsWith("RIFF"), end: (head, _tail, size) => (head.length < 8 ? undefined : told(head.readUInt32LE(4) + 8, size)) },
  { is: startsWith("FORM"), end: (head, _tail, size) => (head.length < 8 ? undefined : told(head.readUInt32BE(4) + 8, size)) },
  { is: startsWith("wOFF", "wOF2"), end: (head, _tail, size) => (head.length < 12 ? undefined : told(head.readUInt32BE(8), size)) },
  { is: startsWith("\0\x01\0\0\0", "OTTO\0"), end: (head, _tail, size) => told(fontEnd(head), size) },
  // Collections of fonts, icons, and sound, in which nothing says where the last frame ends.
  { is: startsWith("ttcf", "\0\0\x01\0", "ID3", "fLaC", "OggS", "#!AMR", "\xff\xfb", "\xff\xf3", "\xff\xf2", "\xff\xfa"), end: () => 0 },
];

/** End of the last table of a TrueType or OpenType font; tables are padded to 4 bytes. */
function fontEnd(head: Buffer): number {
  let end = 0;
  for (let row = 12; row < 12 + head.readUInt16BE(4) * 16 && row + 16 <= head.length; row += 16)
    end = Math.max(end, head.readUInt32BE(row + 8) + head.readUInt32BE(row + 12));
  return Math.ceil(end / 4) * 4;
}

function carrierOf(head: Uint8Array): Carrier | undefined {
  const start = Buffer.from(head.subarray(0, 5)).toString("latin1");
  return carriers.find(({ is }) => is(start));
}

/** Said of the first 5 bytes or more: pictures, sound and fonts. */
export function isCarrier(head: Uint8Array): boolean {
  return carrierOf(head) !== undefined;
}

/** Where an archive behind a picture, a sound or a font may begin at the earliest; undefined where there is none. */
export async function carrierEnd(bytes: ByteSource): Promise<number | undefined> {
  if (bytes.size === undefined) return undefined;
  const head = Buffer.from(await readRange(bytes, 0, 4096));
  const tail = Buffer.from(await readRange(bytes, Math.max(0, bytes.size - 16), 16));
  return carrierOf(head)?.end(head, tail, bytes.size);
}

/** Whether a picture that may be a page lies before the archive. `head` is the first 4 KiB. */
export function hidesPicture(head: Uint8Array): boolean {
  const start = Buffer.from(head.subarray(0, 12)).toString("latin1");
  return (/^(?:\xff\xd8\xff|\x89PNG|GIF8|BM)/u.test(start) || start.endsWith("WEBP")) && !isSmallPicture(head);
}
