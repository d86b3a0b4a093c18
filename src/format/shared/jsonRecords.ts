import type { RecordCell, TextRecords } from "./records.ts";

/** Objects in objects that are followed; deeper text is no list of people. */
const DEEPEST = 64;
/** Different sets of keys; a settings file has more of them than a list of records. */
const MOST_TABLES = 64;

class Malformed extends Error {}

/**
 * The objects of a JSON text, or of one value a line, as rows of tables: objects with the same keys make one table. Members of an object in an
 * object are cells of the outer one; lists of values give a cell each. Undefined for anything that is not JSON to its end, and for objects
 * that are no records.
 */
export function jsonRecords(text: string): TextRecords | undefined {
  try {
    return new Reader(text).read();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;
  /** Texts of the last list of two or more texts: where lists follow that are as long, they name what these hold. */
  #names: readonly string[] = [];
  /** Of the string read last. */
  #gaps: NonNullable<RecordCell["gaps"]> = [];
  readonly #tables = new Map<string, { readonly keys: readonly string[]; readonly rows: (readonly RecordCell[])[] }>();

  constructor(text: string) {
    this.#text = text;
  }

  read(): TextRecords | undefined {
    this.#blank();
    while (this.#at < this.#text.length) {
      const row: RecordCell[] = [];
      this.#value("", row, 0);
      if (row.length > 0) this.#add(row);
      this.#blank();
      if (this.#text[this.#at] === ",") throw new Malformed();
    }
    if (this.#tables.size === 0 || this.#tables.size > MOST_TABLES) return undefined;
    return { texts: [], tables: [...this.#tables.values()].map(({ keys, rows }) => ({ head: [keys], rows })) };
  }

  #add(row: readonly RecordCell[]): void {
    const keys = row.map(({ key }) => key);
    const signature = keys.join("\0");
    const table = this.#tables.get(signature);
    if (table !== undefined) table.rows.push(row);
    else if (this.#tables.size > MOST_TABLES) throw new Malformed();
    else this.#tables.set(signature, { keys, rows: [row] });
  }

  #value(key: string, row: RecordCell[], depth: number): void {
    const sign = this.#text[this.#at];
    if (sign === "{") this.#object(row, depth);
    else if (sign === "[") this.#array(key, row, depth);
    else if (sign === '"') {
      const at = this.#at + 1;
      const text = this.#string();
      row.push(this.#gaps.length === 0 ? { key, text, at } : { key, text, at, gaps: this.#gaps });
    } else {
      const found = this.#match(/-?\d[\d.eE+-]*|true|false|null/y);
      row.push({ key, text: found === "null" ? "" : found, at: this.#at - found.length });
    }
  }

  #object(row: RecordCell[], depth: number): void {
    if (depth > DEEPEST) throw new Malformed();
    this.#at += 1;
    for (let first = true; ; first = false) {
      this.#blank();
      if (this.#text[this.#at] === "}") break;
      if (!first) this.#expect(",");
      this.#blank();
      const at = this.#at + 1;
      if (this.#text[this.#at] !== '"') throw new Malformed();
      const key = this.#string();
      // A key that may itself be an identifier is read as a value too.
      if (/\d{5}|@/.test(key)) row.push({ key: "", text: key, at });
      this.#blank();
      this.#expect(":");
      this.#blank();
      this.#value(/\d{5}|@/.test(key) ? "" : key, row, depth + 1);
    }
    this.#at += 1;
  }

  /**
   * Objects in a list are rows of their own, and so are lists in it that are as long as a list of names before them (`columns`, or the first);
   * anything else is a cell of the row that holds the list.
   */
  #array(key: string, row: RecordCell[], depth: number): void {
    if (depth > DEEPEST) throw new Malformed();
    this.#at += 1;
    const held = row.length;
    for (let first = true; ; first = false) {
      this.#blank();
      if (this.#text[this.#at] === "]") break;
      if (!first) this.#expect(",");
      this.#blank();
      if (this.#text[this.#at] === "{") {
        const own: RecordCell[] = [];
        this.#object(own, depth + 1);
        if (own.length > 0) this.#add(own);
      } else if (this.#text[this.#at] === "[") {
        const own: RecordCell[] = [];
        const names = this.#names;
        this.#array(key, own, depth + 1);
        if (own.length > 1 && own.length === names.length) {
          this.#add(own.map((cell, at) => ({ ...cell, key: names[at] ?? "" })));
          this.#names = names;
        } else for (const cell of own) row.push(cell);
      } else this.#value(key, row, depth + 1);
    }
    this.#at += 1;
    const list = row.slice(held).map(({ text }) => text);
    if (list.length > 1 && list.every((text) => text !== "" && text.length <= 40 && !/\d{5}|@/.test(text))) this.#names = list;
  }

  #string(): string {
    const found = this.#match(/"(?:[^"\\]|\\[^])*"/y);
    const body = found.slice(1, -1);
    this.#gaps = [];
    if (!body.includes("\\")) return body;
    const gaps: (readonly [number, number])[] = [];
    let lost = 0;
    const text = body.replace(
      /\\(?:u([0-9a-fA-F]{4})|([^]))/g,
      (whole, code: string | undefined, sign: string | undefined, offset: number) => {
        const made = unescape(code, sign);
        const behind = offset - lost + made.length;
        lost += whole.length - made.length;
        gaps.push([behind, lost]);
        return made;
      },
    );
    this.#gaps = gaps;
    return text;
  }

  #match(expression: RegExp): string {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text)?.[0];
    if (found === undefined) throw new Malformed();
    this.#at += found.length;
    return found;
  }

  #expect(sign: string): void {
    if (this.#text[this.#at] !== sign) throw new Malformed();
    this.#at += 1;
  }

  #blank(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09 && code !== 0xfeff) return;
    }
  }
}

function unescape(code: string | undefined, sign: string | undefined): string {
  if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
  return sign === "n" || sign === "r" || sign === "t" || sign === "b" || sign === "f" ? " " : (sign ?? "");
}
