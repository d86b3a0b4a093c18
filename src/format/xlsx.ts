import type { Extracted, ExtractInput, Extractor, Role } from "../model/chunk.ts";
import { matching, textless } from "./shared/drawing.ts";
import { createFlow } from "./shared/flow.ts";
import type { MarkupShared } from "./shared/markup.ts";
import { readCommonParts } from "./shared/package.ts";
import type { KnownPart, OfficePackage, Part } from "./shared/package.ts";
import { packageReader } from "./shared/packageReader.ts";
import { createSharedStrings, readSharedStrings } from "./shared/sharedStrings.ts";
import type { SharedStrings } from "./shared/sharedStrings.ts";
import { createSheet } from "./shared/sheet.ts";
import { listedSheets, readBesideSheets, readComments, sheetOwners } from "./shared/workbook.ts";
import type { SheetInfo } from "./shared/workbook.ts";
import { attribute, attributesOf, textOf } from "./shared/xml.ts";

/**
 * Excel workbooks and templates (ECMA-376, transitional and strict), not the binary kind: cells are streamed row by row, numbers stay the
 * characters they are, every other part is read for its text.
 */
export const xlsx: Extractor = {
  id: "xlsx",
  title: { zh: "Excel 工作簿", en: "Excel workbook" },
  version: 4,
  access: "any",
  streaming: true,
  async accepts(probe) {
    if (probe.head[0] !== 0x50) return false;
    const names = [...(await probe.members())].map((name) => name.replaceAll("\\", "/").replace(/^\//, "").toLowerCase());
    if (names.includes("xl/workbook.bin")) return false;
    return names.includes("xl/workbook.xml") || (names.includes("[content_types].xml") && names.some((name) => name.startsWith("xl/")));
  },
  extract: packageReader(readSheets),
};

const workbookPart: RegExp = /sheet\.(template\.)?(macroenabled\.)?main\+xml$|^xl\/workbook\d*\.xml$/;
const sheetPart: RegExp =
  /\.(worksheet|chartsheet|dialogsheet|macrosheet|intlmacrosheet)\+xml$|^xl\/(work|chart|dialog|macro)sheets\/[^/]+\.xml$/;
const stringsPart: RegExp = /sharedstrings\+xml$|^xl\/sharedstrings\.xml$/;
const commentsPart: RegExp = /spreadsheetml\.comments\+xml$|^xl\/comments\d*\.xml$|^xl\/comments\/[^/]*\.xml$/;

const otherParts: readonly KnownPart[] = [
  ...textless,
  { pattern: /styles(\+xml|\.xml)$|calcChain(\+xml|\.xml)$|sheetMetadata\+xml$|tableSingleCells\+xml$/i, roles: "none" },
  { pattern: /externalLink(\d*\.xml|\+xml)$/i, roles: ["link"], elements: /^(sheetName|definedName|ddeLink|ddeItem|oleLink|oleItem)$/ },
  {
    pattern:
      /(table|pivotTable|queryTable|slicer|slicerCache|timeline|timelineCache|controlproperties|namedSheetView)s?(\d*\.xml|\+xml)$|\/ctrlProps\//i,
    roles: ["property"],
    attributes:
      /^(table|tableColumn|pivotTableDefinition|pivotField|dataField|calculatedItem|queryTable|queryTableField|slicer|timeline|item|i|level|slicerCacheDefinition|timelineCacheDefinition|namedSheetView)@(name|n|c|caption|comment|displayName|totalsRowLabel|dataCaption|grandTotalCaption|errorCaption|missingCaption|rowHeaderCaption|colHeaderCaption|sourceName|sourceCaption|val)$/,
  },
  { pattern: /connections(\+xml|\.xml)$/i, roles: ["property"], elements: /^(connection|dbPr|webPr|textPr|olapPr|s)$/ },
  { pattern: /persons?(\d*\.xml|\+xml)$/i, roles: ["property"], elements: /^person$/ },
  {
    pattern: /pivotCache(Definition|Records)(\d*\.xml|\+xml)$/i,
    roles: ["hidden"],
    elements: /^(s|n|d|cacheField|worksheetSource|pivotCacheDefinition)$/,
  },
  { pattern: /revision(Headers|Log)(\d*\.xml|\+xml)$|\/revisions\//i, roles: ["deleted"] },
];

async function* readSheets(from: OfficePackage, input: ExtractInput): AsyncGenerator<Extracted, void> {
  const shared: MarkupShared = { sink: from.sink, next: 1, authors: new Set() };
  const sheets = yield* readWorkbook(from);
  const strings = createSharedStrings();
  for (const part of matching(from, stringsPart)) yield* readSharedStrings(from, part, strings);
  let number = 0;
  for (const sheet of sheets) {
    if (input.signal.aborted) {
      from.sink.stop("interrupted", "interrupted between sheets");
      break;
    }
    yield* readSheet(from, sheet, ++number, strings);
  }
  if (sheets.length === 0) from.sink.failure("corrupt", "no sheet of the workbook is where it should be", true);
  yield* strings.giveUnused(from.sink);
  const ownerOf = await sheetOwners(from, sheets);
  let count = 0;
  for (const part of matching(from, commentsPart)) yield* readComments(from, part, ++count, ownerOf(part), shared);
  yield* readBesideSheets(from, ownerOf, shared, count);
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
          content = ["comment", "description", "customMenu", "help", "statusBar"]
            .flatMap((which) => attribute(attributes, which) ?? [])
            .join(" ");
        } else if (element === "fileSharing" || element === "customWorkbookView") {
          names.line(attribute(attributes, element === "fileSharing" ? "userName" : "name") ?? "", 1);
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
    sheets.push(...(await listedSheets(from, part, listed, found)));
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
