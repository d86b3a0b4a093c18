import type { Role } from "../../model/chunk.ts";
import { joinHidden } from "./edges.ts";
import { createFlow } from "./flow.ts";
import type { Flow, Sink } from "./flow.ts";
import { createRtfText } from "./rtfText.ts";
import type { RtfText } from "./rtfText.ts";
import { bytesOf } from "./xml.ts";

/** Text that is seen, hidden, or deleted. */
export type Kind = "text" | "hidden" | "deleted";

/** A run of paragraphs of its own: the body, a header, a footnote, a text box. */
export interface Frame {
  readonly flow: Flow;
  readonly id: string;
  readonly roles: readonly [Role, ...Role[]];
  readonly kinds: Record<Kind, RtfText>;
  /** Where the paragraph turns from seen text to hidden and back: from which character of that text on. */
  readonly turns: { readonly hidden: boolean; readonly from: number }[];
  paragraphs: number;
  cells: string[];
  readonly cell: string[];
  layout: boolean;
  table: string | undefined;
  readonly nested: string[];
  readonly nestedCell: string[];
  /** Rows of a table within a cell. */
  inner: { readonly flow: Flow; readonly id: string } | undefined;
}

/** 2 KiB in one cell of several paragraphs: the table lays out text. */
const layoutCell = 2048;

/** In one paragraph; behind them what is hidden is told without what it touches. */
const mostTurns = 10_000;

/** The paragraph's seen and hidden text in its order, as byte strings. It begins with seen text. */
function* partsOf(
  turns: Frame["turns"],
  shown: string,
  hidden: string,
): Generator<{ readonly hidden: boolean; readonly text: string }, void> {
  if (turns.length === 0) yield { hidden: true, text: bytesOf(hidden) };
  else yield { hidden: false, text: bytesOf(shown.slice(0, turns[1]?.from ?? shown.length)) };
  for (const [index, turn] of turns.entries()) {
    const text = turn.hidden ? hidden : shown;
    yield { hidden: turn.hidden, text: bytesOf(text.slice(turn.from, turns[index + 2]?.from ?? text.length)) };
  }
}

/** The frames of a document and the rules by which their paragraphs and cells become lines and rows. */
export interface RtfFrames {
  /** A frame whose text goes to a flow of its own. */
  make(id: string, roles: readonly [Role, ...Role[]]): Frame;
  /** A frame in a flow that all of its name and roles share (`each` false), or one of its own. */
  inside(id: string, roles: readonly [Role, ...Role[]], each: boolean, page?: number): Frame;
  /** The flow beside a frame for text of another role. */
  side(frame: Frame, role: Role): Flow;
  /** Text of the kind is to come in the frame. */
  turn(frame: Frame, kind: Kind): void;
  /** Ends a paragraph; in a row of a table it is a line of the cell. */
  endParagraph(frame: Frame, where: "text" | "cell" | "nested"): void;
  endCell(frame: Frame): void;
  endRow(frame: Frame): void;
  endNestedCell(frame: Frame): void;
  endNestedRow(frame: Frame): void;
  /** Ends a table within a cell. */
  endInner(frame: Frame): void;
  endFrame(frame: Frame): void;
  flush(): void;
}

/** Frames that give their chunks to `sink`. */
export function createRtfFrames(sink: Sink): RtfFrames {
  const flows = new Map<string, Flow>();
  let tables = 0;

  function makeFlow(id: string, roles: readonly [Role, ...Role[]], page?: number): Flow {
    return createFlow(sink, {
      id,
      roles,
      place: (paragraph) => ({ kind: "paragraph", paragraph }),
      ...(page === undefined ? {} : { page }),
    });
  }
  function makeFrame(id: string, roles: readonly [Role, ...Role[]], flow: Flow): Frame {
    return {
      flow,
      id,
      roles,
      kinds: { text: createRtfText(), hidden: createRtfText(), deleted: createRtfText() },
      turns: [],
      paragraphs: 0,
      cells: [],
      cell: [],
      layout: false,
      table: undefined,
      nested: [],
      nestedCell: [],
      inner: undefined,
    };
  }
  function side(frame: Frame, role: Role): Flow {
    const key = `${frame.flow.id}-${role}`;
    let flow = flows.get(key);
    if (flow === undefined) {
      flow = makeFlow(key, frame.roles.includes(role) ? frame.roles : [...frame.roles, role]);
      flows.set(key, flow);
    }
    return flow;
  }
  function leaveTable(frame: Frame): void {
    if (frame.cells.length > 0 || frame.cell.length > 0) endRow(frame);
    if (frame.table === undefined) return;
    frame.flow.endTable();
    frame.table = undefined;
  }

  function turn(frame: Frame, kind: Kind): void {
    const hidden = kind === "hidden";
    if (kind === "deleted" || (frame.turns.at(-1)?.hidden ?? false) === hidden || frame.turns.length >= mostTurns) return;
    frame.turns.push({ hidden, from: frame.kinds[kind].settled() });
  }
  /** Ends a paragraph; in a row of a table it is a line of the cell. */
  function endParagraph(frame: Frame, where: "text" | "cell" | "nested"): void {
    frame.paragraphs++;
    const shown = frame.kinds.text.take();
    const text = bytesOf(shown);
    if (where === "cell") {
      if (text !== "") frame.cell.push(text);
    } else if (where === "nested") {
      if (text !== "") frame.nestedCell.push(text);
    } else if (text !== "") {
      leaveTable(frame);
      frame.flow.line(text, frame.paragraphs);
    }
    const hidden = frame.kinds.hidden.take();
    if (hidden !== "") side(frame, "hidden").line(joinHidden(partsOf(frame.turns, shown, hidden)), frame.paragraphs);
    frame.turns.length = 0;
    const deleted = frame.kinds.deleted.take();
    if (deleted !== "") side(frame, "deleted").line(bytesOf(deleted), frame.paragraphs);
  }
  function endCell(frame: Frame): void {
    const text = frame.cell.join(" ");
    if (frame.cell.length > 1 && text.length > layoutCell) frame.layout = true;
    frame.cells.push(frame.layout ? frame.cell.join("\n") : text);
    frame.cell.length = 0;
  }
  function endRow(frame: Frame): void {
    if (frame.cell.length > 0) endCell(frame);
    if (frame.layout) {
      frame.flow.endTable();
      frame.table = undefined;
      for (const cell of frame.cells) if (cell !== "") frame.flow.line(cell, frame.paragraphs);
    } else if (frame.cells.some((cell) => cell !== "")) {
      if (frame.table === undefined) {
        frame.table = `table${++tables}`;
        frame.flow.table(frame.table);
      }
      frame.flow.row(frame.cells, frame.paragraphs);
    }
    frame.cells = [];
    frame.layout = false;
  }
  function endNestedRow(frame: Frame): void {
    if (frame.nestedCell.length > 0) frame.nested.push(frame.nestedCell.splice(0).join(" "));
    if (frame.nested.length === 0) return;
    if (frame.inner === undefined) {
      const id = `table${++tables}`;
      frame.inner = { flow: makeFlow(sink.unique(id), frame.roles), id };
      frame.inner.flow.table(id);
    }
    frame.inner.flow.row(frame.nested.splice(0), frame.paragraphs);
  }
  function endInner(frame: Frame): void {
    frame.inner?.flow.endTable();
    frame.inner = undefined;
  }
  function endFrame(frame: Frame): void {
    const open = frame.cells.length > 0 || frame.cell.length > 0;
    endParagraph(frame, open ? "cell" : "text");
    endNestedRow(frame);
    endInner(frame);
    leaveTable(frame);
    frame.flow.flush();
  }

  return {
    make: (id, roles) => makeFrame(id, roles, makeFlow(id, roles)),
    inside(id, roles, each, page) {
      const key = `${id} ${roles.join(" ")}`;
      let flow = each ? undefined : flows.get(key);
      if (flow === undefined) {
        flow = makeFlow(sink.unique(id), roles, page);
        if (!each) flows.set(key, flow);
      }
      return makeFrame(id, roles, flow);
    },
    side,
    turn,
    endParagraph,
    endCell,
    endRow,
    endNestedCell: (frame) => void frame.nested.push(frame.nestedCell.splice(0).join(" ")),
    endNestedRow,
    endInner,
    endFrame,
    flush(): void {
      for (const flow of flows.values()) flow.flush();
    },
  };
}
