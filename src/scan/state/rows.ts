import type { Plain } from "../../model/entry.ts";
import { directoryHash, fileStamp } from "../../util/fileStamp.ts";
import type { DirectoryHash } from "../../util/fileStamp.ts";
import { exactText, toByteString } from "../../util/path.ts";
import type { ByteString } from "../../util/path.ts";
import type { Database, Row, Statement } from "./database.ts";
import { pathKey } from "./pathKey.ts";

/** Rows of a page, more or less: what is read ahead of the walk. */
const PAGE = 2_000;
/** After all keys, which begin with 1 or 2. */
const LAST: Uint8Array = Uint8Array.of(0xff);
/** Bytes of a page's data for each row: stamp, bytes, format. */
const ROW_BYTES = 14;
/** Stands for the stamp of a row that says more than `Plain` does, or something else now. No file has it. */
const NONE = -1;

/** A row of the entries. */
export interface Known {
  readonly key: string;
  readonly stamp: number;
  readonly signature: number;
  readonly format: string | null;
  readonly bytes: number;
  readonly data: string | null;
  readonly content: string | null;
}

const COLUMNS = "key, stamp, signature, format, bytes, data, content";

/** What a walk compares: of each row in a range of keys the stamp, bytes of text and format, by columns. */
interface Page {
  /** The range ends with this key, and the next begins after it. */
  readonly last: string;
  readonly stamps: Float64Array;
  readonly bytes: Uint32Array;
  readonly formats: Uint16Array;
  readonly names: readonly (string | null)[];
}

const begin: Page = { last: "", stamps: new Float64Array(0), bytes: new Uint32Array(0), formats: new Uint16Array(0), names: [] };

/**
 * The rows of one root. What a second scan compares of them is kept in pages, one blob for some thousand rows: to read the rows costs many times
 * as much. Pages lie side by side, each from where another ends; one goes when a row in it is written, and comes again at the end of a run.
 */
export class Table {
  readonly #root: number;
  readonly #signature: number;
  readonly #database: Database;
  readonly #page: Statement;
  readonly #bound: Statement;
  readonly #summary: Statement;
  readonly #next: Statement;
  readonly #keys: Statement;
  readonly #row: Statement;
  readonly #put: Statement;
  readonly #delete: Statement;
  readonly #drop: Statement;

  constructor(database: Database, root: number, signature: number) {
    this.#root = root;
    this.#signature = signature;
    this.#database = database;
    this.#page = database.prepare("SELECT last, formats, data FROM pages WHERE root = ? AND after = ? AND signature = ?");
    this.#bound = database.prepare("SELECT min(after) AS after FROM pages WHERE root = ? AND after > ?");
    // Lists as one text each: a row at a time costs ten times as much.
    this.#summary = database.prepare(
      `SELECT json_group_array(iif(data IS NULL AND signature = ? AND bytes < 4294967296, stamp, ${NONE})) AS stamps,
        json_group_array(bytes) AS bytes, json_group_array(format) AS formats, max(key) AS last
      FROM (SELECT * FROM entries WHERE root = ? AND key > ? AND key <= ? ORDER BY key LIMIT ?)`,
    );
    this.#next = database.prepare(`SELECT ${COLUMNS} FROM entries WHERE root = ? AND key > ? ORDER BY key LIMIT 1`);
    this.#keys = database.prepare(`SELECT key FROM entries WHERE root = ? AND key > ? ORDER BY key LIMIT ${PAGE}`);
    this.#row = database.prepare(`SELECT ${COLUMNS} FROM entries WHERE root = ? AND key = ?`);
    this.#put = database.prepare("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    this.#delete = database.prepare("DELETE FROM entries WHERE root = ? AND key = ?");
    this.#drop = database.prepare(
      "DELETE FROM pages WHERE root = ?1 AND after = (SELECT max(after) FROM pages WHERE root = ?1 AND after < ?2)",
    );
  }

  row(key: string): Known | undefined {
    const row = this.#row.get(this.#root, bytesOf(key));
    return row === undefined ? undefined : known(row);
  }

  /** The first row after a key. */
  next(after: string): Known | undefined {
    const row = this.#next.get(this.#root, bytesOf(after));
    return row === undefined ? undefined : known(row);
  }

  /** The keys of all rows after a key; they may be deleted as they come. */
  *keys(after: string): Generator<string> {
    for (let last = after; ;) {
      const keys = this.#keys.all(this.#root, bytesOf(last)).map((row) => textOf(row["key"] as Uint8Array));
      yield* keys;
      if (keys.length < PAGE) return;
      last = keys.at(-1) ?? last;
    }
  }

  put(row: Omit<Known, "signature">): void {
    const key = bytesOf(row.key);
    this.#drop.run(this.#root, key);
    this.#put.run(this.#root, key, row.stamp, this.#signature, row.format, row.bytes, row.data, row.content);
  }

  delete(name: string): void {
    const key = bytesOf(name);
    this.#drop.run(this.#root, key);
    this.#delete.run(this.#root, key);
  }

  /** The page after a key, put together where none is kept; undefined where nothing comes any more. */
  page(after: string): Page | undefined {
    return this.#kept(after) ?? this.#gathered(after);
  }

  /** Keeps the pages that are not there. */
  fill(): void {
    const insert = this.#database.prepare("INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?, ?)");
    for (let after = ""; ;) {
      const kept = this.#kept(after);
      const page = kept ?? this.#gathered(after);
      if (page === undefined) return;
      if (kept === undefined) {
        const { last, names } = page;
        insert.run(this.#root, bytesOf(after), bytesOf(last), this.#signature, JSON.stringify(names), pack(page));
      }
      after = page.last;
    }
  }

  /** What cannot be a page of ours is none. */
  #kept(after: string): Page | undefined {
    const row = this.#page.get(this.#root, bytesOf(after), this.#signature);
    const { last, data, formats } = row ?? {};
    if (!(last instanceof Uint8Array) || !(data instanceof Uint8Array) || data.length % ROW_BYTES !== 0) return undefined;
    const end = textOf(last);
    return end > after ? unpack(end, data, JSON.parse(String(formats)) as readonly (string | null)[]) : undefined;
  }

  #gathered(after: string): Page | undefined {
    const bound = this.#bound.get(this.#root, bytesOf(after))?.["after"];
    const bounded = bound instanceof Uint8Array;
    // Up to the next page somewhat more is taken, so that rows that are added do not leave many small pages.
    const most = bounded ? 2 * PAGE : PAGE;
    const row = this.#summary.get(this.#signature, this.#root, bytesOf(after), bounded ? bound : LAST, most);
    const list = <Item>(name: string): readonly Item[] => JSON.parse(String(row?.[name] ?? "[]")) as readonly Item[];
    const stamps = list<number>("stamps");
    if (stamps.length === 0 && !bounded) return undefined;
    const greatest = row?.["last"];
    const last = bounded && stamps.length < most ? bound : greatest instanceof Uint8Array ? greatest : LAST;
    return pageOf(textOf(last), stamps, list("bytes"), list("formats"));
  }
}

function pageOf(last: string, stamps: readonly number[], bytes: readonly number[], formats: readonly (string | null)[]): Page {
  const names = [...new Set(formats)];
  const numbers = new Map(names.map((name, index) => [name, index]));
  return {
    last,
    stamps: Float64Array.from(stamps),
    bytes: Uint32Array.from(bytes),
    formats: Uint16Array.from(formats, (format) => numbers.get(format) ?? 0),
    names,
  };
}

/** In the byte order of the machine: a state is not carried to another. */
function pack({ stamps, bytes, formats }: Page): Uint8Array {
  const data = new Uint8Array(stamps.length * ROW_BYTES);
  data.set(new Uint8Array(stamps.buffer), 0);
  data.set(new Uint8Array(bytes.buffer), stamps.length * 8);
  data.set(new Uint8Array(formats.buffer), stamps.length * 12);
  return data;
}

function unpack(last: string, data: Uint8Array, names: readonly (string | null)[]): Page {
  const { buffer } = data.slice();
  const rows = data.length / ROW_BYTES;
  return {
    last,
    stamps: new Float64Array(buffer, 0, rows),
    bytes: new Uint32Array(buffer, rows * 8, rows),
    formats: new Uint16Array(buffer, rows * 12, rows),
    names,
  };
}

/**
 * One root's rows as the walk passes them. While every file is the next row, which is so in most of a second scan, the stamps of a page are
 * compared and no row is looked at. What is not is asked of the database: the first row after the newest that was met in its order.
 */
export class Rows {
  readonly base: string;
  readonly table: Table;
  #page: Page = begin;
  #at = 0;
  #ended = false;
  /** Keys of rows that the walk did not meet, or met out of its order. */
  readonly gone: string[] = [];
  /** Of these the latter. */
  readonly strays: Set<string> = new Set();
  /** The directory whose files are asked for: its path below the root; its hash, where that path is a text. */
  #directory = "";
  #hash: DirectoryHash | undefined;
  /** The newest that was met in its order: its key, or its directory and name. */
  #passed: string | undefined = "";
  #passedIn = "";
  #passedName = "";

  constructor(base: string, table: Table) {
    this.base = base;
    this.table = table;
  }

  /** `key`: of a directory, with a slash at its end. */
  enter(key: ByteString): void {
    this.#directory = key.slice(this.base.length);
    const exact = key.startsWith(this.base) ? exactText(this.#directory) : undefined;
    this.#hash = exact === undefined ? undefined : directoryHash(exact);
  }

  /** The next row, where it is this file's, unchanged under this signature and plain. It is passed then, else it stays the next. */
  file(name: string, size: number, modified: number, changed: number, inode: number): Plain | undefined {
    if (this.#hash === undefined || !this.#turn()) return undefined;
    const at = this.#at;
    const page = this.#page;
    if (page.stamps[at] !== fileStamp(this.#hash, name, size, modified, changed, inode)) return undefined;
    this.#at++;
    this.#passed = undefined;
    this.#passedIn = this.#directory;
    this.#passedName = name;
    return { format: page.names[page.formats[at] ?? 0] ?? undefined, bytes: page.bytes[at] ?? 0 };
  }

  #passedKey(): string {
    return (this.#passed ??= pathKey(this.#passedIn + toByteString(this.#passedName)));
  }

  /** Whether a key comes after the newest that was met in its order. */
  isNext(key: string): boolean {
    return key > this.#passedKey();
  }

  /** The row with a key that is next in order; what lies before it was not met. */
  find(key: string): Known | undefined {
    let passed = this.#passedKey();
    this.#passed = key;
    for (;;) {
      const row = this.table.next(passed);
      if (row === undefined || row.key > key) return undefined;
      if (this.#turn()) this.#at++;
      if (row.key === key) return row;
      this.gone.push(row.key);
      passed = row.key;
    }
  }

  /** All that the walk did not come to. */
  rest(): Iterable<string> {
    return this.table.keys(this.#passedKey());
  }

  /** Goes on to the next page where one is at its end; false where there is none. */
  #turn(): boolean {
    while (this.#at >= this.#page.stamps.length) {
      const page = this.#ended ? undefined : this.table.page(this.#page.last);
      if (page === undefined) {
        this.#ended = true;
        return false;
      }
      this.#page = page;
      this.#at = 0;
    }
    return true;
  }
}

function known(row: Row): Known {
  const { key, stamp, signature, format, bytes, data, content } = row;
  return {
    key: textOf(key as Uint8Array),
    stamp: Number(stamp),
    signature: Number(signature),
    format: format as string | null,
    bytes: Number(bytes),
    data: data as string | null,
    content: content as string | null,
  };
}

function bytesOf(key: string): Uint8Array {
  return Buffer.from(key, "latin1");
}

function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString("latin1");
}
