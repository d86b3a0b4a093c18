import type { CellObject, WorkSheet } from "xlsx";
import type { Extracted, Role } from "../../model/chunk.ts";
import { runBounded } from "./bounded.ts";
import type { Sink } from "./flow.ts";
import { errorText, numberText } from "./cellValue.ts";
import { createSheetFlows, sheetMark } from "./sheetFlows.ts";
import { bytesOf } from "./xml.ts";

/** What came of a reading by SheetJS. */
export type SheetJsOutcome = "read" | "encrypted" | "corrupt" | "stopped";

/**
 * Reads a damaged workbook a second time, by SheetJS: sheets, also hidden ones, in their order, comments and links, each to a flow of its role;
 * rows in `seen` (cells with content between tabs) are left out. All of it is held in memory: the caller bounds `bytes`, and the time: a damaged
 * workbook may keep the library in a loop for ever. Gives nothing where the outcome is not "read".
 */
export async function* readBySheetJs(
  sink: Sink,
  bytes: Uint8Array,
  options: { readonly milliseconds: number; readonly seen: ReadonlySet<string> },
): AsyncGenerator<Extracted, SheetJsOutcome> {
  const { read, set_cptable } = await import("xlsx");
  // Without the tables text of BIFF5 and dBASE in GBK stays undecoded.
  set_cptable(await import("xlsx/dist/cpexcel.full.mjs"));
  // The library complains of every record it does not know on standard error, which is ours.
  const { error: complain } = console;
  Object.assign(console, { error: () => undefined });
  const reading = runBounded(options.milliseconds, () =>
    read(bytes, { type: "array", dense: true, cellText: false, cellHTML: false, cellStyles: true }),
  );
  Object.assign(console, { error: complain });
  if (reading === "stopped") return "stopped";
  if ("error" in reading)
    return reading.error instanceof Error && /password|encrypt/i.test(reading.error.message) ? "encrypted" : "corrupt";
  const book = reading.value;
  let number = 0;
  for (const title of book.SheetNames) {
    const sheet = book.Sheets[title];
    if (sheet === undefined) continue;
    const hidden = (book.Workbook?.Sheets?.[number]?.Hidden ?? 0) > 0;
    yield* giveSheet(sink, sheet, ++number, title, hidden ? ["body", "hidden"] : ["body"], options.seen);
    if (!sink.open) break;
  }
  yield* sink.drain();
  return "read";
}

function* giveSheet(
  sink: Sink,
  sheet: WorkSheet,
  number: number,
  title: string,
  roles: readonly [Role, ...Role[]],
  seen: ReadonlySet<string>,
): Generator<Extracted, void> {
  const flows = createSheetFlows(sink, { flow: `second${number}`, title, roles });
  const rows: unknown = sheet["!data"];
  const hidden = sheet["!rows"];
  const list = Array.isArray(rows) ? (rows as readonly (readonly (CellObject | undefined)[] | undefined)[]) : [];
  let told = 0;
  for (const [index, row] of present(list)) {
    if (isSeen(row, seen)) continue;
    for (const [column, cell] of present(row)) {
      flows.cell(column + 1, cellString(cell));
      const mark = sheetMark(index + 1, column + 1);
      if (cell.f?.includes('"') === true) flows.side("field").line(bytesOf(`=${cell.f}`), mark);
      for (const comment of cell.c ?? []) {
        const text = (comment.t ?? "").trim();
        if (text !== "") flows.side("comment").line(bytesOf(text), mark);
      }
      for (const link of [cell.l?.Target, cell.l?.Tooltip])
        if (link !== undefined && link !== "") flows.side("link").line(bytesOf(link), mark);
    }
    flows.endRow(index + 1, hidden?.[index]?.hidden === true);
    if ((++told & 0xff) === 0) yield* sink.drain();
    if (!sink.open) break;
  }
  flows.flush();
  yield* sink.drain();
}

function isSeen(row: readonly (CellObject | undefined)[], seen: ReadonlySet<string>): boolean {
  const texts: string[] = [];
  for (const [, cell] of present(row)) {
    const text = cellString(cell);
    if (text !== "") texts.push(text);
  }
  return texts.length === 0 || seen.has(texts.join("\t"));
}

/** 65,536: a longer array, which a damaged index makes billions long, is looked at only where it holds something. */
const denseLimit = 65_536;

/** What an array holds, with its places. */
function* present<Item>(list: readonly (Item | undefined)[]): Generator<readonly [number, Item], void> {
  if (list.length > denseLimit) {
    for (const key of Object.keys(list)) {
      const item = list[Number(key)];
      if (item !== undefined && item !== null) yield [Number(key), item];
    }
    return;
  }
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (item !== undefined && item !== null) yield [index, item];
  }
}

/** The value as it stands, never as it is formatted: a format may round a number or star it out. Byte string. */
function cellString(cell: CellObject): string {
  const { t, v } = cell;
  if (v === undefined || v === null) return "";
  if (t === "n" && typeof v === "number") return numberText(v);
  if (t === "b") return v === true ? "TRUE" : "FALSE";
  if (t === "e") return errorText(Number(v));
  if (v instanceof Date) return v.toISOString();
  return bytesOf(String(v).replace(/[\t\r\n]+/g, " "));
}
