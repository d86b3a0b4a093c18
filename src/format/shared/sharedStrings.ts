import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Extracted } from "../../model/chunk.ts";
import { createFlow } from "./flow.ts";
import type { Place, Sink } from "./flow.ts";
import type { OfficePackage, Part } from "./package.ts";
import { bytesOf } from "./xml.ts";

/**
 * Strings that cells name by number (ECMA-376 §18.4). Their bytes lie in one buffer: two million strings cost no objects. What is beyond its limit
 * is kept packed, in blocks that are unpacked when a cell names one of their strings: a cell keeps its row, and nothing is read twice.
 */
export interface SharedStrings {
  /** Byte string of a number; empty for one that is not kept. */
  get(index: number): string;
  /** False when the table is full: the string must be told otherwise. */
  add(text: string): boolean;
  /** Strings no cell named: they were deleted from the sheets, and are still in the file. */
  giveUnused(sink: Sink): Generator<Extracted, void>;
}

/** What a table may take, in bytes of text. */
export interface SharedStringsLimits {
  /** Kept as they are. */
  readonly plain: number;
  /** Kept packed: their size once packed. What is behind them is told without its cells. */
  readonly packed: number;
}

/** 64 MiB as they are and 64 MiB packed, which text becomes a third to a tenth of. */
const defaultLimits: SharedStringsLimits = { plain: 64 * 1024 * 1024, packed: 64 * 1024 * 1024 };

/** 8 KiB of text in a block: larger ones pack better, smaller ones cost less where cells name strings in no order. */
const blockLength = 8 * 1024;
/** 4 MiB of blocks unpacked: sheets name strings mostly in the order of the table. */
const blocksHeld = 512;

/** 1 MiB: what a longer string has beyond is told apart. */
const longText = 1024 * 1024;

const place: Place = () => ({ kind: "property", name: "sharedStrings" });

/** An empty table. */
export function createSharedStrings(limits: SharedStringsLimits = defaultLimits): SharedStrings {
  let bytes = Buffer.alloc(64 * 1024);
  /** Bytes in `bytes`; offsets go on in the blocks behind them. */
  let plain = 0;
  let length = 0;
  let ends = new Uint32Array(4096);
  let count = 0;
  let used = new Uint8Array(4096);
  let full = false;
  const blocks: { readonly start: number; readonly packed: Buffer }[] = [];
  let packed = 0;
  /** The block that is being filled: it begins at `openStart`. */
  let open: string[] = [];
  let openStart = 0;
  const held = new Map<number, Buffer>();

  function number(end: number): void {
    if (count === ends.length) {
      const moreEnds = new Uint32Array(count * 2);
      moreEnds.set(ends);
      ends = moreEnds;
      const moreUsed = new Uint8Array(count * 2);
      moreUsed.set(used);
      used = moreUsed;
    }
    ends[count++] = end;
  }

  function pack(): void {
    if (open.length === 0) return;
    const block = deflateRawSync(Buffer.from(open.join(""), "latin1"), { level: 1 });
    blocks.push({ start: openStart, packed: block });
    packed += block.length;
    open = [];
    openStart = length;
  }

  function addPacked(text: string): boolean {
    // Offsets have 32 bits.
    if (packed >= limits.packed || length + text.length > 0xffff_ffff) return false;
    if (open.length === 0) openStart = length;
    open.push(text);
    length += text.length;
    number(length);
    if (length - openStart >= blockLength) pack();
    return true;
  }

  /** Bytes of the block that holds an offset, and where it begins. */
  function blockAt(offset: number): { readonly start: number; readonly bytes: Buffer } {
    pack();
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((blocks[middle]?.start ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const block = blocks[low];
    if (block === undefined) return { start: 0, bytes: Buffer.alloc(0) };
    let plainBlock = held.get(low);
    if (plainBlock === undefined) {
      plainBlock = inflateRawSync(block.packed);
      // The oldest goes: blocks are named one after the other.
      if (held.size >= blocksHeld) for (const key of held.keys()) if (held.delete(key)) break;
      held.set(low, plainBlock);
    }
    return { start: block.start, bytes: plainBlock };
  }

  function textAt(start: number, end: number): string {
    if (start >= end) return "";
    if (end <= plain) return bytes.toString("latin1", start, end);
    const block = blockAt(start);
    return block.bytes.toString("latin1", start - block.start, end - block.start);
  }

  return {
    get(index): string {
      if (!(index >= 0 && index < count)) return "";
      used[index] = 1;
      return textAt(index === 0 ? 0 : (ends[index - 1] ?? 0), ends[index] ?? 0);
    },
    add(text): boolean {
      if (full || length + text.length > limits.plain) {
        full = true;
        return addPacked(text);
      }
      if (length + text.length > bytes.length) {
        const larger = Buffer.alloc(Math.max(bytes.length * 2, length + text.length));
        bytes.copy(larger, 0, 0, length);
        bytes = larger;
      }
      length += bytes.write(text, length, "latin1");
      plain = length;
      number(length);
      return true;
    },
    *giveUnused(sink): Generator<Extracted, void> {
      const flow = createFlow(sink, { id: "unusedStrings", roles: ["body", "hidden"], place });
      let start = 0;
      for (let index = 0; index < count; index++) {
        const end = ends[index] ?? start;
        if (used[index] === 0 && end > start) flow.line(textAt(start, end), index + 1);
        start = end;
        if ((index & 0xfff) === 0) yield* sink.drain();
      }
      flow.flush();
      yield* sink.drain();
    },
  };
}

/** Puts strings into a table in their order. All are byte strings. */
export interface StringsFiller {
  /** The next string; over the table's limit it is told as a line, so that none is lost. */
  add(text: string): void;
  /** Beside the next string: how it is read. */
  phonetic(text: string): void;
  /** A piece of the next string that is longer than a cell can be. */
  long(text: string): void;
  flush(): void;
}

/** A filler of `strings`. */
export function createStringsFiller(sink: Sink, strings: SharedStrings): StringsFiller {
  const over = createFlow(sink, { id: "sharedStrings", roles: ["body"], place });
  const guides = createFlow(sink, { id: "phonetic", roles: ["body", "caption"], place });
  let full = false;
  let count = 0;
  return {
    add(text): void {
      count++;
      // The first that does not fit closes the table: numbers must stay what they are.
      if (!full && strings.add(text)) return;
      if (!full) sink.failure("too-large", "shared strings beyond what can be kept are told without their cells", true);
      full = true;
      over.line(text, count);
    },
    phonetic: (text) => guides.line(text, count + 1),
    long: (text) => over.line(text, count + 1),
    flush(): void {
      over.flush();
      guides.flush();
    },
  };
}

/** Reads the table from XML. */
export async function* readSharedStrings(from: OfficePackage, part: Part, strings: SharedStrings): AsyncGenerator<Extracted, void> {
  const { sink } = from;
  const filler = createStringsFiller(sink, strings);
  let text = "";
  let capture = false;
  let guide = 0;
  yield* from.read(part, {
    open(element): void {
      if (element === "t") capture = true;
      else if (element === "si") text = "";
      else if (element === "rPh") {
        guide++;
      }
    },
    text(piece): void {
      if (!capture) return;
      if (guide > 0) filler.phonetic(piece);
      else if (text.length < longText) text += piece;
      else filler.long(piece);
    },
    close(element): void {
      if (element === "t") capture = false;
      else if (element === "rPh") guide = Math.max(0, guide - 1);
      else if (element === "si") filler.add(cellText(text));
    },
  });
  filler.flush();
  yield* sink.drain();
}

/** Text of a cell: `_x4E2D_` stands for a character (ST_Xstring), tabs and line ends become spaces. */
export function cellText(text: string): string {
  let told = text;
  if (told.includes("_x")) {
    told = told.replace(/_x([0-9A-Fa-f]{4})_/g, (whole, hex: string) => {
      const code = Number.parseInt(hex, 16);
      if (code >= 0xd800 && code < 0xe000) return whole;
      return code < 32 ? " " : bytesOf(String.fromCharCode(code));
    });
  }
  return /[\t\r\n]/.test(told) ? told.replace(/[\t\r\n]+/g, " ") : told;
}
