import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { createSink } from "./shared/flow.ts";
import { createSheetFlows, sheetColumns } from "./shared/sheetFlows.ts";
import { textLines } from "./shared/textLines.ts";
import { bytesOf } from "./shared/xml.ts";

/** Data Interchange Format of spreadsheets (as VisiCalc and Excel write it): the title, and cells by row. */
export const dif: Extractor = {
  id: "dif",
  title: { zh: "DIF 表格（.dif）", en: "DIF spreadsheet (.dif)" },
  version: 1,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => /^(?:\xef\xbb\xbf)?TABLE[ \t]*\r?\n0,1[ \t]*\r?\n"/.test(Buffer.from(head.subarray(0, 64)).toString("latin1")),
  extract,
};

/** Kinds of a value in the data, by the number before its comma. */
const special = "-1";
const numeric = "0";

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const sheet = createSheetFlows(sink, { flow: "sheet", title: "", roles: ["body"] });
  let inData = false;
  let ended = false;
  let row = 0;
  let column = 0;
  /** The first line of a pair; in the header the second of three. */
  let first: string | undefined;
  for await (const line of textLines(input.bytes)) {
    if (!sink.open || ended) break;
    if (input.signal.aborted) {
      sink.stop("interrupted", "interrupted between cells");
      break;
    }
    if (!inData) {
      // Title, labels and comments of the header are texts in quotes.
      const told = unquoted(line.trim());
      if (told !== line.trim() && told !== "" && told !== "EXCEL") sheet.side("property").line(bytesOf(told), 1);
      if (first === "DATA" && line.startsWith("0,0")) first = "0,0";
      else if (first === "0,0") {
        inData = true;
        first = undefined;
      } else first = line.trim();
      continue;
    }
    if (first === undefined) {
      first = line;
      continue;
    }
    const [kind = "", number = ""] = first.split(",", 2).map((part) => part.trim());
    const value = line.trim();
    first = undefined;
    if (kind === special) {
      sheet.endRow(Math.max(1, row), false);
      row++;
      column = 0;
      ended = value === "EOD";
    } else if (++column <= sheetColumns) sheet.cell(column, bytesOf(kind === numeric ? number : unquoted(value)));
    yield* sink.drain();
  }
  sheet.endRow(Math.max(1, row), false);
  sheet.flush();
  if (!ended && sink.open) sink.failure("corrupt", "the sheet ends early", true);
  yield* sink.drain();
}

function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}
