import type { Extracted, Role } from "../../model/chunk.ts";
import { createArtTeller } from "./artTeller.ts";
import { createFlow } from "./flow.ts";
import type { Flow, Place, Sink } from "./flow.ts";
import { artTexts, isProperties, walkArt } from "./officeArt.ts";
import type { ArtRecord } from "./officeArt.ts";
import { unescapeAddress } from "./package.ts";
import { bytesOf } from "./xml.ts";

/** Types of records (MS-PPT 2.13.24). */
export const RECORD: {
  readonly document: 0x03e8;
  readonly slide: 0x03ee;
  readonly notes: 0x03f0;
  readonly notesAtom: 0x03f1;
  readonly slidePersist: 0x03f3;
  readonly master: 0x03f8;
  readonly slideInfo: 0x03f9;
  readonly handout: 0x0fc9;
  readonly textList: 0x0ff0;
  readonly chars: 0x0fa0;
  readonly bytes: 0x0fa8;
  readonly string: 0x0fba;
  readonly storage: 0x1011;
  readonly tagData: 0x138b;
} = {
  document: 0x03e8,
  slide: 0x03ee,
  notes: 0x03f0,
  notesAtom: 0x03f1,
  slidePersist: 0x03f3,
  master: 0x03f8,
  slideInfo: 0x03f9,
  handout: 0x0fc9,
  textList: 0x0ff0,
  chars: 0x0fa0,
  bytes: 0x0fa8,
  string: 0x0fba,
  storage: 0x1011,
  tagData: 0x138b,
};

const GROUP = 0xf003;
const SHAPE = 0xf004;
const CHILD_ANCHOR = 0xf00f;
const COMMENT = 0x2ee0;
const HEADERS = 0x0fd9;
const LINK = 0x0fd7;

/** What all containers of a presentation share. */
export interface SlideShared {
  readonly sink: Sink;
  readonly stream: Buffer;
  /** Who commented. */
  readonly authors: Set<string>;
  nextTable: number;
  /** Lines told so far, kept where an old edit is to tell only what is new; byte strings. */
  readonly seen: Set<string> | undefined;
}

/** How one container is told. */
export interface SlideContainer {
  readonly flow: string;
  readonly roles: readonly [Role, ...Role[]];
  readonly place: Place;
  /** Tells only lines that nothing told before. */
  readonly onlyNew?: boolean;
}

/** A cell of a table on a slide: its upper left corner and what it holds. */
interface Cell {
  readonly top: number;
  readonly left: number;
  readonly lines: string[];
}

/** 10,000 containers in each other: deeper ones are walked, but their context is not kept. */
const depthLimit = 10_000;

/** A million lines are kept to compare earlier saves with. */
const seenLimit = 1_000_000;

/** Text of an atom: UTF-16, or the lower bytes of it. */
export function atomText(stream: Buffer, record: ArtRecord): string {
  return record.type === RECORD.bytes
    ? stream.toString("latin1", record.from, record.to)
    : stream.toString("utf16le", record.from, record.from + ((record.to - record.from) & ~1));
}

/**
 * Tells what a container holds: text, tables as rows, comments, headers and footers, links, WordArt, names and descriptions of shapes. Records
 * are the stream's, `also` stands before them (the outline keeps the text of a slide's placeholders).
 */
export function* tellContainer(
  shared: SlideShared,
  record: ArtRecord,
  told: SlideContainer,
  also: readonly string[] = [],
): Generator<Extracted, void> {
  const { sink, stream } = shared;
  const { place } = told;
  const base = createFlow(sink, { id: told.flow, roles: told.roles, place });
  const sides = new Map<string, Flow>();
  const art = createArtTeller(sink, `${told.flow}-shape`, told.roles, place);
  const open: ArtRecord[] = [];
  let table: { readonly end: number; readonly cells: Cell[] } | undefined;
  let cell: { readonly end: number; readonly cell: Cell } | undefined;
  let count = 0;

  function isNew(line: string): boolean {
    if (shared.seen === undefined) return true;
    if (told.onlyNew === true && shared.seen.has(line)) return false;
    if (shared.seen.size < seenLimit) shared.seen.add(line);
    return true;
  }

  function side(role: Role, value: string): void {
    let flow = sides.get(role);
    if (flow === undefined) {
      flow = createFlow(sink, { id: `${told.flow}-${role}`, roles: [...told.roles, role], place });
      sides.set(role, flow);
    }
    const line = bytesOf(clean(value));
    if (line.trim() !== "" && isNew(line)) flow.line(role === "link" ? unescapeAddress(line) : line, ++count);
  }

  function text(raw: string): void {
    for (const part of clean(raw).split(/[\r\n]/)) {
      const line = bytesOf(part);
      // An asterisk alone holds the place of a date or number.
      if (line.trim() === "" || line === "*" || !isNew(line)) continue;
      if (cell !== undefined) cell.cell.lines.push(line);
      else base.line(line, ++count);
    }
  }

  function endTable(): void {
    const cells = table?.cells ?? [];
    table = undefined;
    cell = undefined;
    const rows = group(cells);
    if (rows.length === 0) return;
    base.table(`table${shared.nextTable++}`);
    for (const row of rows) {
      base.row(
        row.map(({ lines }) => lines.join(" ")),
        ++count,
      );
    }
    base.endTable();
  }

  function string(at: ArtRecord): void {
    const value = atomText(stream, at);
    switch (open.at(-1)?.type) {
      case COMMENT:
        if (at.instance === 1) side("comment", value);
        else if (at.instance === 0 && value !== "" && shared.authors.size < 1000) shared.authors.add(value);
        return;
      case HEADERS:
        side(at.instance === 1 ? "header" : "footer", value);
        return;
      case LINK:
        side("link", value);
        return;
      default:
        // Names of shows, tags, linked files: short, and a person may have written them.
        if (!/^(___PPT\d+|Arial|Times New Roman)$/.test(value)) side("property", value);
    }
  }

  for (const line of also) text(line);
  for (const at of walkArt(stream, record.from, record.to, descend)) {
    while (open.length > 0 && (open.at(-1)?.to ?? 0) <= at.from - 8) open.pop();
    if (table !== undefined && at.from - 8 >= table.end) endTable();
    if (cell !== undefined && at.from - 8 >= cell.end) cell = undefined;
    if (at.type === RECORD.chars || at.type === RECORD.bytes) text(atomText(stream, at));
    else if (at.type === RECORD.string) string(at);
    else if (isProperties(at)) {
      const shapes = open.at(-2);
      if (table === undefined && shapes?.type === GROUP && isTable(stream, at)) table = { end: shapes.to, cells: [] };
      for (const found of artTexts(stream, at)) {
        if (found.kind === "word-art") text(found.text);
        else art.tell(found);
      }
    } else if (at.type === CHILD_ANCHOR && table !== undefined && at.to - at.from >= 16 && open.at(-1)?.type === SHAPE) {
      const shape = open.at(-1);
      const next = { left: stream.readInt32LE(at.from), top: stream.readInt32LE(at.from + 4), lines: [] };
      table.cells.push(next);
      cell = { end: shape?.to ?? at.to, cell: next };
    }
    if ((at.container || at.type === RECORD.tagData) && open.length < depthLimit) open.push(at);
  }
  endTable();
  base.flush();
  for (const flow of sides.values()) flow.flush();
  art.flush();
  yield* sink.drain();
}

/** Lists of outlines are told with their slides; fonts, colours and sounds hold no text. */
function descend({ type }: ArtRecord): boolean | undefined {
  if (type === RECORD.textList || type === 0x03f2 || type === 0x07e4 || type === 0x0fd5) return false;
  return type === RECORD.tagData ? true : undefined;
}

/** Rows by the upper edges of their cells, without rows that are empty. */
function group(cells: readonly Cell[]): readonly (readonly Cell[])[] {
  const rows = new Map<number, Cell[]>();
  for (const cell of cells) {
    const row = rows.get(cell.top);
    if (row === undefined) rows.set(cell.top, [cell]);
    else row.push(cell);
  }
  return [...rows]
    .toSorted(([one], [other]) => one - other)
    .map(([, row]) => row.toSorted((one, other) => one.left - other.left))
    .filter((row) => row.some(({ lines }) => lines.length > 0));
}

/** The group of shapes is a table: property tableProperties with its lowest bit. */
function isTable(stream: Buffer, record: ArtRecord): boolean {
  const count = Math.min(record.instance, Math.floor((record.to - record.from) / 6));
  for (let index = 0; index < count; index++) {
    const at = record.from + 6 * index;
    if ((stream.readUInt16LE(at) & 0x3fff) === 0x039f) return (stream.readUInt32LE(at + 2) & 1) === 1;
  }
  return false;
}

/** Line breaks inside a paragraph, and ★ of Wingdings in the private use area. */
function clean(text: string): string {
  return text.replaceAll("\u000b", "\n").replaceAll("\0", "").replaceAll("\uf0ab", "★");
}
