import type { Extracted } from "../../model/chunk.ts";
import { createFlow } from "./flow.ts";
import type { Place, Sink } from "./flow.ts";
import type { OfficePackage, Part } from "./package.ts";
import { bytesOf } from "./xml.ts";

/** Strings that cells name by number (ECMA-376 §18.4). Their bytes lie in one buffer: two million strings cost no objects. */
export interface SharedStrings {
  /** Byte string of a number; empty for one that is not kept. */
  get(index: number): string;
  /** False when the table is full: the string must be told otherwise. */
  add(text: string): boolean;
  /** Strings no cell named: they were deleted from the sheets, and are still in the file. */
  giveUnused(sink: Sink): Generator<Extracted, void>;
}

/** 64 MiB of text: what is behind it is told without its cells. */
const textLimit = 64 * 1024 * 1024;

/** 1 MiB: what a longer string has beyond is told apart. */
const longText = 1024 * 1024;

const place: Place = () => ({ kind: "property", name: "sharedStrings" });

/** An empty table that takes `limit` bytes of text. */
export function createSharedStrings(limit: number = textLimit): SharedStrings {
  let bytes = Buffer.alloc(64 * 1024);
  let length = 0;
  let ends = new Uint32Array(4096);
  let count = 0;
  let used = new Uint8Array(4096);
  return {
    get(index): string {
      if (!(index >= 0 && index < count)) return "";
      used[index] = 1;
      return bytes.toString("latin1", index === 0 ? 0 : ends[index - 1], ends[index]);
    },
    add(text): boolean {
      if (length + text.length > limit) return false;
      if (length + text.length > bytes.length) {
        const larger = Buffer.alloc(Math.max(bytes.length * 2, length + text.length));
        bytes.copy(larger, 0, 0, length);
        bytes = larger;
      }
      if (count === ends.length) {
        const moreEnds = new Uint32Array(count * 2);
        moreEnds.set(ends);
        ends = moreEnds;
        const moreUsed = new Uint8Array(count * 2);
        moreUsed.set(used);
        used = moreUsed;
      }
      length += bytes.write(text, length, "latin1");
      ends[count++] = length;
      return true;
    },
    *giveUnused(sink): Generator<Extracted, void> {
      const flow = createFlow(sink, {
        id: "unusedStrings",
        roles: ["body", "hidden"],
        place: () => ({ kind: "property", name: "sharedStrings" }),
      });
      let start = 0;
      for (let index = 0; index < count; index++) {
        const end = ends[index] ?? start;
        if (used[index] === 0 && end > start) flow.line(bytes.toString("latin1", start, end), index + 1);
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
      if (!full) sink.failure("too-large", "shared strings over 64 MiB are told without their cells", true);
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
