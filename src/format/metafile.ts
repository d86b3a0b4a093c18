import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { readRange } from "./shared/bytes.ts";
import { decodeCodepage } from "./shared/codepage.ts";
import { createSink } from "./shared/flow.ts";
import { createMetaLines } from "./shared/metaLines.ts";
import type { MetaLines } from "./shared/metaLines.ts";

/**
 * Windows metafiles (MS-EMF, MS-EMFPLUS, MS-WMF): the pictures that documents keep of objects, charts and drawings. What they write as text is
 * read; bitmaps in them, and drawings without any text, need a person.
 */
export const metafile: Extractor = {
  id: "metafile",
  title: { zh: "Windows 图元文件（EMF、WMF）", en: "Windows metafiles (EMF, WMF)" },
  version: 1,
  access: "any",
  accepts: ({ head }) => isEmf(head) || isWmf(head),
  extract,
};

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}

function isEmf(head: Uint8Array): boolean {
  return head.length >= 44 && word(head, 0) === 1 && word(head, 40) === 0x464d4520;
}

/** With the head of a placeable file, or as documents keep it: type 1 or 2, a head of nine words, version 1 or 3. */
function isWmf(head: Uint8Array): boolean {
  if (head.length < 18) return false;
  if (word(head, 0) === 0x9ac6cdd7) return true;
  return (word(head, 0) === 0x00090001 || word(head, 0) === 0x00090002) && head[4] === 0 && (head[5] === 1 || head[5] === 3);
}

/** Below 300×300 pixels there is no page, as with other pictures. */
const smallPicture = 300;

/** By its bounds: of an EMF in pixels, of a placeable WMF in units of its own; other WMF do not say. */
function isSmall(bytes: Buffer): boolean {
  let width = Number.MAX_SAFE_INTEGER;
  let height = width;
  if (isEmf(bytes)) {
    width = bytes.readInt32LE(16) - bytes.readInt32LE(8);
    height = bytes.readInt32LE(20) - bytes.readInt32LE(12);
  } else if (word(bytes, 0) === 0x9ac6cdd7) {
    const pixels = 96 / Math.max(1, bytes.readUInt16LE(14));
    width = (bytes.readInt16LE(10) - bytes.readInt16LE(6)) * pixels;
    height = (bytes.readInt16LE(12) - bytes.readInt16LE(8)) * pixels;
  }
  return Math.abs(width) < smallPicture && Math.abs(height) < smallPicture;
}

/** What was met besides text. */
interface Met {
  text: boolean;
  /** Bitmaps of a page's size, or text as glyphs without characters. */
  unread: boolean;
  whole: boolean;
}

/** 64 KiB of a bitmap may hold lines of writing; icons and patterns are smaller. */
const largeBitmap = 64 * 1024;

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const read = await readRange(input.bytes, 0, input.bytes.size ?? 0);
  const bytes = Buffer.from(read.buffer, read.byteOffset, read.length);
  const lines = createMetaLines(sink);
  const met: Met = { text: false, unread: false, whole: false };
  if (isEmf(bytes)) readEmf(bytes, lines, met);
  else readWmf(bytes, lines, met);
  lines.end();
  if (!met.whole) sink.failure("corrupt", "the drawing ends early", true);
  if (met.unread || (!met.text && !isSmall(bytes)))
    sink.failure("no-text", "a drawing holds pictures or shapes that need a person or OCR", met.text);
  yield* sink.drain();
}

function readEmf(bytes: Buffer, lines: MetaLines, met: Met): void {
  for (let at = 0; at + 8 <= bytes.length;) {
    const type = bytes.readUInt32LE(at);
    const size = bytes.readUInt32LE(at + 4);
    const end = at + size;
    if (size < 8 || end > bytes.length) return;
    const record = bytes.subarray(at, end);
    if (type === 14) {
      met.whole = true;
      return;
    }
    if (type === 84 || type === 83) extendedText(record, type === 84, lines, met);
    else if (type === 108) smallText(record, lines, met);
    else if (type === 70) plusRecords(record, lines, met);
    else if (/^(76|77|78|79|80|81|114|116)$/.test(String(type)) && size > largeBitmap) met.unread = true;
    at = end;
  }
}

/** EMR_EXTTEXTOUTW and A: reference point, count, where the string lies, options, where the widths lie. */
function extendedText(record: Buffer, wide: boolean, lines: MetaLines, met: Met): void {
  if (record.length < 76) return;
  const count = record.readUInt32LE(44);
  const from = record.readUInt32LE(48);
  const to = from + count * (wide ? 2 : 1);
  if (count === 0 || from < 76 || to > record.length) return;
  if ((record.readUInt32LE(52) & 0x10) !== 0) {
    met.unread = true;
    return;
  }
  const text = wide ? record.toString("utf16le", from, to) : decodeCodepage(record.subarray(from, to), 936);
  const widths = record.readUInt32LE(72);
  let width: number | undefined;
  if (widths >= 76 && widths + 4 * count <= record.length) {
    width = 0;
    for (let index = 0; index < count; index++) width += record.readUInt32LE(widths + 4 * index);
  }
  if (text.trim() !== "") met.text = true;
  lines.add({ text, x: record.readInt32LE(36), y: record.readInt32LE(40), width });
}

function smallText(record: Buffer, lines: MetaLines, met: Met): void {
  if (record.length < 36) return;
  const count = record.readUInt32LE(16);
  const options = record.readUInt32LE(20);
  const from = (options & 0x100) === 0 ? 52 : 36;
  const narrow = (options & 0x200) !== 0;
  const to = from + count * (narrow ? 1 : 2);
  if (to > record.length) return;
  const text = narrow ? record.toString("latin1", from, to) : record.toString("utf16le", from, to);
  if (text.trim() !== "") met.text = true;
  lines.add({ text, x: record.readInt32LE(8), y: record.readInt32LE(12), width: undefined });
}

/** EMF+ records in a comment: strings, and pictures. */
function plusRecords(record: Buffer, lines: MetaLines, met: Met): void {
  if (record.length < 16 || record.toString("latin1", 12, 16) !== "EMF+") return;
  for (let at = 16; at + 12 <= record.length;) {
    const type = record.readUInt16LE(at);
    const size = record.readUInt32LE(at + 4);
    if (size < 12 || at + size > record.length) return;
    if (type === 0x401c && size >= 40) {
      const count = record.readUInt32LE(at + 20);
      const to = Math.min(at + size, at + 40 + 2 * count);
      const text = record.toString("utf16le", at + 40, to);
      if (text.trim() !== "") met.text = true;
      lines.add({ text, x: record.readFloatLE(at + 24), y: record.readFloatLE(at + 28), width: undefined });
    } else if (type === 0x4036 && (record.readUInt32LE(at + 16) & 1) === 0) met.unread = true;
    // An object of type 5 is a picture.
    else if (type === 0x4008 && ((record.readUInt16LE(at + 2) >>> 8) & 0x7f) === 5 && size > largeBitmap) met.unread = true;
    at += size;
  }
}

function readWmf(bytes: Buffer, lines: MetaLines, met: Met): void {
  let codepage = 0;
  const from = word(bytes, 0) === 0x9ac6cdd7 ? 22 : 0;
  for (let at = from + 18; at + 6 <= bytes.length;) {
    const size = 2 * bytes.readUInt32LE(at);
    const type = bytes.readUInt16LE(at + 4);
    if (size < 6 || at + size > bytes.length) return;
    const record = bytes.subarray(at + 6, at + size);
    switch (type) {
      case 0:
        met.whole = true;
        return;
      case 0x02fb:
        // A font's set of characters: GB 2312, Big5.
        if (record[13] === 134) codepage = 936;
        else if (record[13] === 136) codepage = 950;
        break;
      case 0x0a32: {
        if (record.length < 8) break;
        const count = record.readUInt16LE(4);
        const start = (record.readUInt16LE(6) & 6) === 0 ? 8 : 16;
        const raw = record.subarray(start, start + count);
        const widths = start + count + (count & 1);
        let width: number | undefined;
        if (widths + 2 * count <= record.length) {
          width = 0;
          for (let index = 0; index < count; index++) width += record.readInt16LE(widths + 2 * index);
        }
        told(raw, record.readInt16LE(2), record.readInt16LE(0), width);
        break;
      }
      case 0x0521: {
        if (record.length < 6) break;
        const count = record.readUInt16LE(0);
        const place = 2 + count + (count & 1);
        if (place + 4 > record.length) break;
        told(record.subarray(2, 2 + count), record.readInt16LE(place + 2), record.readInt16LE(place), undefined);
        break;
      }
      case 0x0940:
      case 0x0b41:
      case 0x0d33:
      case 0x0f43:
        if (size > largeBitmap) met.unread = true;
        break;
      default:
    }
    at += size;
  }

  function told(raw: Buffer, x: number, y: number, width: number | undefined): void {
    const text = decodeCodepage(raw, codepage);
    if (text.trim() !== "") met.text = true;
    lines.add({ text, x, y, width });
  }
}
