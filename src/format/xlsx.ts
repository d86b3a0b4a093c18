import type { Extracted, ExtractInput, Extractor, Location, Role } from "../model/chunk.ts";
import { giveAuthors, matching, readDrawings, readMarkup, textless } from "./shared/drawing.ts";
import { createFlow } from "./shared/flow.ts";
import type { Flow } from "./shared/flow.ts";
import type { MarkupShared } from "./shared/markup.ts";
import { openPackage, readCommonParts } from "./shared/package.ts";
import type { KnownPart, OfficePackage, Part } from "./shared/package.ts";
import { createSharedStrings, readSharedStrings } from "./shared/sharedStrings.ts";
import type { SharedStrings } from "./shared/sharedStrings.ts";
import { createSheet } from "./shared/sheet.ts";
import { readVml } from "./shared/vml.ts";
import { attribute, attributesOf, textOf, trimBytes } from "./shared/xml.ts";

/**
 * Excel workbooks and templates (ECMA-376, transitional and strict), not the binary kind: cells are streamed row by row, numbers stay the
 * characters they are, every other part is read for its text.
 */
export const xlsx: Extractor = {
  id: "xlsx",
  title: { zh: "Excel 工作簿", en: "Excel workbook" },
  version: 3,
  access: "any",
  streaming: true,
  async accepts(probe) {
    if (probe.head[0] !== 0x50) return false;
    const names = [...(await probe.members())].map((name) => name.replaceAll("\\", "/").replace(/^\//, "").toLowerCase());
    if (names.includes("xl/workbook.bin")) return false;
    return names.includes("xl/workbook.xml") || (names.includes("[content_types].xml") && names.some((name) => name.startsWith("xl/")));
  },
  extract,
};

const workbookPart: RegExp = /sheet\.(template\.)?(macroenabled\.)?main\+xml$|^xl\/workbook\d*\.xml$/;
const sheetPart: RegExp =
  /\.(worksheet|chartsheet|dialogsheet|macrosheet|intlmacrosheet)\+xml$|^xl\/(work|chart|dialog|macro)sheets\/[^/]+\.xml$/;
const stringsPart: RegExp = /sharedstrings\+xml$|^xl\/sharedstrings\.xml$/;
const commentsPart: RegExp = /spreadsheetml\.comments\+xml$|^xl\/comments\d*\.xml$|^xl\/comments\/[^/]*\.xml$/;
const threadsPart: RegExp = /threadedcomments\+xml$|^xl\/threadedcomments\/[^/]*\.xml$/;
const drawingPart: RegExp = /officedocument\.drawing\+xml$|^xl\/drawings\/drawing\d*\.xml$/;
const vmlPart: RegExp = /vmldrawing$|\.vml$/;

const otherParts: readonly KnownPart[] = [
  ...textless,
  { pattern: /styles(\+xml|\.xml)$|calcChain(\+xml|\.xml)$|sheetMetadata\+xml$|tableSingleCells\+xml$/i, roles: "none" },
  { pattern: /externalLink(\d*\.xml|\+xml)$/i, roles: ["link"], elements: /^(sheetName|definedName|ddeLink|ddeItem|oleLink|oleItem)$/ },
  { pattern: /connections(\+xml|\.xml)$/i, roles: ["property"], elements: /^(connection|dbPr|webPr|textPr|olapPr|s)$/ },
  { pattern: /persons?(\d*\.xml|\+xml)$/i, roles: ["property"], elements: /^person$/ },
  { pattern: /pivotCache(Definition|Records)(\d*\.xml|\+xml)$/i, roles: ["hidden"], elements: /^(s|n|d|cacheField)$/ },
  { pattern: /revision(Headers|Log)(\d*\.xml|\+xml)$|\/revisions\//i, roles: ["deleted"] },
];

interface SheetInfo {
  readonly part: Part;
  /** As the workbook names it; a part no workbook names stands under its own. */
  readonly title: string;
  readonly hidden: boolean;
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const from = await openPackage(input);
  if (from === undefined) {
    yield {
      type: "failure",
      failure: {
        stage: "extract",
        code: "corrupt",
        path: input.entry.path,
        detail: "no member of the archive can be read",
        partial: false,
      },
    };
    return;
  }
  const shared: MarkupShared = { sink: from.sink, next: 1, authors: new Set() };
  const sheets = yield* readWorkbook(from);
  const strings = createSharedStrings();
  for (const part of matching(from, stringsPart)) yield* readSharedStrings(from, part, strings);
  /** Which sheet a part belongs to. */
  const owners = new Map<string, string>();
  let number = 0;
  for (const sheet of sheets) {
    if (input.signal.aborted) {
      from.sink.stop("interrupted", "interrupted between sheets");
      break;
    }
    yield* readSheet(from, sheet, ++number, strings);
    for (const relation of await from.relations(sheet.part.name)) {
      if (!relation.external) owners.set(relation.target.toLowerCase(), sheet.title);
    }
  }
  if (sheets.length === 0) from.sink.failure("corrupt", "no sheet of the workbook is where it should be", true);
  yield* strings.giveUnused(from.sink);
  const ownerOf = (part: Part): string => owners.get(part.name.toLowerCase()) ?? part.name;
  let count = 0;
  for (const part of matching(from, commentsPart)) yield* readComments(from, part, ++count, ownerOf(part), shared);
  for (const part of matching(from, threadsPart)) yield* readComments(from, part, ++count, ownerOf(part), shared);
  count = 0;
  for (const part of matching(from, drawingPart)) {
    const anchor = createAnchor(ownerOf(part));
    yield* readMarkup(from, part, shared, { flow: `drawing${++count}`, roles: ["textbox"], place: anchor.place, watch: anchor.watch });
  }
  for (const part of matching(from, vmlPart)) yield* readVml(from, part, shared, `drawing${++count}`);
  yield* readDrawings(from, shared);
  yield* giveAuthors(from.sink, shared);
  yield* readCommonParts(from, input, { known: otherParts });
}

/** Sheets in the workbook's order, then those it does not name; its names and whatever else it says go to a flow. */
async function* readWorkbook(from: OfficePackage): AsyncGenerator<Extracted, readonly SheetInfo[]> {
  const sheets: SheetInfo[] = [];
  const found = new Set<Part>();
  for (const part of matching(from, workbookPart)) {
    const listed: { readonly id: string; readonly title: string; readonly hidden: boolean }[] = [];
    const names = createFlow(from.sink, {
      id: from.sink.unique("names"),
      roles: ["bookmark"],
      place: () => ({ kind: "property", name: "definedName" }),
    });
    let name: string | undefined;
    let content = "";
    yield* from.read(part, {
      open(element, attributes): void {
        if (element === "sheet" && listed.length < 100_000) {
          listed.push({
            id: attribute(attributes, "id") ?? "",
            title: textOf(attribute(attributes, "name") ?? ""),
            hidden: /hidden/i.test(attribute(attributes, "state") ?? ""),
          });
          names.line(attribute(attributes, "name") ?? "", listed.length);
        } else if (element === "definedName") {
          name = attribute(attributes, "name") ?? "";
          content = attribute(attributes, "comment") ?? "";
        } else if (/[\x80-\xff]|@/.test(attributes)) {
          for (const [, value] of attributesOf(attributes)) if (/[\x80-\xff]|@/.test(value)) names.line(value, 1);
        }
      },
      text(text): void {
        if (name !== undefined) content += text;
      },
      close(element): void {
        if (element !== "definedName" || name === undefined) return;
        names.line(`${name}: ${content}`, 1);
        name = undefined;
      },
    });
    names.flush();
    const relations = new Map((await from.relations(part.name)).map((relation) => [relation.id, relation.target]));
    for (const { id, title, hidden } of listed) {
      const sheet = from.part(relations.get(id) ?? "");
      if (sheet === undefined || found.has(sheet)) continue;
      found.add(sheet);
      sheets.push({ part: sheet, title, hidden });
    }
  }
  for (const part of matching(from, sheetPart)) if (!found.has(part)) sheets.push({ part, title: part.name, hidden: sheets.length > 0 });
  yield* from.sink.drain();
  return sheets;
}

async function* readSheet(from: OfficePackage, sheet: SheetInfo, number: number, strings: SharedStrings): AsyncGenerator<Extracted, void> {
  const roles: readonly [Role, ...Role[]] = sheet.hidden ? ["body", "hidden"] : ["body"];
  const reader = createSheet(from.sink, strings, { flow: `sheet${number}`, title: sheet.title, roles });
  yield* from.read(sheet.part, reader);
  reader.end();
  yield* from.sink.drain();
}

/** Comments of a sheet, threaded or not: one line each, at its cell. */
async function* readComments(
  from: OfficePackage,
  part: Part,
  number: number,
  sheet: string,
  shared: MarkupShared,
): AsyncGenerator<Extracted, void> {
  const flow: Flow = createFlow(from.sink, {
    id: `comments${number}`,
    roles: ["comment"],
    place: (mark) => cellPlace(sheet, mark),
  });
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
        if (trimBytes(author) !== "" && shared.authors.size < 1000) shared.authors.add(trimBytes(author));
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
  return Number(match?.[2] ?? 1) * 16_384 + Math.min(16_383, column - 1);
}

function cellPlace(sheet: string, mark: number): Location {
  return { kind: "cell", sheet, row: Math.floor(mark / 16_384), column: (mark % 16_384) + 1 };
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
    place: (paragraph) => cellPlace(sheet, marks[Math.min(paragraph, marks.length) - 1] ?? 16_384),
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
      else if (value === "p" && marks.length < 1_000_000) marks.push((row + 1) * 16_384 + Math.min(16_383, column));
    },
  };
}
