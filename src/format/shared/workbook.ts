import type { Extracted, Location } from "../../model/chunk.ts";
import { giveAuthors, matching, readDrawings, readMarkup } from "./drawing.ts";
import { createFlow } from "./flow.ts";
import type { Flow } from "./flow.ts";
import type { MarkupShared } from "./markup.ts";
import type { OfficePackage, Part } from "./package.ts";
import { sheetColumns, sheetMark, sheetPlace } from "./sheetFlows.ts";
import { readVml } from "./vml.ts";
import { attribute, trimBytes } from "./xml.ts";

const threadsPart: RegExp = /threadedcomments\+xml$|^xl\/threadedcomments\/[^/]*\.xml$/;
const drawingPart: RegExp = /officedocument\.drawing\+xml$|^xl\/drawings\/drawing\d*\.xml$/;
const vmlPart: RegExp = /vmldrawing$|\.vml$/;

/** A sheet as its workbook names it. */
export interface SheetInfo {
  readonly part: Part;
  /** As the workbook names it; a part no workbook names stands under its own. */
  readonly title: string;
  readonly hidden: boolean;
}

/** Sheets in the order of the workbook's list, by the relations of its part; each once. */
export async function listedSheets(
  from: OfficePackage,
  workbook: Part,
  listed: readonly { readonly id: string; readonly title: string; readonly hidden: boolean }[],
  found: Set<Part>,
): Promise<readonly SheetInfo[]> {
  const relations = new Map((await from.relations(workbook.name)).map((relation) => [relation.id, relation.target]));
  const sheets: SheetInfo[] = [];
  for (const { id, title, hidden } of listed) {
    const part = from.part(relations.get(id) ?? "");
    if (part === undefined || found.has(part)) continue;
    found.add(part);
    sheets.push({ part, title, hidden });
  }
  return sheets;
}

/** Which sheet a part belongs to, by the relations of the sheets; a part of none is named itself. */
export async function sheetOwners(from: OfficePackage, sheets: readonly SheetInfo[]): Promise<(part: Part) => string> {
  const owners = new Map<string, string>();
  for (const sheet of sheets) {
    for (const relation of await from.relations(sheet.part.name)) {
      if (!relation.external) owners.set(relation.target.toLowerCase(), sheet.title);
    }
  }
  return (part) => owners.get(part.name.toLowerCase()) ?? part.name;
}

/** What is XML in workbooks of both kinds and lies beside the sheets: threads, drawings with their charts and diagrams, controls; then who wrote it. */
export async function* readBesideSheets(
  from: OfficePackage,
  ownerOf: (part: Part) => string,
  shared: MarkupShared,
  comments: number,
): AsyncGenerator<Extracted, void> {
  let count = comments;
  for (const part of matching(from, threadsPart)) yield* readComments(from, part, ++count, ownerOf(part), shared);
  count = 0;
  for (const part of matching(from, drawingPart)) {
    const anchor = createAnchor(ownerOf(part));
    yield* readMarkup(from, part, shared, { flow: `drawing${++count}`, roles: ["textbox"], place: anchor.place, watch: anchor.watch });
  }
  for (const part of matching(from, vmlPart)) yield* readVml(from, part, shared, `drawing${++count}`);
  yield* readDrawings(from, shared);
  yield* giveAuthors(from.sink, shared);
}

/** The flow of a sheet's comments: one line each, at its cell, told by marks of `sheetMark`. */
export function commentFlow(from: OfficePackage, number: number, sheet: string): Flow {
  return createFlow(from.sink, { id: `comments${number}`, roles: ["comment"], place: (mark) => sheetPlace(sheet, mark) });
}

/** Keeps who commented; `author` is a byte string. */
export function addAuthor(shared: MarkupShared, author: string): void {
  const told = trimBytes(author);
  if (told !== "" && shared.authors.size < 1000) shared.authors.add(told);
}

/** Comments of a sheet in XML, threaded or not. */
export async function* readComments(
  from: OfficePackage,
  part: Part,
  number: number,
  sheet: string,
  shared: MarkupShared,
): AsyncGenerator<Extracted, void> {
  const flow = commentFlow(from, number, sheet);
  let mark = 0;
  let text: string | undefined;
  let author: string | undefined;
  yield* from.read(part, {
    open(element, attributes): void {
      if (element === "comment" || element === "threadedComment") mark = cellMark(attribute(attributes, "ref") ?? "");
      else if (element === "text") text = "";
      else if (element === "author") author = "";
    },
    text(piece): void {
      if (text !== undefined) text += piece;
      else if (author !== undefined) author += piece;
    },
    close(element): void {
      if (element === "text" && text !== undefined) {
        flow.line(trimBytes(text), mark);
        text = undefined;
      } else if (element === "author" && author !== undefined) {
        addAuthor(shared, author);
        author = undefined;
      }
    },
  });
  flow.flush();
  yield* from.sink.drain();
}

/** Row and column of a reference such as `B12` in one number. */
function cellMark(reference: string): number {
  const match = /^\$?([A-Za-z]{1,3})\$?(\d{1,7})/.exec(reference);
  let column = 0;
  for (const letter of (match?.[1] ?? "A").toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64;
  return sheetMark(Number(match?.[2] ?? 1), Math.min(sheetColumns, column));
}

/** Follows the anchors of a drawing: a paragraph stands at the cell its shape begins in. */
function createAnchor(sheet: string): {
  place(paragraph: number): Location;
  watch(event: "open" | "close" | "text", value: string): void;
} {
  const marks: number[] = [];
  let within = "";
  let row = 0;
  let column = 0;
  let inFrom = false;
  return {
    place: (paragraph) => sheetPlace(sheet, marks[Math.min(paragraph, marks.length) - 1] ?? sheetMark(1, 1)),
    watch(event, value): void {
      if (event === "text") {
        if (within === "row") row = Number(value) || 0;
        else if (within === "col") column = Number(value) || 0;
        return;
      }
      if (event === "open") {
        if (value === "from") inFrom = true;
        within = inFrom && (value === "row" || value === "col") ? value : "";
        return;
      }
      within = "";
      if (value === "from") inFrom = false;
      else if (value === "p" && marks.length < 1_000_000) marks.push(sheetMark(row + 1, Math.min(sheetColumns, column + 1)));
    },
  };
}
