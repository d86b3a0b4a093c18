import { inflateSync } from "node:zlib";
import type { ByteSource } from "../../model/entry.ts";
import { memorySource, readRange } from "./bytes.ts";
import { decodeCharset } from "./charset.ts";
import { tiffTexts } from "./tiffTags.ts";
import type { PictureText } from "./tiffTags.ts";

/** Segments, chunks, boxes of one picture. */
const partLimit = 20_000;
/** 4 MiB of one block of metadata. */
const blockLimit = 4 * 1024 * 1024;
/** 8 MiB of a picture that cannot seek are held when its metadata may lie anywhere. */
const heldLimit = 8 * 1024 * 1024;

/** What a person or a program wrote into a picture beside its pixels: Exif, XMP, IPTC, comments, text chunks. Ends at damage with what came before. */
export async function pictureTexts(source: ByteSource, kind: string): Promise<readonly PictureText[]> {
  if (kind === "JPEG") return jpegTexts(source);
  if (kind === "PNG") return pngTexts(source);
  if (kind === "GIF") return gifTexts(source);
  if (kind === "WebP" || kind === "AVI") return riffTexts(source);
  if (kind === "Photoshop") return photoshopFileTexts(source);
  const boxed = kind === "JPEG 2000" || kind === "video";
  if (kind !== "TIFF" && kind !== "HEIF" && !boxed) return [];
  const whole = source.seekable ? source : memorySource(await readRange(source, 0, heldLimit));
  if (boxed) return boxTexts(whole);
  return kind === "TIFF" ? tiffIn(whole, 0) : heifTexts(whole);
}

function tiffIn(source: ByteSource, from: number): Promise<readonly PictureText[]> {
  return tiffTexts((offset, length) => readRange(source, from + offset, length), xmpTexts, iptcTexts);
}

async function jpegTexts(source: ByteSource): Promise<readonly PictureText[]> {
  const found: PictureText[] = [];
  for (let at = 2, parts = 0; parts < partLimit; parts++) {
    const header = Buffer.from(await readRange(source, at, 4));
    if (header.length < 4 || header[0] !== 0xff) break;
    const marker = header[1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    // The pixels begin, or the picture ends.
    if (marker === 0xda || marker === 0xd9) break;
    const length = header.readUInt16BE(2);
    if (length < 2) break;
    if (marker === 0xe1 || marker === 0xed || marker === 0xfe) {
      const data = Buffer.from(await readRange(source, at + 4, length - 2));
      if (marker === 0xfe) found.push({ name: "Comment", text: decodeCharset(withoutZeros(data), "") });
      else if (data.toString("latin1", 0, 6) === "Exif\0\0") found.push(...(await tiffIn(memorySource(data.subarray(6)), 0)));
      else if (data.toString("latin1", 0, 29) === "http://ns.adobe.com/xap/1.0/\0") found.push(...xmpTexts(decodeXmp(data.subarray(29))));
      else if (data.toString("latin1", 0, 35) === "http://ns.adobe.com/xmp/extension/\0")
        found.push(...xmpTexts(decodeXmp(data.subarray(75))));
      else if (data.toString("latin1", 0, 14) === "Photoshop 3.0\0") found.push(...photoshopTexts(data.subarray(14)));
    }
    at += 2 + length;
  }
  return found;
}

function withoutZeros(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return bytes.subarray(0, end);
}

/** Image resources; the IPTC block is number 0x0404. */
function photoshopTexts(data: Buffer): readonly PictureText[] {
  const found: PictureText[] = [];
  for (let at = 0; at + 12 <= data.length && data.toString("latin1", at, at + 4) === "8BIM";) {
    const id = data.readUInt16BE(at + 4);
    const nameLength = 1 + (data[at + 6] ?? 0);
    const size = at + 6 + nameLength + (nameLength % 2);
    if (size + 4 > data.length) break;
    const length = data.readUInt32BE(size);
    const value = data.subarray(size + 4, size + 4 + length);
    if (id === 0x0404) found.push(...iptcTexts(value));
    if (id === 0x0424) found.push(...xmpTexts(decodeXmp(value)));
    at = size + 4 + length + (length % 2);
  }
  return found;
}

/** A document of Photoshop (its "File Format", image resources): behind the header and the colours. */
async function photoshopFileTexts(source: ByteSource): Promise<readonly PictureText[]> {
  const colours = Buffer.from(await readRange(source, 26, 4));
  const at = 30 + (colours.length < 4 ? 0 : colours.readUInt32BE(0));
  const length = Buffer.from(await readRange(source, at, 4));
  if (length.length < 4) return [];
  return photoshopTexts(Buffer.from(await readRange(source, at + 4, Math.min(length.readUInt32BE(0), blockLimit))));
}

const iptcNames: Readonly<Record<number, string>> = {
  5: "Title",
  25: "Keywords",
  80: "Author",
  105: "Headline",
  116: "Copyright",
  120: "Caption",
};

/** Data sets of the application record (IPTC IIM 4.2, record 2). */
function iptcTexts(bytes: Uint8Array): readonly PictureText[] {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: PictureText[] = [];
  for (let at = 0; at + 5 <= data.length && data[at] === 0x1c;) {
    const length = data.readUInt16BE(at + 3);
    if (length > 0x7fff) break;
    const value = data.subarray(at + 5, at + 5 + length);
    const id = data[at + 2] ?? 0;
    if (data[at + 1] === 2 && id !== 0) found.push({ name: iptcNames[id] ?? `IPTC ${id}`, text: decodeCharset(value, "") });
    at += 5 + length;
  }
  return found;
}

/** A packet is UTF-8, or UTF-16 of either order, which shows in its first sign. */
function decodeXmp(bytes: Buffer): string {
  const [first, second] = bytes;
  const bare = first === 0xfe || first === 0xff ? bytes.subarray(2) : bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return bare.toString("utf16le");
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c))
    return Buffer.from(bare.subarray(0, bare.length & ~1))
      .swap16()
      .toString("utf16le");
  return bytes.toString("utf8");
}

/** Names of the structure of XMP, and ids that programs count by. */
const xmpSilent =
  /^(?:xmlns(?::.*)?|rdf:(?:about|parseType|resource)|x:xmptk|xml:lang|.*:(?:DocumentID|InstanceID|OriginalDocumentID|documentID|instanceID|originalDocumentID|changed|when|action|[A-Za-z]*Digest))$/;

/** Texts and attributes of an XMP packet (ISO 16684-1), each under the name of its element. */
export function xmpTexts(packet: string): readonly PictureText[] {
  const found: PictureText[] = [];
  const open: string[] = [];
  for (const match of packet.slice(0, blockLimit).matchAll(/<(\/?)([A-Za-z_][\w:.-]*)((?:[^<>"']|"[^"<]*"|'[^'<]*')*?)(\/?)>([^<]*)/g)) {
    const [, closing, name = "", attributes = "", empty, text = ""] = match;
    if (closing === "/") open.pop();
    else {
      for (const attribute of attributes.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
        const label = attribute[1] ?? "";
        if (!xmpSilent.test(label)) found.push({ name: label, text: characters(attribute[2] ?? attribute[3] ?? "") });
      }
      if (empty !== "/" && open.length < 200) open.push(name);
    }
    const owner = open.findLast((one) => !one.startsWith("rdf:")) ?? "XMP";
    if (text.trim() !== "" && !xmpSilent.test(owner)) found.push({ name: owner, text: characters(text) });
  }
  return found.filter(({ text }) => text.trim() !== "");
}

function characters(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return text.replace(/&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(\w{2,4}));/g, (all, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? all;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}

async function pngTexts(source: ByteSource): Promise<readonly PictureText[]> {
  const found: PictureText[] = [];
  for (let at = 8, parts = 0; parts < partLimit; parts++) {
    const header = Buffer.from(await readRange(source, at, 8));
    if (header.length < 8) break;
    const length = header.readUInt32BE(0);
    const type = header.toString("latin1", 4, 8);
    if (type === "tEXt" || type === "zTXt" || type === "iTXt" || type === "eXIf") {
      const data = Buffer.from(await readRange(source, at + 8, Math.min(length, blockLimit)));
      if (type === "eXIf") found.push(...(await tiffIn(memorySource(data), 0)));
      else found.push(...(await pngText(type, data)));
    }
    if (type === "IEND") break;
    at += 12 + length;
  }
  return found;
}

async function pngText(type: string, data: Buffer): Promise<readonly PictureText[]> {
  const end = data.indexOf(0);
  if (end < 0) return [];
  const name = data.toString("latin1", 0, end);
  const rest = data.subarray(end + 1);
  let value: Buffer | undefined = rest;
  if (type === "zTXt") value = inflated(rest.subarray(1));
  if (type === "iTXt") {
    // Language, then the name in that language.
    const language = rest.indexOf(0, 2);
    const translated = rest.indexOf(0, language + 1);
    if (language < 0 || translated < 0) return [];
    value = rest[0] === 1 ? inflated(rest.subarray(translated + 1)) : rest.subarray(translated + 1);
  }
  if (value === undefined) return [];
  if (name === "XML:com.adobe.xmp") return xmpTexts(decodeXmp(value));
  if (name.startsWith("Raw profile type ")) return await profileTexts(value);
  return [{ name, text: type === "iTXt" ? value.toString("utf8") : decodeCharset(value, "") }];
}

/** Exif, IPTC or XMP as ImageMagick puts it into PNG: a line with its kind, a line with its length, lines of hexadecimal digits. */
async function profileTexts(value: Buffer): Promise<readonly PictureText[]> {
  const digits = /^\s*\S+\s+\d+\s+([\da-f\s]+)$/i.exec(value.toString("latin1"))?.[1] ?? "";
  const data = Buffer.from(digits.replaceAll(/\s/g, ""), "hex");
  const begin = data.toString("latin1", 0, 14);
  if (begin.startsWith("Exif\0\0")) return await tiffIn(memorySource(data), 6);
  if (begin === "Photoshop 3.0\0") return photoshopTexts(data.subarray(14));
  if (begin.startsWith("8BIM")) return photoshopTexts(data);
  if (begin.startsWith("\x1c\x02")) return iptcTexts(data);
  const packet = data.indexOf("<");
  return packet < 0 ? [] : xmpTexts(decodeXmp(data.subarray(packet)));
}

function inflated(bytes: Buffer): Buffer | undefined {
  try {
    return inflateSync(bytes, { maxOutputLength: blockLimit });
  } catch {
    return undefined;
  }
}

async function gifTexts(source: ByteSource): Promise<readonly PictureText[]> {
  const found: PictureText[] = [];
  const head = await readRange(source, 0, 13);
  const colours = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  let at = 13 + colours(head[10] ?? 0);
  const blocks = async (): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    let held = 0;
    for (;;) {
      const [size = 0] = await readRange(source, at, 1);
      at++;
      if (size === 0) return Buffer.concat(pieces);
      if (held < blockLimit) pieces.push(Buffer.from(await readRange(source, at, size)));
      held += size;
      at += size;
    }
  };
  for (let parts = 0; parts < partLimit; parts++) {
    const [kind, label] = await readRange(source, at, 2);
    if (kind === 0x21) {
      at += 2;
      const data = await blocks();
      if (label === 0xfe) found.push({ name: "Comment", text: decodeCharset(data, "") });
      else if (label === 1) found.push({ name: "Text", text: decodeCharset(data.subarray(12), "") });
      else if (label === 0xff && data.toString("latin1", 0, 11) === "XMP DataXMP") found.push(...xmpTexts(data.toString("latin1", 11)));
    } else if (kind === 0x2c) {
      const descriptor = await readRange(source, at, 10);
      at += 10 + colours(descriptor[9] ?? 0) + 1;
      for (;;) {
        const [size = 0] = await readRange(source, at, 1);
        at += 1 + size;
        if (size === 0) break;
      }
    } else break;
  }
  return found;
}

/** WebP and AVI: chunks with their lengths; those of a list of type INFO are named by four letters. */
async function riffTexts(source: ByteSource): Promise<readonly PictureText[]> {
  const found: PictureText[] = [];
  for (let at = 12, parts = 0; parts < partLimit; parts++) {
    const header = Buffer.from(await readRange(source, at, 12));
    if (header.length < 8) break;
    const type = header.toString("latin1", 0, 4);
    const length = header.readUInt32LE(4);
    if (type === "LIST" && header.toString("latin1", 8) === "INFO")
      found.push(...infoTexts(Buffer.from(await readRange(source, at + 12, Math.min(length - 4, blockLimit)))));
    if (type === "EXIF" || type === "XMP " || type === "_PMX") {
      const data = Buffer.from(await readRange(source, at + 8, Math.min(length, blockLimit)));
      if (type !== "EXIF") found.push(...xmpTexts(decodeXmp(data)));
      else found.push(...(await tiffIn(memorySource(data.toString("latin1", 0, 6) === "Exif\0\0" ? data.subarray(6) : data), 0)));
    }
    at += 8 + length + (length % 2);
  }
  return found;
}

const infoNames: Readonly<Record<string, string>> = { INAM: "Title", ICMT: "Comment", IART: "Author", ISBJ: "Subject", IKEY: "Keywords" };

function infoTexts(data: Buffer): readonly PictureText[] {
  const found: PictureText[] = [];
  for (let at = 0; at + 8 <= data.length;) {
    const type = data.toString("latin1", at, at + 4);
    const length = data.readUInt32LE(at + 4);
    found.push({ name: infoNames[type] ?? type, text: decodeCharset(withoutZeros(data.subarray(at + 8, at + 8 + length)), "") });
    at += 8 + length + (length % 2);
  }
  return found;
}

/** Boxes with others inside, in which the names of a film and what was said of it stand; `meta` of QuickTime has no version before them. */
const boxNests: ReadonlySet<string> = new Set(["moov", "udta", "meta", "ilst"]);
const boxDepth = 8;
/** How a box with a name of its own (`uuid`) says that it holds XMP. */
const xmpId = "be7acfcb97a942e89c71999491e3afac";

/**
 * JPEG 2000 and films (ISO 15444-1, 14496-12, QuickTime): XMP, XML, and what programs write about a film: `©nam` and the like, with the text itself
 * or boxes `data` in them. Samples and tracks are stepped over.
 */
async function boxTexts(source: ByteSource): Promise<readonly PictureText[]> {
  const found: PictureText[] = [];
  let parts = 0;
  async function inside(from: number, to: number, owner: string, depth: number): Promise<void> {
    for (let at = from; at + 8 <= to && parts < partLimit; parts++) {
      const header = Buffer.from(await readRange(source, at, 32));
      if (header.length < 8) return;
      const told = header.readUInt32BE(0);
      const wide = told === 1 && header.length >= 16;
      const size = wide ? Number(header.readBigUInt64BE(8)) : told === 0 ? to - at : told;
      const start = wide ? 16 : 8;
      if (size < start) return;
      const type = header.toString("latin1", 4, 8);
      const end = Math.min(to, at + size);
      const body = async (skip: number): Promise<Buffer> =>
        Buffer.from(await readRange(source, at + start + skip, Math.max(0, Math.min(end - at - start - skip, blockLimit))));
      if (type === "uuid" && header.toString("hex", start, start + 16) === xmpId) found.push(...xmpTexts(decodeXmp(await body(16))));
      else if (type === "XMP_" || type === "xml ") found.push(...xmpTexts(decodeXmp(await body(0))));
      else if (type === "data" && owner !== "") {
        const value = await body(0);
        // Type 1 is UTF-8; 2 UTF-16.
        const kind = value.length < 8 ? 0 : value.readUInt32BE(0);
        if (kind === 1) found.push({ name: owner, text: value.toString("utf8", 8) });
        else if (kind === 2)
          found.push({ name: owner, text: decodeXmp(Buffer.concat([Buffer.from("\xfe\xff", "latin1"), value.subarray(8)])) });
      } else if (type.startsWith("\xa9") && owner !== "ilst") found.push(...filmTexts(type.slice(1), await body(0)));
      else if (depth < boxDepth && (boxNests.has(type) || owner === "ilst")) {
        const versioned = type === "meta" && header.length >= 12 && header.readUInt32BE(8) === 0;
        await inside(at + start + (versioned ? 4 : 0), end, owner === "ilst" ? itemName(type) : type === "ilst" ? "ilst" : "", depth + 1);
      }
      at += size;
    }
  }
  await inside(0, source.size ?? heldLimit, "", 0);
  return found;
}

/** Four letters; in files of QuickTime a number. */
function itemName(type: string): string {
  return /^[\xa9\x20-\x7e]+$/.test(type) ? type.replace("\xa9", "") : "item";
}

/** Texts of QuickTime: length, language and text, one or more. */
function filmTexts(name: string, data: Buffer): readonly PictureText[] {
  const found: PictureText[] = [];
  for (let at = 0; at + 4 <= data.length;) {
    const length = data.readUInt16BE(at);
    if (length === 0 || at + 4 + length > data.length) break;
    found.push({ name, text: decodeCharset(withoutZeros(data.subarray(at + 4, at + 4 + length)), "") });
    at += 4 + length;
  }
  return found;
}

/** Items of the `meta` box (ISO 14496-12) whose type is `Exif` or which are XMP. */
async function heifTexts(source: ByteSource): Promise<readonly PictureText[]> {
  const meta = await findMeta(source);
  if (meta === undefined) return [];
  const wanted = new Map<number, string>();
  const places = new Map<number, readonly [number, number]>();
  for (const box of boxes(meta, 4)) {
    if (box.type === "iinf") {
      const version = meta[box.from] ?? 0;
      for (const inner of boxes(meta.subarray(0, box.to), box.from + (version === 0 ? 6 : 8))) {
        if (inner.type !== "infe" || (meta[inner.from] ?? 0) < 2) continue;
        const wide = meta[inner.from] === 3;
        if (inner.from + (wide ? 14 : 12) > meta.length) continue;
        const id = wide ? meta.readUInt32BE(inner.from + 4) : meta.readUInt16BE(inner.from + 4);
        const type = meta.toString("latin1", inner.from + (wide ? 10 : 8), inner.from + (wide ? 14 : 12));
        if (type === "Exif" || type === "mime") wanted.set(id, type);
      }
    } else if (box.type === "iloc") {
      for (const [id, place] of itemPlaces(meta.subarray(box.from, box.to))) places.set(id, place);
    }
  }
  const found: PictureText[] = [];
  for (const [id, type] of wanted) {
    const place = places.get(id);
    if (place === undefined) continue;
    const data = Buffer.from(await readRange(source, place[0], Math.min(place[1], blockLimit)));
    if (type === "mime") found.push(...xmpTexts(decodeXmp(data)));
    else if (data.length > 8) found.push(...(await tiffIn(memorySource(data.subarray(4 + Math.min(data.readUInt32BE(0), 64))), 0)));
  }
  return found;
}

async function findMeta(source: ByteSource): Promise<Buffer | undefined> {
  for (let at = 0, parts = 0; parts < 100; parts++) {
    const header = Buffer.from(await readRange(source, at, 16));
    if (header.length < 8) return undefined;
    const told = header.readUInt32BE(0);
    const size = told === 1 && header.length === 16 ? Number(header.readBigUInt64BE(8)) : told;
    if (header.toString("latin1", 4, 8) === "meta") return Buffer.from(await readRange(source, at + 8, Math.min(size - 8, blockLimit)));
    if (size < 8) return undefined;
    at += size;
  }
  return undefined;
}

function* boxes(bytes: Buffer, from: number): Generator<{ readonly type: string; readonly from: number; readonly to: number }> {
  for (let at = from; at + 8 <= bytes.length;) {
    const size = bytes.readUInt32BE(at);
    if (size < 8) return;
    yield { type: bytes.toString("latin1", at + 4, at + 8), from: at + 8, to: Math.min(bytes.length, at + size) };
    at += size;
  }
}

/** First extent of each item (ISO 14496-12, 8.11.3) that lies in the file itself. */
function itemPlaces(box: Buffer): ReadonlyMap<number, readonly [number, number]> {
  const places = new Map<number, readonly [number, number]>();
  const version = box[0] ?? 0;
  const sizes = box.length < 8 ? 0 : box.readUInt16BE(4);
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version === 0 ? 0 : sizes & 15;
  let at = 6;
  const take = (size: number): number => {
    let value = 0;
    for (let index = 0; index < size; index++) value = value * 256 + (box[at++] ?? 0);
    return value;
  };
  const count = take(version < 2 ? 2 : 4);
  for (let item = 0; item < count && at < box.length; item++) {
    const id = take(version < 2 ? 2 : 4);
    const method = version === 0 ? 0 : take(2) & 15;
    take(2);
    const base = take(baseSize);
    const extents = take(2);
    for (let extent = 0; extent < extents && at < box.length; extent++) {
      take(indexSize);
      const offset = base + take(offsetSize);
      const length = take(lengthSize);
      if (extent === 0 && method === 0) places.set(id, [offset, length]);
    }
  }
  return places;
}
