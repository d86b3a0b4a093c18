import type { Extracted, ExtractInput, Extractor, Role } from "../model/chunk.ts";
import { readBiff12Book, readBiff12Comments, readBiff12Strings, readBiff12Texts } from "./shared/biff12Parts.ts";
import { createBiff12Sheet } from "./shared/biff12Sheet.ts";
import { matching, textless } from "./shared/drawing.ts";
import type { MarkupShared } from "./shared/markup.ts";
import { readCommonParts } from "./shared/package.ts";
import type { KnownPart, OfficePackage } from "./shared/package.ts";
import { packageReader } from "./shared/packageReader.ts";
import { createSharedStrings } from "./shared/sharedStrings.ts";
import { listedSheets, readBesideSheets, sheetOwners } from "./shared/workbook.ts";
import type { SheetInfo } from "./shared/workbook.ts";

/**
 * Binary workbooks of Excel 2007 and later ([MS-XLSB]): parts of records are streamed as those of XML are in the other kind; drawings, charts,
 * threads and properties are XML in both.
 */
export const xlsb: Extractor = {
  id: "xlsb",
  title: { zh: "Excel 二进制工作簿", en: "Excel binary workbook" },
  version: 3,
  access: "any",
  streaming: true,
  async accepts(probe) {
    if (probe.head[0] !== 0x50) return false;
    return [...(await probe.members())].some((name) => /^\/?xl\/workbook\.bin$/i.test(name.replaceAll("\\", "/")));
  },
  extract: packageReader(readSheets),
};

/** By its name: some programs give its content type to every part of records. */
const workbookPart: RegExp = /^xl\/workbook\.bin$/;
const sheetPart: RegExp =
  /ms-excel\.(worksheet|chartsheet|dialogsheet|macrosheet|intlmacrosheet)$|^xl\/(work|chart|dialog|macro)sheets\/(?!binaryindex)[^/]+\.bin$/;
const stringsPart: RegExp = /ms-excel\.sharedstrings$|^xl\/sharedstrings\.bin$/;
const commentsPart: RegExp = /ms-excel\.comments$|^xl\/comments\d*\.bin$/;

/** Parts of records beside those, by their folder or type, and what they are told as. */
const recordParts: readonly { readonly pattern: RegExp; readonly roles: readonly [Role, ...Role[]] }[] = [
  { pattern: /externallink$|^xl\/externallinks\//, roles: ["link"] },
  { pattern: /pivotcache(definition|records)$|^xl\/pivotcache\//, roles: ["hidden"] },
  { pattern: /ms-excel\.(usernames|revision\w*)$|^xl\/revisions\//, roles: ["deleted"] },
  {
    pattern:
      /ms-excel\.(connections|pivottable|querytable|slicer\w*|table|tablesinglecells|timeline\w*|xmlmaps)$|^xl\/(connections\.bin|(pivottables|querytables|slicers|slicercaches|tables|timelines|timelinecaches)\/)/,
    roles: ["property"],
  },
];

const otherParts: readonly KnownPart[] = [
  ...textless,
  { pattern: /persons?(\d*\.xml|\+xml)$/i, roles: ["property"], elements: /^person$/ },
  {
    pattern: /binaryIndex(ws|ms)?$|\/binaryIndex\d*\.bin$|calcChain(\.bin)?$|sheetMetadata$|xl\/metadata\.bin$|styles(\.bin)?$/i,
    roles: "none",
  },
];

async function* readSheets(from: OfficePackage, input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { sink } = from;
  const shared: MarkupShared = { sink, next: 1, authors: new Set() };
  const sheets: SheetInfo[] = [];
  const found = new Set<SheetInfo["part"]>();
  for (const part of matching(from, workbookPart)) {
    const listed = yield* readBiff12Book(from, part);
    sheets.push(...(await listedSheets(from, part, listed, found)));
  }
  for (const part of matching(from, sheetPart)) if (!found.has(part)) sheets.push({ part, title: part.name, hidden: sheets.length > 0 });
  const strings = createSharedStrings();
  for (const part of matching(from, stringsPart)) yield* readBiff12Strings(from, part, strings);
  let number = 0;
  for (const { part, title, hidden } of sheets) {
    if (input.signal.aborted) {
      sink.stop("interrupted", "interrupted between sheets");
      break;
    }
    const flow = `sheet${++number}`;
    yield* from.feed(part, createBiff12Sheet(sink, strings, { flow, title, roles: hidden ? ["body", "hidden"] : ["body"] }));
  }
  if (sheets.length === 0) sink.failure("corrupt", "no sheet of the workbook is where it should be", true);
  yield* strings.giveUnused(sink);
  const ownerOf = await sheetOwners(from, sheets);
  let count = 0;
  for (const part of matching(from, commentsPart)) yield* readBiff12Comments(from, part, ++count, ownerOf(part), shared);
  yield* readBesideSheets(from, ownerOf, shared, count);
  count = 0;
  for (const { pattern, roles } of recordParts) {
    for (const part of matching(from, pattern)) {
      if (/\.bin$/i.test(part.name)) yield* readBiff12Texts(from, part, `records${++count}`, roles);
    }
  }
  yield* readCommonParts(from, input, { known: otherParts });
}
