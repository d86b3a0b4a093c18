import { pdfLines } from "./pdfText.ts";
import type { PdfLine } from "./pdfText.ts";
import { attribute, textOf } from "./xml.ts";
import type { XmlHandler } from "./xml.ts";

/** A piece of text where it stands: a `TextCode` (GB/T 33190-2016, 11.3) in the page's millimetres, turned so that it reads to the right. */
export interface OfdRun {
  readonly text: string;
  /** Degrees its letters are turned, from 0 to 359. */
  readonly angle: number;
  /** Along the line. */
  readonly start: number;
  readonly end: number;
  /** Across the lines, downwards. */
  readonly base: number;
  /** Height of a letter. */
  readonly size: number;
}

/** What a page, a template, an appearance or a resource shows. */
export interface OfdContent {
  readonly runs: OfdRun[];
  /** Templates the page is laid on, by their id. */
  readonly templates: string[];
  /** Addresses its actions open; byte strings. */
  readonly links: string[];
  /** Square millimetres of pictures. */
  pictured: number;
  /** Square millimetres of the page, 0 where it does not say. */
  area: number;
  paths: number;
  /** Glyphs that are drawn without a character that says what they are, and characters that are said. */
  nameless: number;
  named: number;
  /** More text than is kept: the rest is missing. */
  cut: boolean;
}

/** An empty page. */
export function createOfdContent(): OfdContent {
  return { runs: [], templates: [], links: [], pictured: 0, area: 0, paths: 0, nameless: 0, named: 0, cut: false };
}

/** A newspaper page has some 10,000 characters. */
const mostRuns = 200_000;
/** Characters of one `TextCode`. */
const longestCode = 65_536;

type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];
const identity: Matrix = [1, 0, 0, 1, 0, 0];

function numbers(value: string | undefined): readonly number[] {
  return value === undefined ? [] : value.trim().split(/\s+/).slice(0, 6).map(Number);
}

function matrix(value: string | undefined): Matrix {
  const [a, b, c, d, e, f] = numbers(value);
  const read = [a, b, c, d, e, f];
  return read.every((part) => part !== undefined && Number.isFinite(part)) ? (read as unknown as Matrix) : identity;
}

function finite(value: string | undefined, otherwise: number): number {
  const read = value === undefined || value.trim() === "" ? otherwise : Number(value);
  return Number.isFinite(read) ? read : otherwise;
}

/** Distances between letters, at most `count` of them: `6 6 g 3 9` is `6 6 9 9 9`. */
function deltas(value: string | undefined, count: number): readonly number[] {
  const found: number[] = [];
  if (value === undefined || value.trim() === "") return found;
  const parts = value.trim().split(/\s+/);
  for (let index = 0; index < parts.length && found.length < count; index++) {
    if (parts[index] !== "g") {
      found.push(finite(parts[index], 0));
      continue;
    }
    const distance = finite(parts[index + 2], 0);
    for (let times = Math.min(finite(parts[index + 1], 0), count - found.length); times > 0; times--) found.push(distance);
    index += 2;
  }
  return found;
}

const wideFrom = 0x2e80;

/** Gaps wider than this many letters divide columns; below, letters that are set apart still are one word. */
const columnGap = 3;
/** Gaps wider than this many letters are a space. */
const wordGap = 0.3;

/**
 * Gathers what the graphic units of a page show. `origin`: where an appearance or a composite stands on the page, in millimetres.
 */
export function createOfdHandler(content: OfdContent, origin: () => readonly [x: number, y: number] = () => [0, 0]): XmlHandler {
  let boundary: readonly number[] = [];
  let transform = identity;
  let size = 0;
  let x = 0;
  let y = 0;
  let glyphs = 0;
  let letterCount = 0;
  let code: { readonly deltaX: string | undefined; readonly deltaY: string | undefined } | undefined;
  let text = "";
  let within = "";
  let box = "";

  function place(px: number, py: number): readonly [number, number] {
    const [a, b, c, d, e, f] = transform;
    const [ox, oy] = origin();
    return [a * px + c * py + e + (boundary[0] ?? 0) + ox, b * px + d * py + f + (boundary[1] ?? 0) + oy];
  }

  function add(piece: string, fromX: number, fromY: number, toX: number, toY: number): void {
    if (piece.trim() === "") return;
    if (content.runs.length >= mostRuns) {
      content.cut = true;
      return;
    }
    const [a, b, c, d] = transform;
    const angle = (Math.round((Math.atan2(b, a) * 180) / Math.PI) + 360) % 360;
    const cos = Math.cos((angle * Math.PI) / 180);
    const sin = Math.sin((angle * Math.PI) / 180);
    const [x0, y0] = place(fromX, fromY);
    const [x1, y1] = place(toX, toY);
    content.runs.push({
      text: piece,
      angle,
      start: x0 * cos + y0 * sin,
      end: x1 * cos + y1 * sin,
      base: y0 * cos - x0 * sin,
      size: (size || 3) * (Math.hypot(c, d) || Math.hypot(a, b) || 1),
    });
  }

  /** Letters of one `TextCode`: a gap as wide as a column is spaces, a step back to the left begins a line. */
  function endCode(): void {
    const told = textOf(text)
      .slice(0, longestCode)
      .replace(/[\t\r\n]+/gu, " ");
    const letters = [...told];
    if (text.length > longestCode * 3) content.cut = true;
    letterCount += letters.length;
    for (const letter of letters) {
      if (/[\p{L}\p{N}]/u.test(letter)) content.named++;
      // Private use: a subset font numbered its glyphs as it liked.
      else if (/\p{Co}/u.test(letter)) content.nameless++;
    }
    const across = deltas(code?.deltaX, letters.length);
    const down = deltas(code?.deltaY, letters.length);
    let atX = x;
    let atY = y;
    let piece = "";
    let fromX = x;
    let fromY = y;
    const height = size || 3;
    for (const [index, letter] of letters.entries()) {
      piece += letter;
      const advance = (letter.codePointAt(0) ?? 0) >= wideFrom ? height : height / 2;
      const stepX = across[index] ?? (across.length === 0 && down.length > 0 ? 0 : advance);
      const stepY = down[index] ?? 0;
      if (index === letters.length - 1) add(piece, fromX, fromY, atX + advance, atY);
      else if (stepX <= -height / 2) {
        add(piece, fromX, fromY, atX + advance, atY);
        piece = "";
        fromX = atX + stepX;
        fromY = atY + stepY;
      } else if (stepX - advance > columnGap * height) piece += "  ";
      atX += stepX;
      atY += stepY;
    }
  }

  return {
    open(name, attributes): void {
      within = name;
      switch (name) {
        case "TextObject":
          boundary = numbers(attribute(attributes, "Boundary"));
          transform = matrix(attribute(attributes, "CTM"));
          size = Math.abs(finite(attribute(attributes, "Size"), 0));
          x = 0;
          y = 0;
          glyphs = 0;
          letterCount = 0;
          return;
        case "TextCode":
          x = finite(attribute(attributes, "X"), x);
          y = finite(attribute(attributes, "Y"), y);
          code = { deltaX: attribute(attributes, "DeltaX"), deltaY: attribute(attributes, "DeltaY") };
          text = "";
          return;
        case "ImageObject": {
          const [, , width, height] = numbers(attribute(attributes, "Boundary"));
          content.pictured += Math.abs((width ?? 0) * (height ?? 0)) || 0;
          return;
        }
        case "PathObject":
          content.paths++;
          return;
        case "Template": {
          const id = attribute(attributes, "TemplateID");
          if (id !== undefined && content.templates.length < 100) content.templates.push(id);
          return;
        }
        case "URI": {
          const address = attribute(attributes, "URI");
          if (address !== undefined && address !== "" && content.links.length < 100_000) content.links.push(address);
          return;
        }
        case "PhysicalBox":
          box = "";
          return;
        default:
      }
    },
    text(piece): void {
      if (within === "TextCode") {
        if (text.length <= longestCode * 4) text += piece;
      } else if (within === "Glyphs") glyphs += piece.split(/\s+/).filter((glyph) => glyph !== "").length;
      else if (within === "PhysicalBox") box += piece.slice(0, 100);
    },
    close(name): void {
      within = "";
      if (name === "TextCode" && code !== undefined) {
        endCode();
        code = undefined;
      } else if (name === "TextObject") {
        content.nameless += Math.max(0, glyphs - letterCount);
      } else if (name === "PhysicalBox") content.area = ofdArea(box);
    },
  };
}

/** Square millimetres of a box `x y width height`; 0 where it is none. */
export function ofdArea(box: string): number {
  const [, , width, height] = numbers(box);
  return Math.abs((width ?? 0) * (height ?? 0)) || 0;
}

/**
 * Lines of a page as they are read: in the order they are drawn where that goes down the page, else by where they stand. Letters of one line
 * that are drawn apart are joined; see `pdfLines` for lines that are set letter by letter.
 */
export function ofdLines(runs: readonly OfdRun[], sorted: boolean): readonly PdfLine[] {
  const drawn = join(runs);
  let lines = drawn.lines;
  if (sorted || drawn.jumps > Math.max(2, lines.length / 10)) lines = join(inPlace(runs)).lines;
  return pdfLines(lines.join("\n"));
}

function join(runs: readonly OfdRun[]): { readonly lines: readonly string[]; readonly jumps: number } {
  const lines: string[] = [];
  let line = "";
  let last: OfdRun | undefined;
  let jumps = 0;
  for (const run of runs) {
    const height = Math.max(run.size, last?.size ?? 0);
    const sameLine = last !== undefined && run.angle === last.angle && Math.abs(run.base - last.base) < height / 2;
    // Bold that is made by drawing twice.
    if (sameLine && last?.text === run.text && Math.abs(run.start - last.start) < height / 5) continue;
    const gap = last === undefined ? 0 : run.start - last.end;
    if (sameLine && gap > -height) {
      line += (gap > columnGap * height ? "  " : gap > wordGap * height ? " " : "") + run.text;
    } else {
      if (last !== undefined) lines.push(line);
      if (last !== undefined && run.angle === last.angle && run.base < last.base - height / 2) jumps++;
      // Further left on the same line: cells that are drawn in no order.
      if (sameLine) jumps++;
      line = run.text;
    }
    last = run;
  }
  if (last !== undefined) lines.push(line);
  return { lines, jumps };
}

/** Upright text from top to bottom and from left to right; what is turned comes behind it. */
function inPlace(runs: readonly OfdRun[]): readonly OfdRun[] {
  const upright = runs.filter((run) => run.angle === 0).toSorted((one, other) => one.base - other.base);
  const placed: OfdRun[] = [];
  let row: OfdRun[] = [];
  const endRow = (): void => {
    placed.push(...row.toSorted((one, other) => one.start - other.start));
    row = [];
  };
  for (const run of upright) {
    const [first] = row;
    if (first !== undefined && run.base - first.base > Math.max(first.size, run.size) * 0.45) endRow();
    row.push(run);
  }
  endRow();
  return [...placed, ...runs.filter((run) => run.angle !== 0)];
}
