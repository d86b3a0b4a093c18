import { decodeCharset } from "./charset.ts";

/** A text in a picture's metadata. */
export interface PictureText {
  readonly name: string;
  readonly text: string;
}

/** Reads `length` bytes from `offset` of the TIFF structure, fewer at its end. */
export type ReadAt = (offset: number, length: number) => Promise<Uint8Array>;

/** Directories in a file: pages of a fax, thumbnails, subdirectories. */
const directoryLimit = 200;
/** 1 MiB of one value. */
const valueLimit = 1024 * 1024;

const names: Readonly<Record<number, string>> = {
  0x010d: "DocumentName",
  0x010e: "ImageDescription",
  0x010f: "Make",
  0x0110: "Model",
  0x011d: "PageName",
  0x0131: "Software",
  0x013b: "Artist",
  0x013c: "HostComputer",
  0x8298: "Copyright",
  0x9286: "UserComment",
  0x9c9b: "XPTitle",
  0x9c9c: "XPComment",
  0x9c9d: "XPAuthor",
  0x9c9e: "XPKeywords",
  0x9c9f: "XPSubject",
  0xa430: "CameraOwnerName",
};

/** Times and numbers of versions, which cameras write into texts. */
const silent = new Set([0x0132, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292, 0x001d, 0x0001]);

/** All texts of a TIFF structure (TIFF 6.0, Exif 2.32), also what XMP and IPTC blocks in it hold. */
export async function tiffTexts(
  read: ReadAt,
  xmp: (text: string) => readonly PictureText[],
  iptc: (bytes: Uint8Array) => readonly PictureText[],
): Promise<readonly PictureText[]> {
  const head = Buffer.from(await read(0, 8));
  const mark = head.toString("latin1", 0, 2);
  if (head.length < 8 || (mark !== "II" && mark !== "MM")) return [];
  const little = mark === "II";
  const word = (bytes: Buffer, at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (bytes: Buffer, at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const found: PictureText[] = [];
  const queue = [long(head, 4)];
  const seen = new Set<number>();
  for (let at = queue.shift(); at !== undefined && seen.size < directoryLimit; at = queue.shift()) {
    if (at === 0 || seen.has(at)) continue;
    seen.add(at);
    const counted = Buffer.from(await read(at, 2));
    if (counted.length < 2) continue;
    const count = word(counted, 0);
    const entries = Buffer.from(await read(at + 2, count * 12 + 4));
    for (let index = 0; index * 12 + 12 <= entries.length && index < count; index++) {
      const entry = entries.subarray(index * 12, index * 12 + 12);
      const tag = word(entry, 0);
      const type = word(entry, 2);
      const size = long(entry, 4) * (type === 3 ? 2 : type === 4 || type === 13 ? 4 : 1);
      if ([0x8769, 0x8825, 0xa005, 0x014a].includes(tag) && size <= 4 * directoryLimit) {
        const places = size <= 4 ? entry.subarray(8) : Buffer.from(await read(long(entry, 8), size));
        for (let place = 0; place + 4 <= places.length && place < size; place += 4) queue.push(long(places, place));
        continue;
      }
      const textual = type === 2 || tag === 0x9286 || tag === 700 || tag === 0x83bb || (tag >= 0x9c9b && tag <= 0x9c9f);
      if (!textual || silent.has(tag) || size === 0) continue;
      const value = size <= 4 ? entry.subarray(8, 8 + size) : Buffer.from(await read(long(entry, 8), Math.min(size, valueLimit)));
      if (tag === 700) found.push(...xmp(value.toString("utf8")));
      else if (tag === 0x83bb) found.push(...iptc(value));
      else found.push({ name: names[tag] ?? `0x${tag.toString(16).padStart(4, "0")}`, text: textOf(tag, value, little) });
    }
    if (entries.length >= count * 12 + 4) queue.push(long(entries, count * 12));
  }
  return found.filter(({ text }) => text.trim() !== "");
}

function textOf(tag: number, value: Buffer, little: boolean): string {
  if (tag >= 0x9c9b && tag <= 0x9c9f) return beforeZero(value.subarray(0, value.length & ~1).toString("utf16le"));
  if (tag !== 0x9286) return beforeZero(decodeCharset(value.subarray(0, value.indexOf(0) < 0 ? value.length : value.indexOf(0)), ""));
  const charset = value.toString("latin1", 0, 8);
  const text = value.subarray(8);
  if (!charset.startsWith("UNICODE"))
    return beforeZero(decodeCharset(text.subarray(0, text.indexOf(0) < 0 ? text.length : text.indexOf(0)), ""));
  const even = Buffer.from(text.subarray(0, text.length & ~1));
  return beforeZero((little ? even : even.swap16()).toString("utf16le"));
}

function beforeZero(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
