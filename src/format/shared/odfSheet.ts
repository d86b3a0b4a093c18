import type { Role } from "../../model/chunk.ts";
import type { Sink } from "./flow.ts";
import { mostRepeated, odfNumber, repeatedColumns, shownNumber } from "./odfCell.ts";
import { createSheetFlows, sheetMark } from "./sheetFlows.ts";
import type { SheetFlows } from "./sheetFlows.ts";
import { attribute } from "./xml.ts";

/** A sheet while its rows are read. */
export interface OdfSheet {
  readonly title: string;
  readonly flows: SheetFlows;
  /** Where the open cell stands, as `sheetPlace` takes it. */
  mark(): number;
  /** A row begins; one that was left open ends. */
  openRow(attributes: string): void;
  endRow(): void;
  openCell(attributes: string): void;
  endCell(): void;
  /** A line of text; false where no cell is open that could hold it. */
  line(text: string): boolean;
  end(): void;
}

export function openOdfSheet(sink: Sink, flow: string, title: string, roles: readonly [Role, ...Role[]]): OdfSheet {
  const flows = createSheetFlows(sink, { flow: sink.unique(flow), title, roles });
  let row = 0;
  let rowsRepeated = 1;
  let rowHidden = false;
  let column = 0;
  let cell: { readonly lines: string[]; readonly value: string; readonly repeated: number } | undefined;

  function endCell(): void {
    if (cell === undefined) return;
    const { lines, value, repeated } = cell;
    const text = value === "" ? lines.join(" ") : shownNumber(value, lines.join(" "));
    cell = undefined;
    if (text !== "") {
      const told = /[\t\r\n]/.test(text) ? text.replace(/[\t\r\n]/g, " ") : text;
      for (let index = 0; index < Math.min(repeated, mostRepeated); index++) flows.cell(column + index, told);
    }
    column += repeated - 1;
  }
  function endRow(): void {
    endCell();
    flows.endRow(row + 1, rowHidden);
    row += rowsRepeated;
    column = 0;
  }

  return {
    title,
    flows,
    mark: () => sheetMark(row + 1, Math.max(1, column)),
    openRow(attributes) {
      if (cell !== undefined) endRow();
      const count = Number(attribute(attributes, "number-rows-repeated") ?? 1);
      rowsRepeated = count >= 1 ? Math.min(Math.floor(count), 2_000_000) : 1;
      rowHidden = /^(collapse|filter)$/.test(attribute(attributes, "visibility") ?? "");
    },
    endRow,
    openCell(attributes) {
      endCell();
      column++;
      cell = { lines: [], value: odfNumber(attributes), repeated: repeatedColumns(attributes) };
    },
    endCell,
    line(text) {
      cell?.lines.push(text);
      return cell !== undefined;
    },
    end() {
      endRow();
      flows.flush();
    },
  };
}
