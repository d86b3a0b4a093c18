import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { createSink } from "./shared/flow.ts";
import { createSheetFlows, sheetColumns, sheetMark } from "./shared/sheetFlows.ts";
import { textLines } from "./shared/textLines.ts";
import { bytesOf } from "./shared/xml.ts";

/** Symbolic link files of spreadsheets (SYLK, as Multiplan and Excel write it): cells by row, comments, formulas with words in them, names. */
export const sylk: Extractor = {
  id: "sylk",
  title: { zh: "SYLK 表格（.slk）", en: "SYLK spreadsheet (.slk)" },
  version: 1,
  access: "in-order",
  streaming: true,
  // A table of values may begin with a column ID and a column P…: what follows must be a record.
  accepts: ({ head }) =>
    /^(?:\xef\xbb\xbf)?ID;P[^\r\n]{0,200}[\r\n]+(?:[A-Z]{1,2};|E[\r\n])/.test(Buffer.from(head.subarray(0, 512)).toString("latin1")),
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const sheet = createSheetFlows(sink, { flow: "sheet", title: "", roles: ["body"] });
  const cells = new Map<number, string>();
  let row = 1;
  let column = 1;
  let ended = false;
  const endRow = (): void => {
    for (const [at, text] of [...cells].sort(([one], [other]) => one - other)) sheet.cell(at, text);
    sheet.endRow(row, false);
    cells.clear();
  };
  /** A cell that is written twice says both. */
  const put = (text: string): void => {
    const before = cells.get(column);
    cells.set(column, before === undefined ? text : `${before} ${text}`);
  };
  for await (const line of textLines(input.bytes)) {
    if (!sink.open) break;
    if (input.signal.aborted) {
      sink.stop("interrupted", "interrupted between cells");
      break;
    }
    const [kind = "", ...fields] = fieldsOf(line);
    if (kind === "E" && fields.length === 0) ended = true;
    // Records of format move on to a cell as well.
    if (kind !== "C" && kind !== "F" && kind !== "NN") continue;
    for (const field of fields) {
      const value = field.slice(1);
      if (field.startsWith("Y") && kind !== "NN") {
        const next = numberOf(value, row);
        if (next !== row) endRow();
        row = next;
      } else if (field.startsWith("X") && kind !== "NN") column = Math.min(numberOf(value, column), sheetColumns);
      else if (kind === "C" && field.startsWith("K")) put(bytesOf(unquoted(value)));
      else if (kind === "C" && field.startsWith("A")) sheet.side("comment").line(bytesOf(unquoted(value)), sheetMark(row, column));
      else if (kind === "C" && field.startsWith("E") && value.includes('"'))
        sheet.side("field").line(bytesOf(value), sheetMark(row, column));
      else if (kind === "NN" && field.startsWith("N")) sheet.side("name").line(bytesOf(value), sheetMark(1, 1));
    }
    yield* sink.drain();
  }
  endRow();
  sheet.flush();
  if (!ended && sink.open) sink.failure("corrupt", "the sheet ends early", true);
  yield* sink.drain();
}

/** Fields of a record; a semicolon in text is written twice. */
function fieldsOf(line: string): readonly string[] {
  if (!line.includes(";;")) return line.split(";");
  return line
    .replaceAll(";;", "\0")
    .split(";")
    .map((field) => field.replaceAll("\0", ";"));
}

function numberOf(text: string, otherwise: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value >= 1 && value <= 0xff_ff_ff ? value : otherwise;
}

/** A text without its quotes and with its escapes resolved (two characters behind ESC are a byte, such as the end of a line); a number as it stands. */
function unquoted(value: string): string {
  const text = value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value;
  return text.replace(/\x1b([ -/])([0-?])/g, (_, high: string, low: string) =>
    String.fromCharCode(((high.charCodeAt(0) & 15) << 4) | (low.charCodeAt(0) & 15)),
  );
}
