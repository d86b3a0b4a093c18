import type { Extracted, Role } from "../../model/chunk.ts";
import { joinHidden } from "./edges.ts";
import { createFlow } from "./flow.ts";
import type { Flow, Sink } from "./flow.ts";
import { unescapeAddress } from "./package.ts";
import { DELETED, HIDDEN, INNER_CELL, INNER_ROW_END, IN_TABLE, ROW_END, SYMBOL } from "./wordFormat.ts";
import type { FormatRun, WordFormat } from "./wordFormat.ts";
import type { WordText } from "./wordText.ts";
import { bytesOf } from "./xml.ts";

/** Text, formatting and where both go: what all stories of a document share. */
export interface StoryShared {
  readonly sink: Sink;
  readonly text: WordText;
  readonly format: WordFormat;
  /** Number of the next table. */
  nextTable: number;
}

/** One story, or one of the parts a story is made of (a header, a text box). */
export interface Story {
  readonly from: number;
  readonly to: number;
  readonly flow: string;
  readonly roles: readonly [Role, ...Role[]];
  readonly page?: number;
}

type Destination = "text" | "deleted" | "hidden" | "field";

/** Cells of a row that is open, at one depth of nesting. */
interface Row {
  readonly cells: string[];
  readonly parts: string[][];
  lines: string[];
}

/** 2 KiB in one cell of several paragraphs: the table lays out text, it does not list data. */
const layoutCell = 2048;
/** 1 MiB: a longer paragraph is told in pieces. */
const longText = 1024 * 1024;
/** Tables in tables that keep their rows apart. */
const depthLimit = 16;

/**
 * Reads a story: paragraphs, tables as rows, deleted and hidden text, instructions of fields apart from their results, addresses of links. The
 * sink is drained as the reading goes on.
 */
export function* readStory(shared: StoryShared, story: Story): Generator<Extracted, void> {
  const { sink, text: whole, format } = shared;
  const { text } = whole;
  const to = Math.min(story.to, text.length);
  const options = {
    place: (paragraph: number) => ({ kind: "paragraph", paragraph }) as const,
    ...(story.page === undefined ? {} : { page: story.page }),
  };
  const base = createFlow(sink, { id: story.flow, roles: story.roles, ...options });
  const sides = new Map<string, Flow>();
  const held: Record<Destination, string> = { text: "", deleted: "", hidden: "", field: "" };
  /** The paragraph's text in its order, where the document hides some. */
  const parts: { readonly hidden: boolean; raw: string }[] = [];
  const hides = format.characters.some(({ bits }) => (bits & HIDDEN) !== 0);
  /** Open fields: true while in the instruction, before the result. */
  const fields: boolean[] = [];
  let instructions = 0;
  let paragraph = 0;
  let inTable = false;
  let tableFlow: Flow | undefined;
  const rows: Row[] = [];
  let emptyCellBefore = false;
  const characterAt = pointer(format.characters);
  const paragraphAt = pointer(format.paragraphs);

  function side(role: Role): Flow {
    let flow = sides.get(role);
    if (flow === undefined) {
      flow = createFlow(sink, { id: `${story.flow}-${role}`, roles: [...story.roles, role], ...options });
      sides.set(role, flow);
    }
    return flow;
  }

  function append(piece: string, bits: number, value: number): void {
    let destination: Destination = "text";
    if (instructions > 0) destination = "field";
    else if ((bits & DELETED) !== 0) destination = "deleted";
    else if ((bits & HIDDEN) !== 0) destination = "hidden";
    if (held[destination].length > longText) {
      tell(destination, held[destination]);
      held[destination] = "";
      parts.length = 0;
    }
    const raw = (bits & SYMBOL) === 0 ? piece : piece.replace(/[^\t\n]/g, symbol(value));
    held[destination] += raw;
    if (!hides || (destination !== "text" && destination !== "hidden")) return;
    const hidden = destination === "hidden";
    const last = parts.at(-1);
    if (last?.hidden === hidden) last.raw += raw;
    else parts.push({ hidden, raw });
  }

  function decode(raw: string): string {
    return bytesOf(clean(whole.decode(raw)));
  }

  function tell(destination: Destination, raw: string): void {
    const told =
      destination === "hidden" && parts.length > 1
        ? joinHidden(parts.map((part) => ({ hidden: part.hidden, text: decode(part.raw) })))
        : decode(raw);
    if (told.trim() === "") return;
    if (destination === "text") {
      const row = rows.at(-1);
      if (row !== undefined) row.lines.push(told);
      else base.line(told, paragraph);
    } else if (destination === "field") tellField(told.trim());
    else side(destination).line(told, paragraph);
  }

  function tellField(instruction: string): void {
    const address = /^\s*(?:HYPERLINK|INCLUDEPICTURE|INCLUDETEXT|LINK)\s+(.*)$/is.exec(instruction)?.[1];
    if (address === undefined) side("field").line(instruction, paragraph);
    else side("link").line(address.replaceAll('"', "").split(" ").map(unescapeAddress).join(" "), paragraph);
  }

  function endParagraph(): void {
    paragraph++;
    // An instruction does not go on behind its paragraph: one that was never ended must not swallow the rest of the text.
    if (instructions > 0) {
      for (let index = 0; index < fields.length; index++) fields[index] = false;
      instructions = 0;
    }
    for (const destination of ["text", "deleted", "hidden", "field"] as const) {
      const raw = held[destination];
      if (raw === "") continue;
      held[destination] = "";
      tell(destination, raw);
    }
    parts.length = 0;
  }

  function openRows(depth: number): void {
    if (rows.length === 0 && !inTable) {
      inTable = true;
      base.table(`table${shared.nextTable++}`);
    }
    while (rows.length < depth) rows.push({ cells: [], parts: [], lines: [] });
  }

  function endCell(): void {
    const row = rows.at(-1);
    if (row === undefined) return;
    row.cells.push(row.lines.join(" "));
    row.parts.push(row.lines);
    row.lines = [];
  }

  function endRow(): void {
    const row = rows.pop();
    if (row === undefined) return;
    if (row.lines.length > 0) {
      row.cells.push(row.lines.join(" "));
      row.parts.push(row.lines);
    }
    if (!row.cells.some((cell) => cell !== "")) return;
    const outer = rows.at(-1);
    const layout = row.parts.some((lines, index) => lines.length > 1 && (row.cells[index]?.length ?? 0) > layoutCell);
    if (outer === undefined) {
      if (!layout) base.row(row.cells, paragraph);
      else {
        base.endTable();
        for (const lines of row.parts) for (const line of lines) base.line(line, paragraph);
        base.table(`table${shared.nextTable++}`);
      }
      return;
    }
    // A table in a cell has a flow of its own.
    if (tableFlow === undefined) {
      const id = `table${shared.nextTable++}`;
      tableFlow = createFlow(sink, { id: `${story.flow}-${id}`, roles: story.roles, ...options });
      tableFlow.table(id);
    }
    tableFlow.row(row.cells, paragraph);
  }

  function endTable(): void {
    while (rows.length > 0) endRow();
    tableFlow?.flush();
    tableFlow = undefined;
    if (inTable) base.endTable();
    inTable = false;
  }

  /** What ends at `at`: a paragraph, a cell or a row. */
  function mark(at: number, code: number): void {
    const run = paragraphAt(at);
    const bits = run?.bits ?? 0;
    const table = (bits & IN_TABLE) !== 0 || code === 7;
    if (!table) {
      endTable();
      endParagraph();
      emptyCellBefore = false;
      return;
    }
    const depth = Math.min(depthLimit, Math.max(1, run?.value ?? 1));
    while (rows.length > depth) endRow();
    openRows(depth);
    const empty = held.text === "" && (rows.at(-1)?.lines.length ?? 0) === 0;
    const rowEnd = (bits & (ROW_END | INNER_ROW_END)) !== 0 || (!format.rowEnds && code === 7 && empty && emptyCellBefore);
    endParagraph();
    if (rowEnd) endRow();
    else if (code === 7 || (bits & INNER_CELL) !== 0) endCell();
    emptyCellBefore = code === 7 && !rowEnd;
    if (rowEnd) emptyCellBefore = false;
  }

  const controls = /[\u0000-\u001f]/g;
  let control = -1;
  let marks = 0;
  for (let at = story.from; at < to;) {
    const run = characterAt(at);
    const bits = run.bits;
    const end = Math.min(to, run.to);
    while (at < end) {
      if (control < at) {
        controls.lastIndex = at;
        control = controls.exec(text)?.index ?? text.length;
      }
      if (control >= end) {
        append(text.slice(at, end), bits, run.value);
        at = end;
        break;
      }
      if (control > at) append(text.slice(at, control), bits, run.value);
      const code = text.charCodeAt(control);
      switch (code) {
        case 0x0d:
        case 0x07:
        case 0x0c:
          mark(control, code);
          if (++marks % 64 === 0) {
            yield* sink.drain();
            if (!sink.open) return;
          }
          break;
        case 0x13:
          // Instructions that lie in another's are told with it.
          fields.push(true);
          instructions++;
          break;
        case 0x14:
          if (fields.at(-1) === true) {
            fields[fields.length - 1] = false;
            instructions--;
            if (instructions === 0) endInstruction();
          }
          break;
        case 0x15:
          if (fields.pop() === true) {
            instructions--;
            if (instructions === 0) endInstruction();
          }
          break;
        case 0x09:
          append("\t", bits & ~SYMBOL, 0);
          break;
        case 0x0b:
        case 0x0e:
          append("\n", bits & ~SYMBOL, 0);
          break;
        case 0x1e:
          append("-", bits & ~SYMBOL, 0);
          break;
        default:
          // Anchors of pictures, notes and comments, and breaks inside words.
          if ((bits & SYMBOL) !== 0 && code !== 1 && code !== 8) append(" ", bits, run.value);
      }
      at = control + 1;
    }
  }
  endParagraph();
  endTable();
  base.flush();
  for (const flow of sides.values()) flow.flush();
  yield* sink.drain();

  function endInstruction(): void {
    const raw = held.field;
    held.field = "";
    if (raw.trim() !== "") tell("field", raw);
  }
}

interface CharacterRun {
  readonly to: number;
  readonly bits: number;
  readonly value: number;
}

/** Where to look for the first run that may reach behind `at`: runs are sorted by their begin and hardly overlap. */
function firstBehind(runs: readonly FormatRun[], at: number): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((runs[middle]?.from ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  // Those just before it may reach it.
  return Math.max(0, low - 8);
}

/** Finds the run at a position, for positions that ascend; between runs a run without properties that ends where the next begins. */
function pointer(runs: readonly FormatRun[]): (at: number) => CharacterRun {
  let index = -1;
  return (at) => {
    if (index < 0) index = firstBehind(runs, at);
    while (index < runs.length && (runs[index]?.to ?? 0) <= at) index++;
    const run = runs[index];
    if (run === undefined) return { to: Number.MAX_SAFE_INTEGER, bits: 0, value: 0 };
    if (run.from > at) return { to: run.from, bits: 0, value: 0 };
    // A fast-saved piece may have properties of its own beside those of its runs.
    let { bits, to } = run;
    for (let next = index + 1; next < runs.length && next < index + 8; next++) {
      const other = runs[next];
      if (other === undefined || other.from >= to) break;
      if (other.from > at) to = Math.min(to, other.from);
      else if (other.to > at) {
        bits |= other.bits;
        to = Math.min(to, other.to);
      }
    }
    return { to, bits, value: run.value };
  };
}

/** A character of a symbol font: a star in Wingdings, else what the letter would be. */
export function symbol(value: number): string {
  if (value < 32 || (value >= 0xd800 && value < 0xe000)) return "";
  const low = value >= 0xf000 && value <= 0xf0ff ? value - 0xf000 : value;
  return low === 0xab || low === 0xb5 || low === 0xb6 ? "★" : String.fromCharCode(low);
}

/** ★ of Wingdings lies in the private use area; soft hyphens part words. */
function clean(text: string): string {
  return /[\uf0ab\u00ad]/.test(text) ? text.replaceAll("\uf0ab", "★").replaceAll("\u00ad", "") : text;
}
