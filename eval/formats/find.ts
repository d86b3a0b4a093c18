import type { ExpectedString } from "./expectation.ts";
import { normalise, withoutTabs } from "./normalise.ts";

/** Where a piece of text stands, as `zicha extract --json` gives it. */
export interface Spot {
  readonly kind: string;
  readonly page?: number;
  readonly slide?: number;
  /** Of a property, a chapter, a cell of a notebook. */
  readonly name?: string;
  readonly sheet?: string;
  readonly row?: number;
  readonly column?: number;
}

/** A piece of text of the extraction. */
export interface Piece {
  /** Of the entry, the members of containers behind `!/`. */
  readonly path: string;
  readonly flow: string;
  readonly roles: readonly string[];
  readonly page: number | undefined;
  readonly text: string;
  /** The place of the character at a byte of `text`; undefined for text as it lies in the file. */
  locate(offset: number): Spot | undefined;
}

/** Finds expected texts in what was extracted from one file. */
export class Extraction {
  readonly #pieces: readonly Piece[];
  readonly #paths: readonly string[];
  /** All texts of one entry, flow and roles one behind the other, normalised: a text may go over pieces. */
  readonly #runs: readonly { readonly roles: readonly string[]; readonly text: string }[];

  /** `paths` are those of the entries: the names of members are text too, of role `name`. */
  constructor(pieces: readonly Piece[], paths: readonly string[]) {
    this.#pieces = pieces;
    this.#paths = paths.map(normalise);
    const runs = new Map<string, { roles: readonly string[]; text: string[] }>();
    for (const { path, flow, roles, text } of pieces) {
      const key = JSON.stringify([path, flow, roles]);
      const run = runs.get(key) ?? { roles, text: [] };
      runs.set(key, run);
      run.text.push(text);
    }
    this.#runs = [...runs.values()].map(({ roles, text }) => ({ roles, text: normalise(text.join("")) }));
  }

  /** Whether the text is there in its role and place. */
  has({ text, role, place }: ExpectedString): boolean {
    const wanted = normalise(text);
    if (role === "name" && this.#paths.some((path) => path.slice(path.lastIndexOf("!/") + 1).includes(wanted))) return true;
    if (place === undefined) return this.#runs.some((run) => bears(run.roles, role) && holds(run.text, wanted));
    return this.#pieces.some((piece) => bears(piece.roles, role) && stands(piece, wanted, normalise(place)));
  }

  /** Where the text is, whatever was asked for: for the list of what is missing. Empty where it is nowhere. */
  elsewhere({ text }: ExpectedString): string {
    const wanted = normalise(text);
    const piece = this.#pieces.find((one) => normalise(one.text).includes(wanted));
    if (piece === undefined) return this.#runs.some((run) => run.text.includes(wanted)) ? "over several pieces" : "";
    return `${piece.roles.join(" > ")} ${places(piece, wanted).join(", ")}`.trim();
  }
}

function bears(roles: readonly string[], role: string | undefined): boolean {
  return role === undefined || roles.includes(role);
}

/** Tabs count where the text has some. Both are normalised. */
function holds(text: string, wanted: string): boolean {
  return text.includes(wanted) || (!wanted.includes("\t") && text.includes("\t") && withoutTabs(text).includes(wanted));
}

function stands(piece: Piece, wanted: string, place: string): boolean {
  if (!holds(normalise(piece.text), wanted)) return false;
  if (place.startsWith("!/")) return normalise(piece.path).endsWith(place);
  return places(piece, wanted).some((one) => normalise(one) === place);
}

/** The places at which a normalised text begins, a cell in both its forms. */
function places(piece: Piece, wanted: string): readonly string[] {
  const found = new Set<string>();
  if (piece.page !== undefined) found.add(`page ${piece.page}`);
  for (const offset of starts(piece.text, wanted)) {
    const spot = piece.locate(offset);
    if (spot?.page !== undefined) found.add(`page ${spot.page}`);
    if (spot?.slide !== undefined) found.add(`slide ${spot.slide}`);
    if (spot?.name !== undefined) found.add(`property ${spot.name}`);
    if (spot?.sheet === undefined) continue;
    found.add(`${spot.sheet}!R${spot.row}C${spot.column}`).add(`${spot.sheet}!${spot.row}`).add(spot.sheet);
  }
  return [...found];
}

/** Byte offsets of the cells (or lines) in which a normalised text begins. */
function starts(text: string, wanted: string): readonly number[] {
  const offsets: number[] = [];
  const width = wanted.split("\t").length;
  let from = 0;
  for (const line of text.split(/(?<=\n)/)) {
    if (normalise(line).includes(wanted)) {
      const cells = line.split(/(?<=\t)/);
      let at = from;
      for (const [index, cell] of cells.entries()) {
        // So many cells from this one on hold the text, and one fewer do not: it begins here.
        const first = normalise(cells.slice(index, index + width).join(""));
        if (first.includes(wanted) && (width === 1 || !normalise(cells.slice(index + 1, index + width).join("")).includes(wanted)))
          offsets.push(at);
        at += Buffer.byteLength(cell);
      }
    }
    from += Buffer.byteLength(line);
  }
  return offsets.length === 0 ? [0] : offsets;
}
