import { neutralise } from "../../util/width.ts";
import type { Writer } from "../../model/report.ts";
import { escapeMarkup } from "./escape.ts";
import { ZipWriter } from "./zipWriter.ts";

/** Rows of a sheet (ISO/IEC 29500, Excel's own limit). */
export const sheetRows = 1_048_576;
/** Characters of a cell. */
const cellLength = 32_767;

/** Styles by index in `cellXfs`: plain text, head of a table, title, label of a form, warning. */
export type CellStyle = "text" | "head" | "title" | "label" | "warning";
const styles: Readonly<Record<CellStyle, number>> = { text: 0, head: 1, title: 2, label: 3, warning: 4 };

/** A cell as SpreadsheetML. Text stands inline, so it is never a formula whatever it begins with; what Excel cannot hold is cut. */
export function cellOf(value: string | number, style: CellStyle = "text"): string {
  const index = styles[style];
  if (typeof value === "number") return `<c s="${index}"><v>${value}</v></c>`;
  if (value === "") return `<c s="${index}"/>`;
  const shown = neutralise(value);
  const cut = shown.length > cellLength ? `${shown.slice(0, cellLength - 2)}…` : shown;
  return `<c s="${index}" t="inlineStr"><is><t xml:space="preserve">${escapeMarkup(cut)}</t></is></c>`;
}

/** A row of cells. */
export function rowOf(values: readonly (string | number)[], style: CellStyle = "text"): string {
  return `<row>${values.map((value) => cellOf(value, style)).join("")}</row>\n`;
}

/** One sheet of a workbook. */
export interface Sheet {
  /** At most 31 characters, none of `[]:*?/\`. */
  readonly name: string;
  /** Widths of the columns, in characters. */
  readonly widths: readonly number[];
  /** Rows kept in view while scrolling, the head of the table; the last of them carries the filter. 0 for a form. */
  readonly frozen: number;
  /** Number of the last row, the head included; said beforehand, since rows are not counted as they pass. */
  readonly last: number;
  /** `<row>` elements in blocks; read once. */
  readonly rows: Iterable<string>;
}

const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

const styleSheet = `${declaration}<styleSheet xmlns="${main}"><fonts count="4"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font><font><b/><sz val="16"/><name val="宋体"/></font><font><b/><sz val="11"/><color rgb="FFB3261E"/><name val="宋体"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE9EDF2"/></patternFill></fill></fills><borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border><border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/><diagonal/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5"><xf borderId="1" applyBorder="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf fontId="1" fillId="2" borderId="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment vertical="center" wrapText="1"/></xf><xf fontId="2" applyFont="1"/><xf fontId="1" fillId="2" borderId="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf fontId="3" applyFont="1" applyAlignment="1"><alignment vertical="top"/></xf></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0"/></cellStyles></styleSheet>`;

function* sheetXml(sheet: Sheet): Generator<string> {
  const view =
    sheet.frozen > 0
      ? `<sheetView workbookViewId="0"><pane ySplit="${sheet.frozen}" topLeftCell="A${sheet.frozen + 1}" activePane="bottomLeft" state="frozen"/></sheetView>`
      : '<sheetView workbookViewId="0"/>';
  const columns = sheet.widths
    .map((width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`)
    .join("");
  yield `${declaration}<worksheet xmlns="${main}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews>${view}</sheetViews><cols>${columns}</cols><sheetData>\n`;
  yield* sheet.rows;
  const column = String.fromCharCode(64 + sheet.widths.length);
  const filter = sheet.frozen > 0 ? `<autoFilter ref="A${sheet.frozen}:${column}${sheet.last}"/>` : "";
  yield `</sheetData>${filter}<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/><pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>`;
}

/** Writes a workbook (ISO/IEC 29500 transitional) sheet by sheet; only the rows at hand are in memory. At most 26 columns. */
export async function writeWorkbook(out: Writer, sheets: readonly Sheet[]): Promise<void> {
  const zip = new ZipWriter(out);
  const parts = sheets.map(
    (_sheet, index) =>
      `<Override PartName="/xl/worksheets/sheet${index + 1}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`,
  );
  await zip.add("[Content_Types].xml", [
    `${declaration}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>${parts.join("")}</Types>`,
  ]);
  await zip.add("_rels/.rels", [
    `${declaration}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${relationships}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ]);
  const names = sheets.map((sheet, index) => `<sheet name="${escapeMarkup(sheet.name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`);
  // The head of a list stands on every printed page.
  const titles = sheets.flatMap((sheet, index) =>
    sheet.frozen > 0
      ? [`<definedName name="_xlnm.Print_Titles" localSheetId="${index}">'${escapeMarkup(sheet.name)}'!$1:$${sheet.frozen}</definedName>`]
      : [],
  );
  await zip.add("xl/workbook.xml", [
    `${declaration}<workbook xmlns="${main}" xmlns:r="${relationships}"><sheets>${names.join("")}</sheets>${titles.length === 0 ? "" : `<definedNames>${titles.join("")}</definedNames>`}</workbook>`,
  ]);
  const targets = sheets.map(
    (_sheet, index) => `<Relationship Id="rId${index + 1}" Type="${relationships}/worksheet" Target="worksheets/sheet${index + 1}.xml"/>`,
  );
  await zip.add("xl/_rels/workbook.xml.rels", [
    `${declaration}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${targets.join("")}<Relationship Id="rId${sheets.length + 1}" Type="${relationships}/styles" Target="styles.xml"/></Relationships>`,
  ]);
  await zip.add("xl/styles.xml", [styleSheet]);
  for (const [index, sheet] of sheets.entries()) await zip.add(`xl/worksheets/sheet${index + 1}.xml`, sheetXml(sheet));
  await zip.close();
}
