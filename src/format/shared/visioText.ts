/** Text of a Visio drawing of the years before 2013 (`.vsd`), and what else its streams hold. */
export interface VisioText {
  /** Text of a shape, and the page it stands on, from 1; 0 in stencils and masters. */
  readonly texts: readonly { readonly page: number; readonly text: string }[];
  /** All streams of chunks, unpacked: names, fields and data of shapes are in them. */
  readonly rest: Buffer;
}

/** Where a stream of the drawing lies. */
interface Pointer {
  readonly type: number;
  readonly offset: number;
  readonly length: number;
  readonly format: number;
}

const head = "Visio (TM) Drawing\r\n\0";
const pageType = 0x15;
const textType = 0x0e;
/** Streams, levels and unpacked bytes looked at: a large plan has some thousand streams and 20 MB. */
const mostStreams = 100_000;
const deepest = 32;
const mostBytes = 128 * 1024 * 1024;

/** Reads the stream `VisioDocument` as Visio 2000 to 2010 wrote it; undefined for anything else. Its makers never said how it is built; what is known others found out. */
export function readVisio(document: Buffer): VisioText | undefined {
  const version = document[0x1a] ?? 0;
  if (document.toString("latin1", 0, head.length) !== head || (version !== 6 && version !== 11) || document.length < 0x36) return undefined;
  const texts: { page: number; text: string }[] = [];
  const rest: Buffer[] = [];
  const visited = new Set<number>();
  let pages = 0;
  let left = mostBytes;
  const visit = (pointer: Pointer, page: number, depth: number): void => {
    if (visited.has(pointer.offset) || visited.size >= mostStreams || depth > deepest || left <= 0) return;
    visited.add(pointer.offset);
    const packed = (pointer.format & 2) !== 0;
    const held = document.subarray(pointer.offset, pointer.offset + pointer.length);
    const bytes = packed ? unpack(held, left) : held;
    left -= bytes.length;
    const kind = (pointer.format >> 4) & 0xf;
    const within = pointer.type === pageType ? ++pages : page;
    if (kind === 5 || depth === 0) for (const inner of pointersIn(bytes, packed ? 4 : 0)) visit(inner, within, depth + 1);
    else if (kind === 0xd || kind === 0xc || kind === 8) {
      rest.push(bytes);
      for (const text of textsIn(bytes, version)) texts.push({ page: within, text });
    }
  };
  visit(pointerAt(document, 0x24), 0, 0);
  return { texts, rest: Buffer.concat(rest) };
}

function pointerAt(bytes: Buffer, at: number): Pointer {
  return {
    type: bytes.readUInt32LE(at),
    offset: bytes.readUInt32LE(at + 8),
    length: bytes.readUInt32LE(at + 12),
    format: bytes.readUInt16LE(at + 16),
  };
}

function* pointersIn(bytes: Buffer, shift: number): Generator<Pointer, void> {
  if (bytes.length < shift + 4) return;
  const list = bytes.readUInt32LE(shift) + shift - 4;
  if (list + 12 > bytes.length) return;
  const count = Math.min(bytes.readUInt32LE(list + 4), Math.floor((bytes.length - list - 12) / 18));
  for (let index = 0; index < count; index++) {
    const pointer = pointerAt(bytes, list + 12 + index * 18);
    if (pointer.type !== 0) yield pointer;
  }
}

/** A chunk's header: kind, number, list, length, level and a byte of unknown sense. */
const headerLength = 19;

/** Texts of shapes among the chunks: how much stands behind a chunk is not told, so that the next header is sought where it would make sense. */
function* textsIn(bytes: Buffer, version: number): Generator<string, void> {
  for (let at = 0; at + headerLength <= bytes.length; at++) {
    if (bytes[at] !== textType || bytes.readUInt32LE(at) !== textType) continue;
    const length = bytes.readUInt32LE(at + 12);
    const from = at + headerLength;
    if (length <= 8 || from + length > bytes.length || bytes.readUInt16LE(at + 16) > 64) continue;
    const held = bytes.subarray(from + 8, from + length);
    const text = (version === 11 ? held.toString("utf16le") : decodeNarrow(held)).replace(/\0+$/u, "");
    if (text !== "" && !/[\0-\x08\x0e-\x1d\ufffd]/u.test(text)) {
      yield text;
      at = from + length - 1;
    }
  }
}

/** Visio 2002 and before wrote in the code page of the machine. */
function decodeNarrow(bytes: Buffer): string {
  return new TextDecoder("gb18030").decode(bytes);
}

/** Lempel and Ziv over a window of 4 KiB: a byte of flags before eight bytes or places. */
function unpack(packed: Buffer, limit: number): Buffer {
  const out = Buffer.alloc(Math.min(limit, packed.length * 18 + 64));
  const window = Buffer.alloc(4096);
  let length = 0;
  const put = (byte: number): void => {
    window[length & 4095] = byte;
    out[length++] = byte;
  };
  for (let at = 0; at < packed.length;) {
    const flags = packed[at++] ?? 0;
    for (let bit = 0; bit < 8 && at < packed.length && length + 18 <= out.length; bit++) {
      if ((flags & (1 << bit)) !== 0) {
        put(packed[at++] ?? 0);
        continue;
      }
      if (at + 2 > packed.length) return out.subarray(0, length);
      const low = packed[at++] ?? 0;
      const high = packed[at++] ?? 0;
      const place = ((high & 0xf0) << 4) | low;
      let from = place > 4078 ? place - 4078 : place + 18;
      for (let count = (high & 15) + 3; count > 0; count--) put(window[from++ & 4095] ?? 0);
    }
    if (length + 18 > out.length) break;
  }
  return out.subarray(0, length);
}
