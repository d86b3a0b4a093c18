import type { Extracted, Role } from "../../model/chunk.ts";
import { biff12, Biff12Reader, biff12Taker, listStrings, looseStrings } from "./biff12.ts";
import { formulaStrings } from "./biffFormula.ts";
import { lineText } from "./biffText.ts";
import { readsAsContent } from "./biff12Sheet.ts";
import { numberText } from "./cellValue.ts";
import { createFlow } from "./flow.ts";
import type { MarkupShared } from "./markup.ts";
import type { OfficePackage, Part } from "./package.ts";
import { createStringsFiller } from "./sharedStrings.ts";
import type { SharedStrings } from "./sharedStrings.ts";
import { sheetColumns, sheetMark } from "./sheetFlows.ts";
import { addAuthor, commentFlow } from "./workbook.ts";
import { bytesOf } from "./xml.ts";

/** Sheets a workbook may list; Excel ends far below. */
const sheetLimit = 100_000;

/** What the workbook's part lists: a sheet by the number of its relation. */
export interface ListedSheet {
  readonly id: string;
  readonly title: string;
  readonly hidden: boolean;
}

/** Reads the workbook's part ([MS-XLSB] 2.1.7.60): its sheets; their names and those a person defined go to a flow. */
export async function* readBiff12Book(from: OfficePackage, part: Part): AsyncGenerator<Extracted, readonly ListedSheet[]> {
  const listed: ListedSheet[] = [];
  const names = createFlow(from.sink, {
    id: from.sink.unique("names"),
    roles: ["bookmark"],
    place: () => ({ kind: "property", name: "definedName" }),
  });
  const tell = (text: string): void => names.line(bytesOf(lineText(text).trim()), Math.max(1, listed.length));
  yield* from.feed(
    part,
    biff12Taker((type, bytes, begin, end) => {
      const reader = new Biff12Reader(bytes, begin, end);
      if (type === biff12.bundleSheet) {
        const state = reader.u32();
        reader.skip(4);
        const id = reader.string();
        const title = reader.string();
        if (listed.length < sheetLimit) listed.push({ id, title, hidden: state === 1 || state === 2 });
        tell(title);
      } else if (type === biff12.name) {
        reader.skip(9);
        const name = reader.string();
        const { tokens, extra } = reader.formula();
        // What a name stands for: its strings and numbers, since references are no text.
        const told = [...formulaStrings(tokens, 12, 0), ...listStrings(extra)];
        if (tokens.length === 9 && tokens[0] === 0x1f) told.push(numberText(tokens.readDoubleLE(1)));
        tell([`${name}:`, ...told, reader.string()].filter((text) => text !== "").join(" "));
      } else for (const text of looseStrings(bytes, begin, end)) if (readsAsContent(text)) tell(text);
    }),
  );
  names.flush();
  yield* from.sink.drain();
  return listed;
}

/** Reads the table of shared strings ([MS-XLSB] 2.1.7.45). */
export async function* readBiff12Strings(from: OfficePackage, part: Part, strings: SharedStrings): AsyncGenerator<Extracted, void> {
  const filler = createStringsFiller(from.sink, strings);
  yield* from.feed(
    part,
    biff12Taker((type, bytes, begin, end) => {
      if (type !== biff12.sharedItem) return;
      const { text, phonetic } = new Biff12Reader(bytes, begin, end).rich();
      if (phonetic !== "") filler.phonetic(bytesOf(lineText(phonetic)));
      filler.add(bytesOf(lineText(text)));
    }),
  );
  filler.flush();
  yield* from.sink.drain();
}

/** Reads the comments of a sheet ([MS-XLSB] 2.1.7.10), each at its cell. */
export async function* readBiff12Comments(
  from: OfficePackage,
  part: Part,
  number: number,
  sheet: string,
  shared: MarkupShared,
): AsyncGenerator<Extracted, void> {
  const flow = commentFlow(from, number, sheet);
  let mark = sheetMark(1, 1);
  yield* from.feed(
    part,
    biff12Taker((type, bytes, begin, end) => {
      const reader = new Biff12Reader(bytes, begin, end);
      if (type === biff12.commentAuthor) addAuthor(shared, bytesOf(reader.string()));
      else if (type === biff12.comment) {
        reader.skip(4);
        const top = reader.u32();
        reader.skip(4);
        mark = sheetMark(Math.min(top, 1_048_575) + 1, Math.min(reader.u32(), sheetColumns - 1) + 1);
      } else if (type === biff12.commentText) flow.line(bytesOf(reader.rich().text.replaceAll("\0", "").trim()), mark);
    }),
  );
  flow.flush();
  yield* from.sink.drain();
}

/** Offset of a number in records that hold nothing else worth telling. */
const numbers: Readonly<Record<number, number>> = {
  [biff12.externReal]: 4,
  [biff12.pivotNumber]: 0,
  [biff12.pivotNumberMore]: 0,
};

/** Reads a part of records without a reader of its own (tables, links, caches): every string in it, and the numbers of caches. */
export async function* readBiff12Texts(
  from: OfficePackage,
  part: Part,
  flowId: string,
  roles: readonly [Role, ...Role[]],
): AsyncGenerator<Extracted, void> {
  const flow = createFlow(from.sink, { id: flowId, roles, place: () => ({ kind: "property", name: part.name }) });
  let line = 0;
  yield* from.feed(
    part,
    biff12Taker((type, bytes, begin, end) => {
      const at = numbers[type];
      if (at !== undefined && begin + at + 8 <= end) {
        flow.line(numberText(bytes.readDoubleLE(begin + at)), ++line);
        return;
      }
      for (const text of looseStrings(bytes, begin, end)) flow.line(bytesOf(lineText(text).trim()), ++line);
    }),
  );
  flow.flush();
  yield* from.sink.drain();
}
