import type { Location, Role } from "../../model/chunk.ts";
import { createFlow } from "./flow.ts";
import type { Flow, Sink } from "./flow.ts";
import { trimBytes } from "./xml.ts";

/** How a sheet is told. */
export interface SheetOptions {
  readonly flow: string;
  /** As a person sees it. */
  readonly title: string;
  readonly roles: readonly [Role, ...Role[]];
}

/** The flows of one sheet: its rows, its hidden rows, and what stands beside the cells. All text is byte strings (see xml.ts). */
export interface SheetFlows {
  /** A cell of the row at hand; columns count from 1 and should rise. Empty text is no cell. */
  cell(column: number, text: string): void;
  /** Gives the row at hand as row `row`, from 1. */
  endRow(row: number, hidden: boolean): void;
  /** The flow for what is no cell: told by marks of `sheetMark`. `suffix` names one of several flows of a role. */
  side(role: Role, suffix?: string): Flow;
  flush(): void;
}

/** Columns of a sheet, XFD; a mark holds row and column in one number. */
export const sheetColumns = 16_384;
/** Empty cells given for gaps before a sheet is told without them: 64 Ki, and eight for each cell with content. */
const paddingFree = 64 * 1024;
const paddingEach = 8;

/** Row and column, both from 1, in one number. */
export function sheetMark(row: number, column: number): number {
  return Math.max(1, row) * sheetColumns + Math.max(0, column - 1);
}

/** The place a mark stands for. */
export function sheetPlace(sheet: string, mark: number): Location {
  return { kind: "cell", sheet, row: Math.floor(mark / sheetColumns), column: (mark % sheetColumns) + 1 };
}

/** Flows of a sheet that give their chunks to `sink`. Hidden rows go to a table of their own: their numbers would not follow on each other. */
export function createSheetFlows(sink: Sink, options: SheetOptions): SheetFlows {
  const { title, roles } = options;
  const place = (at: number, cell: number): Location => ({ kind: "cell", sheet: title, row: at, column: cell });
  const sidePlace = (at: number): Location => sheetPlace(title, at);
  const table = Buffer.from(title, "utf8").toString("latin1");
  const main = createFlow(sink, { id: options.flow, roles, place });
  main.table(options.flow, table);
  const flows = new Map<string, Flow>([["", main]]);
  let cells: string[] = [];
  let jumps: (readonly [number, number])[] | undefined;
  let padding = paddingFree;

  function hiddenRows(): Flow {
    let flow = flows.get("hiddenRows");
    if (flow === undefined) {
      const id = `${options.flow}-hidden`;
      flow = createFlow(sink, { id, roles: roles.includes("hidden") ? roles : [...roles, "hidden"], place });
      flow.table(id, table);
      flows.set("hiddenRows", flow);
    }
    return flow;
  }

  return {
    cell(column, text): void {
      if (text === "") return;
      const gap = column - 1 - cells.length - (jumps?.at(-1)?.[1] ?? 0);
      if (gap > 0) {
        if (gap <= padding) {
          padding -= gap;
          for (let index = 0; index < gap; index++) cells.push("");
        } else {
          // Columns from here on are told by `jumps`: the real column less the cells given.
          (jumps ??= []).push([cells.length, column - 1 - cells.length]);
        }
      }
      padding += paddingEach;
      cells.push(text);
    },
    endRow(row, hidden): void {
      if (cells.length === 0) return;
      (hidden ? hiddenRows() : main).row(
        cells,
        row,
        jumps?.map(([at, shift]) => [at, at + shift] as const),
      );
      cells = [];
      jumps = undefined;
    },
    side(role, suffix = role): Flow {
      let flow = flows.get(suffix);
      if (flow === undefined) {
        const told: readonly [Role, ...Role[]] =
          role === "header" || role === "footer" ? [role] : roles.includes(role) ? roles : [...roles, role];
        flow = createFlow(sink, {
          id: `${options.flow}-${suffix}`,
          roles: told,
          place: sidePlace,
          ...(suffix === "firstHeader" || suffix === "firstFooter" ? { page: 1 } : {}),
        });
        flows.set(suffix, flow);
      }
      return flow;
    },
    flush(): void {
      for (const flow of flows.values()) flow.flush();
    },
  };
}

/** Left, middle and right of a header (ECMA-376 §18.3.1.39), its codes for fonts, numbers and pictures left out. */
export function headerLines(text: string): readonly string[] {
  return text
    .replace(/&(?:(&)|([LCR])|"[^"]*"|K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|\d{1,3}|[A-Z])/g, (_code, and?: string, part?: string) =>
      and === undefined ? (part === undefined ? "" : "\n") : "&",
    )
    .split("\n")
    .map(trimBytes)
    .filter((part) => part !== "");
}
