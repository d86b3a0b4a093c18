import type { Flow } from "./flow.ts";
import { mostRepeated, odfNumber, repeatedColumns, shownNumber } from "./odfCell.ts";
import type { OdfFrame } from "./odfFrame.ts";

/** Tables of a text, those in cells of others apart from these. */
export interface OdfTables {
  /** How many are open. */
  readonly depth: number;
  /** Opens one in the frame: in its flow, or in that of `apart` where it stands in a cell of another. */
  open(id: string, frame: OdfFrame, apart: () => Flow): void;
  openRow(): void;
  endRow(): void;
  openCell(attributes: string): void;
  endCell(): void;
  /** A line of a frame; false where none of its cells is open. */
  line(frame: OdfFrame, text: string): boolean;
  /** Ends the innermost; gives the flow that it had for itself. */
  end(): Flow | undefined;
  /** Ends those of a frame. */
  endOf(frame: OdfFrame | undefined): readonly Flow[];
}

interface TextTable {
  readonly id: string;
  readonly flow: Flow;
  readonly frame: OdfFrame;
  row: string[];
  cells: (readonly string[])[];
  cell: string[] | undefined;
  /** The number that the open cell holds; empty where it holds text. */
  value: string;
  repeated: number;
  layout: boolean;
  pieces: number;
}

/** 2 KiB in one cell of several paragraphs: the table lays out text. */
const layoutCell = 2048;
const mostColumns = 1024;

export function createOdfTables(): OdfTables {
  const tables: TextTable[] = [];

  function endCell(): void {
    const table = tables.at(-1);
    if (table?.cell === undefined) return;
    const { cell, value } = table;
    table.cell = undefined;
    const lines = value === "" ? cell : [shownNumber(value, cell.join(" "))];
    const text = lines.join(" ");
    if (lines.length > 1 && text.length > layoutCell) table.layout = true;
    const times = text === "" ? Math.min(table.repeated, mostColumns) : Math.min(table.repeated, mostRepeated);
    for (let index = 0; index < times && table.row.length < mostColumns; index++) table.row.push(text);
    table.cells.push(lines);
  }
  function endRow(): void {
    const table = tables.at(-1);
    if (table === undefined) return;
    endCell();
    if (table.layout) {
      table.flow.endTable();
      for (const lines of table.cells) for (const line of lines) table.flow.line(line, table.frame.paragraphs);
      table.flow.table(`${table.id}.${++table.pieces}`);
    } else if (table.row.some((cell) => cell !== "")) table.flow.row(table.row, table.frame.paragraphs);
    table.row = [];
    table.cells = [];
    table.layout = false;
  }
  function end(): Flow | undefined {
    endRow();
    const table = tables.pop();
    table?.flow.endTable();
    return table === undefined || table.flow === table.frame.flow ? undefined : table.flow;
  }

  return {
    get depth() {
      return tables.length;
    },
    open(id, frame, apart) {
      const outer = tables.at(-1);
      const flow = outer?.cell !== undefined && outer.frame === frame ? apart() : frame.flow;
      flow.table(id);
      tables.push({ id, flow, frame, row: [], cells: [], cell: undefined, value: "", repeated: 1, layout: false, pieces: 0 });
    },
    openRow() {
      const table = tables.at(-1);
      if (table !== undefined && (table.row.length > 0 || table.cell !== undefined)) endRow();
    },
    endRow,
    openCell(attributes) {
      const table = tables.at(-1);
      if (table === undefined) return;
      endCell();
      table.cell = [];
      table.repeated = repeatedColumns(attributes);
      table.value = odfNumber(attributes);
    },
    endCell,
    line(frame, text) {
      const table = tables.at(-1);
      if (table?.cell === undefined || table.frame !== frame) return false;
      table.cell.push(text);
      return true;
    },
    end,
    endOf(frame) {
      const ended: Flow[] = [];
      while (tables.length > 0 && tables.at(-1)?.frame === frame) {
        const flow = end();
        if (flow !== undefined) ended.push(flow);
      }
      return ended;
    },
  };
}
