import type { Piece } from "./wordText.ts";
import type { WordFib } from "./wordFib.ts";

/** What is known of a run of characters, in bits. */
export const DELETED = 1;
export const HIDDEN = 2;
/** The characters stand for one of a symbol font, kept in `symbol`. */
export const SYMBOL = 4;

/** What is known of a paragraph, in bits. */
export const IN_TABLE = 1;
export const ROW_END = 2;
export const INNER_CELL = 4;
export const INNER_ROW_END = 8;

/** A run with its properties. */
export interface FormatRun {
  readonly from: number;
  readonly to: number;
  readonly bits: number;
  /** Character of a symbol font, or how deep tables nest. */
  readonly value: number;
}

/** The formatting of a document that matters for its text; runs in characters over all stories, sorted, without those that say nothing. */
export interface WordFormat {
  readonly characters: readonly FormatRun[];
  readonly paragraphs: readonly FormatRun[];
  /** Some paragraph says that it ends a row; in damaged documents, and in old ones, none may. */
  readonly rowEnds: boolean;
  /** Offsets in the Data stream of pictures and what else is kept there. */
  readonly pictures: readonly number[];
  /** False where a page of formatting lies outside the stream or is none. */
  readonly sound: boolean;
}

/** 200,000 pictures: more are not looked for. */
const pictureLimit = 200_000;

interface Found {
  bits: number;
  value: number;
  picture: number;
}

/** Reads the pages of formatted character and paragraph runs (MS-DOC 2.4.6, 2.9.33, 2.9.172; Word 6 has shorter records). */
export function readWordFormat(word: Buffer, table: Buffer, data: Buffer, fib: WordFib, pieces: readonly Piece[]): WordFormat {
  const state = { sound: true };
  const pictures: number[] = [];
  const characters = readPages(word, pagesOf(table, fib, "charBins"), state, (at, crun, index) => {
    const place = at + (word[at + 4 * (crun + 1) + index] ?? 0) * 2;
    if (place === at || place >= at + 511) return undefined;
    const size = word[place] ?? 0;
    const found: Found = { bits: 0, value: 0, picture: -1 };
    const list = word.subarray(place + 1, Math.min(at + 511, place + 1 + size));
    if (fib.modern) readCharacter(list, found);
    else readOldCharacter(list, found);
    if (found.picture >= 0 && pictures.length < pictureLimit) pictures.push(found.picture);
    return found;
  });
  const record = fib.modern ? 13 : 7;
  const paragraphs = readPages(word, pagesOf(table, fib, "paragraphBins"), state, (at, crun, index) => {
    const place = at + (word[at + 4 * (crun + 1) + record * index] ?? 0) * 2;
    if (place === at || place >= at + 511) return undefined;
    const found: Found = { bits: 0, value: 0, picture: -1 };
    const first = word[place] ?? 0;
    // The count is of words; a zero is followed by the count proper.
    const from = first === 0 ? place + 2 : place + 1;
    const size = fib.modern
      ? first === 0
        ? (word[place + 1] ?? 0) * 2
        : first * 2 - 1
      : (first === 0 ? (word[place + 1] ?? 0) : first) * 2;
    const end = Math.min(at + 511, from + size);
    if (fib.modern) readParagraph(word.subarray(from + 2, Math.max(from + 2, end)), data, found, 0);
    else readOldParagraph(word.subarray(from + 1, Math.max(from + 1, end)), found);
    return found;
  });
  const own = pieces.flatMap(({ from, to, deleted, hidden }) =>
    deleted || hidden ? [{ from, to, bits: (deleted ? DELETED : 0) | (hidden ? HIDDEN : 0), value: 0 }] : [],
  );
  return {
    characters: [...toPositions(characters, pieces), ...own].toSorted((one, other) => one.from - other.from),
    paragraphs: toPositions(paragraphs, pieces),
    rowEnds: paragraphs.some(({ bits }) => (bits & ROW_END) !== 0),
    pictures,
    sound: state.sound,
  };
}

/** Numbers of the 512-byte pages that hold runs of one kind, each once. */
function pagesOf(table: Buffer, fib: WordFib, kind: "charBins" | "paragraphBins"): ReadonlySet<number> {
  const { from, length } = fib.place(kind);
  const width = fib.modern ? 4 : 2;
  const end = Math.min(table.length, from + length);
  const count = Math.floor((end - from - 4) / (4 + width));
  const pages = new Set<number>();
  for (let index = 0; index < count; index++) {
    const at = from + 4 * (count + 1) + width * index;
    pages.add(fib.modern ? table.readUInt32LE(at) & 0x3f_ffff : table.readUInt16LE(at));
  }
  return pages;
}

function readPages(
  word: Buffer,
  pages: ReadonlySet<number>,
  state: { sound: boolean },
  read: (at: number, crun: number, index: number) => Found | undefined,
): FormatRun[] {
  const runs: FormatRun[] = [];
  for (const page of pages) {
    const at = page * 512;
    if (at + 512 > word.length) {
      state.sound = false;
      continue;
    }
    const crun = word[at + 511] ?? 0;
    if (crun > 101) {
      state.sound = false;
      continue;
    }
    for (let index = 0; index < crun; index++) {
      const from = word.readUInt32LE(at + 4 * index);
      const to = word.readUInt32LE(at + 4 * index + 4);
      if (to <= from || to > word.length) continue;
      const found = read(at, crun, index);
      if (found !== undefined && found.bits !== 0) runs.push({ from, to, bits: found.bits, value: found.value });
    }
  }
  return runs.toSorted((one, other) => one.from - other.from);
}

/** Runs of bytes as runs of characters; both sorted. */
function toPositions(runs: readonly FormatRun[], pieces: readonly Piece[]): FormatRun[] {
  const told: FormatRun[] = [];
  // Runs of one page do not overlap; of a damaged file they may, and then the longest reach counts.
  let reach = 0;
  const reaches = runs.map(({ to }) => (reach = Math.max(reach, to)));
  const most = 4 * runs.length + 4 * pieces.length + 1024;
  for (const { from, to, offset, width } of pieces) {
    const end = offset + (to - from) * width;
    let low = 0;
    let high = runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((reaches[middle] ?? 0) > offset) high = middle;
      else low = middle + 1;
    }
    for (let index = low; index < runs.length && told.length < most; index++) {
      const run = runs[index];
      if (run === undefined || run.from >= end) break;
      const first = from + Math.max(0, Math.floor((run.from - offset) / width));
      const last = Math.min(to, from + Math.ceil((run.to - offset) / width));
      if (last > first) told.push({ from: first, to: last, bits: run.bits, value: run.value });
    }
  }
  return told.toSorted((one, other) => one.from - other.from);
}

/** Calls `told` for each property of a list: its number, where its operand lies and how long it is. */
function properties(list: Buffer, told: (property: number, at: number, length: number) => void): void {
  for (let at = 0; at + 2 <= list.length;) {
    const property = list.readUInt16LE(at);
    at += 2;
    const kind = property >>> 13;
    let length = [1, 1, 2, 4, 2, 2, 0, 3][kind] ?? 0;
    if (kind === 6) {
      if (property === 0xd608) {
        if (at + 2 > list.length) return;
        length = list.readUInt16LE(at) + 1;
      } else {
        length = (list[at] ?? 0) + 1;
        // Tab stops of 255 bytes and more count themselves.
        if (property === 0xc615 && length === 256) length = tabsLength(list, at);
      }
    }
    if (at + length > list.length) return;
    told(property, at, length);
    at += length;
  }
}

function tabsLength(list: Buffer, at: number): number {
  const removed = list[at + 1] ?? 0;
  const added = list[at + 2 + 4 * removed] ?? 0;
  return 3 + 4 * removed + 3 * added;
}

function readCharacter(list: Buffer, found: Found): void {
  properties(list, (property, at) => {
    const value = list[at] ?? 0;
    switch (property) {
      case 0x0800:
        if (value === 1) found.bits |= DELETED;
        return;
      case 0x083c:
        if (value === 1 || value === 0x81) found.bits |= HIDDEN;
        return;
      case 0x6a09:
        found.bits |= SYMBOL;
        found.value = list.readUInt16LE(at + 2);
        return;
      case 0x6a03:
        found.picture = list.readUInt32LE(at);
        return;
      default:
    }
  });
}

function readParagraph(list: Buffer, data: Buffer, found: Found, depth: number): void {
  properties(list, (property, at) => {
    const value = list[at] ?? 0;
    switch (property) {
      case 0x2416:
        if (value === 1) found.bits |= IN_TABLE;
        return;
      case 0x2417:
        if (value === 1) found.bits |= ROW_END;
        return;
      case 0x244b:
        if (value === 1) found.bits |= INNER_CELL;
        return;
      case 0x244c:
        if (value === 1) found.bits |= INNER_ROW_END;
        return;
      case 0x6649:
        found.value = Math.min(64, list.readUInt32LE(at));
        if (found.value > 0) found.bits |= IN_TABLE;
        return;
      case 0x6645:
      case 0x6646: {
        // A list too long for its page lies in the Data stream.
        const from = list.readUInt32LE(at);
        if (depth > 0 || from + 2 > data.length) return;
        readParagraph(data.subarray(from + 2, from + 2 + data.readUInt16LE(from)), data, found, depth + 1);
        return;
      }
      default:
    }
  });
}

/** Bytes of the operands of Word 6 character properties 65–119; -1: told by their first byte. */
const oldLengths: Readonly<Record<number, number>> = {
  65: 1,
  66: 1,
  67: 1,
  68: -1,
  69: 2,
  70: 4,
  71: 1,
  72: 2,
  73: 3,
  74: -1,
  75: 1,
  80: 2,
  81: -1,
  82: -1,
  83: 0,
  85: 1,
  86: 1,
  87: 1,
  88: 1,
  89: 1,
  90: 1,
  91: 1,
  92: 1,
  93: 2,
  94: 1,
  95: 3,
  96: 2,
  97: 2,
  98: 1,
  99: 2,
  100: 1,
  101: 1,
  102: 1,
  103: -1,
  104: 1,
  105: -1,
  106: -1,
  107: 2,
  108: -1,
  109: 2,
  110: 2,
  117: 1,
  118: 1,
  119: 2,
};

function readOldCharacter(list: Buffer, found: Found): void {
  for (let at = 0; at < list.length;) {
    const property = list[at] ?? 0;
    const told = oldLengths[property];
    if (told === undefined) return;
    const length = told < 0 ? (list[at + 1] ?? 0) + 1 : told;
    const value = list[at + 1] ?? 0;
    if (property === 65 && value === 1) found.bits |= DELETED;
    else if (property === 92 && (value === 1 || value === 0x81)) found.bits |= HIDDEN;
    else if (property === 74 && length >= 4 && at + 4 < list.length) {
      found.bits |= SYMBOL;
      found.value = list[at + 4] ?? 0;
    }
    at += 1 + length;
  }
}

/** Word 6 paragraph properties 2–50; -1: told by their first byte. */
const oldParagraphLengths: Readonly<Record<number, number>> = {
  2: 2,
  3: -1,
  4: 1,
  5: 1,
  6: 1,
  7: 1,
  8: 1,
  9: 1,
  10: 1,
  11: 1,
  12: -1,
  13: 1,
  14: 1,
  15: -1,
  16: 2,
  17: 2,
  18: 2,
  19: 2,
  20: 4,
  21: 2,
  22: 2,
  23: -1,
  24: 1,
  25: 1,
  26: 2,
  27: 2,
  28: 2,
  29: 1,
  36: 1,
  37: 1,
  38: 2,
  39: 2,
  40: 2,
  41: 2,
  42: 2,
  43: 2,
  44: 1,
  45: 2,
  46: 2,
  47: 2,
  48: 2,
  49: 2,
  50: 1,
};

function readOldParagraph(list: Buffer, found: Found): void {
  for (let at = 0; at < list.length;) {
    const property = list[at] ?? 0;
    const told = oldParagraphLengths[property];
    if (told === undefined) return;
    const length = told < 0 ? (list[at + 1] ?? 0) + 1 : told;
    const value = list[at + 1] ?? 0;
    if (property === 24 && value === 1) found.bits |= IN_TABLE;
    else if (property === 25 && value === 1) found.bits |= ROW_END;
    at += 1 + length;
  }
}
