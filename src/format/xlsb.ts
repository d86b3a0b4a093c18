import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { giveAuthors, matching, readDrawings, readMarkup, textless } from "./shared/drawing.ts";
import type { MarkupShared } from "./shared/markup.ts";
import { openPackage, plainArchive, readCommonParts } from "./shared/package.ts";
import type { KnownPart } from "./shared/package.ts";
import { readBySheetJs } from "./shared/sheetJs.ts";
import { tagsOnly } from "./shared/tagsOnly.ts";
import { readVml } from "./shared/vml.ts";
import { readXlsbSides } from "./shared/xlsbSides.ts";

/** Binary workbooks of Excel 2007 and later ([MS-XLSB]): SheetJS reads the records, the parts reader all that is XML. */
export const xlsb: Extractor = {
  id: "xlsb",
  title: { zh: "Excel 二进制工作簿", en: "Excel binary workbook" },
  version: 2,
  access: "any",
  async accepts(probe) {
    if (probe.head[0] !== 0x50) return false;
    return [...(await probe.members())].some((name) => /^\/?xl\/workbook\.bin$/i.test(name.replaceAll("\\", "/")));
  },
  extract,
};

/** 256 MiB of parts, inflated: the library holds some four times of it. */
const limit = 256 * 1024 * 1024;

/** 30 s: 256 MiB of parts take it some 20. */
const timeLimit = 30_000;

const drawingPart: RegExp = /officedocument\.drawing\+xml$|^xl\/drawings\/drawing\d*\.xml$/;
const vmlPart: RegExp = /vmldrawing$|\.vml$/;

/** Parts of which the library takes the attributes, and what it is not asked for. */
const structure: RegExp = /^\/?(\[content_types\]\.xml|docprops\/.*|.*\.rels|xl\/theme\/.*)$/i;

const otherParts: readonly KnownPart[] = [...textless, { pattern: /^xl\/(?!embeddings\/|media\/|vbaProject).*\.bin$/i, roles: "none" }];

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const from = await openPackage(input);
  if (from === undefined) {
    const { path } = input.entry;
    yield {
      type: "failure",
      failure: { stage: "extract", code: "corrupt", path, detail: "no member of the archive can be read", partial: false },
    };
    return;
  }
  const archive = await plainArchive(from, input, limit, (name, bytes) => (structure.test(name) ? tagsOnly(bytes) : bytes));
  if (archive === undefined)
    from.sink.failure("too-large", "parts of more than 256 MiB cannot be held by the reader of binary workbooks", true);
  else {
    const outcome = yield* readBySheetJs(from.sink, archive, { milliseconds: timeLimit, properties: false });
    if (outcome === "stopped") from.sink.failure("timeout", "sheets of the binary workbook take too long to read", true);
    else if (outcome !== "read") from.sink.failure("corrupt", "sheets of the binary workbook cannot be read", true);
  }
  yield* readXlsbSides(from, input);
  const shared: MarkupShared = { sink: from.sink, next: 1, authors: new Set() };
  let count = 0;
  for (const part of matching(from, drawingPart)) yield* readMarkup(from, part, shared, { flow: `drawing${++count}`, roles: ["textbox"] });
  for (const part of matching(from, vmlPart)) yield* readVml(from, part, shared, `drawing${++count}`);
  yield* readDrawings(from, shared);
  yield* giveAuthors(from.sink, shared);
  yield* readCommonParts(from, input, { known: otherParts });
}
