import { createHash } from "node:crypto";
import { chmodSync, existsSync, realpathSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { firstMatchOf } from "../../judge/firstMatch.ts";
import type { Entry, Unchanged } from "../../model/entry.ts";
import type { ScanHeader, ScanSummary } from "../../model/event.ts";
import type { Examination } from "../../model/finding.ts";
import type { ScanRequest } from "../../model/request.ts";
import { absentOf } from "../../util/gating.ts";
import type { Gating, Places } from "../../util/gating.ts";
import { keyedHashes, keyId } from "../../util/hash.ts";
import { fileStampOf } from "../../util/fileStamp.ts";
import { exactText, showBytes, toByteString, toSystemPath } from "../../util/path.ts";
import { formatVersions } from "../formatVersions.ts";
import { makeDirectory } from "../makeDirectory.ts";
import type { FormatVersion } from "../formatVersions.ts";
import { toolVersion } from "../version.ts";
import { openDatabase } from "./database.ts";
import type { Database, Row } from "./database.ts";
import { takeLock } from "./lock.ts";
import type { Holder } from "./lock.ts";
import { belowOf, pathKey } from "./pathKey.ts";
import { Rows, Table } from "./rows.ts";
import type { Known } from "./rows.ts";
import { fromRecord } from "./record.ts";
import type { Record } from "./record.ts";

/** Raised when tables or records change their form: an older file is begun anew. */
const FORM = 8;
/** Entries, and milliseconds, after which what is known is made to last. */
const COMMIT_ENTRIES = 2_000;
const COMMIT_MS = 2_000;
/** Days a run stays in the history. */
const HISTORY_DAYS = 800;

/** Why there is no state; the first is what a user can wait for. */
export type StateProblem =
  | { readonly code: "locked"; readonly holder: Holder | undefined }
  | { readonly code: "no-database" }
  | { readonly code: "unusable"; readonly detail: string };

/** Why a state could not be read or written to the end; a damaged one was put aside. */
export interface StateTrouble {
  readonly damaged: boolean;
  readonly detail: string;
}

/** A run as the history tells it. */
export interface PastRun {
  readonly id: number;
  readonly started: string;
  readonly header: Pick<ScanHeader, "zone" | "roots" | "host"> & { readonly profile?: string };
  /** Undefined where it did not come to its end. */
  readonly summary: ScanSummary | undefined;
}

/** What is known of entries from earlier runs. Entries are asked for and told in walk order. */
export interface ScanState {
  /** Says that a damaged file was put aside and everything is read again. */
  readonly rebuilt: boolean;
  /** What ended the use of the state in the middle of a run: a full disk, damage. The scan went on without it; the next run reads more again. */
  readonly trouble: StateTrouble | undefined;
  /**
   * The examinations of an unchanged entry under the same rules, limits, readers and key; undefined where it must be read. With `content`, a
   * hash of its bytes, that decides instead of size, times and inode.
   */
  lookup(entry: Entry, content?: string): readonly Examination[] | undefined;
  /** As `lookup`, of files that held text without a match and nothing else, before they are entries; any other is then to be looked up. */
  readonly unchanged: Unchanged;
  /** Keeps what was found in an entry that was read; without a record it is read again the next time. */
  store(entry: Entry, record: Record | undefined, content?: string): void;
  /** What gated in the last complete run over the same roots in the same zone; undefined where there was none. */
  readonly lastGating: Gating | undefined;
  /** When that run began, ISO 8601 UTC. */
  readonly lastComplete: string | undefined;
  /** `places`: the roots as they are known from everywhere. */
  begin(header: ScanHeader, places: readonly string[]): void;
  /** Ends the run; without a summary it broke off, and what is committed stays. */
  end(summary: ScanSummary | undefined, gating: Gating, places: Places): void;
}

/** Opens the history alone, read by `zicha history`. */
export async function readHistory(directory: string): Promise<readonly PastRun[] | StateProblem> {
  const file = join(directory, "state.db");
  if (!existsSync(file)) return [];
  let database: Database | undefined;
  try {
    database = await openDatabase(file);
    if (database === undefined) return { code: "no-database" };
    return database.prepare("SELECT id, started, header, summary FROM runs ORDER BY id").all().map(pastRun);
  } catch (error) {
    return { code: "unusable", detail: codeOf(error) };
  } finally {
    database?.close();
  }
}

function pastRun(row: Row): PastRun {
  const { id, started, header, summary } = row;
  return {
    id: Number(id),
    started: String(started),
    header: JSON.parse(String(header)) as PastRun["header"],
    summary: summary === null ? undefined : (JSON.parse(String(summary)) as ScanSummary),
  };
}

/**
 * Opens the state in `directory` (made with mode 0700, files 0600), under a lock. It holds paths, counts, masked findings and keyed hashes: no
 * values and no text. A damaged file is put aside, and its entries are read again.
 */
export async function openState(
  directory: string,
  request: ScanRequest,
  wait: number,
): Promise<{ readonly state: ScanState } | { readonly problem: StateProblem }> {
  const file = join(directory, "state.db");
  try {
    makeDirectory(directory);
    const lock = await takeLock(join(directory, "lock"), wait);
    if ("holder" in lock) return { problem: { code: "locked", holder: lock.holder } };
    try {
      const opened = await openOrRebuild(file);
      if (opened === undefined) {
        lock.release();
        return { problem: { code: "no-database" } };
      }
      return { state: new Sqlite(file, opened.database, opened.rebuilt, request, await formatVersions(), lock.release) };
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    return { problem: { code: "unusable", detail: codeOf(error) } };
  }
}

/** The system's code, or what SQLite says in words of its own: neither holds a path or content. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const code = "code" in error ? String(error.code) : error.name;
  return /^E[A-Z]+$/.test(code) ? code : (error.message.split("\n")[0] ?? code).slice(0, 80);
}

/** SQLite's own codes for a file that is no database or one that is damaged: 11 and 26, in words where there is no number. */
function isDamage(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  if (!(error instanceof Error)) return false;
  const number = "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
  return number === undefined ? /malformed|not a database|corrupt/i.test(error.message) : number === 11 || number === 26;
}

async function openOrRebuild(file: string): Promise<{ database: Database; rebuilt: boolean } | undefined> {
  try {
    const database = await openDatabase(file);
    if (database === undefined) return undefined;
    chmodSync(file, 0o600);
    prepare(database);
    return { database, rebuilt: false };
  } catch (error) {
    // A place that cannot be written, or is full, is no damage.
    if (!existsSync(file) || !isDamage(error)) throw error;
    putAside(file);
    const database = await openDatabase(file);
    if (database === undefined) return undefined;
    chmodSync(file, 0o600);
    prepare(database);
    return { database, rebuilt: true };
  }
}

function putAside(file: string): void {
  renameSync(file, `${file}.damaged`);
  for (const beside of ["-wal", "-shm"]) rmSync(`${file}${beside}`, { force: true });
}

function prepare(database: Database): void {
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000; PRAGMA mmap_size = 0;");
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
  if (version !== FORM) {
    database.exec(
      "DROP TABLE IF EXISTS entries; DROP TABLE IF EXISTS pages; DROP TABLE IF EXISTS roots; DROP TABLE IF EXISTS signatures; DROP TABLE IF EXISTS runs; DROP TABLE IF EXISTS gating;",
    );
    database.exec(`
      CREATE TABLE roots (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE);
      CREATE TABLE signatures (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE);
      CREATE TABLE entries (root INTEGER NOT NULL, key BLOB NOT NULL, stamp INTEGER NOT NULL, signature INTEGER NOT NULL, format TEXT,
        bytes INTEGER NOT NULL, data TEXT, content TEXT, PRIMARY KEY (root, key)) WITHOUT ROWID;
      CREATE TABLE pages (root INTEGER NOT NULL, after BLOB NOT NULL, last BLOB NOT NULL, signature INTEGER NOT NULL, formats TEXT NOT NULL,
        data BLOB NOT NULL, PRIMARY KEY (root, after)) WITHOUT ROWID;
      CREATE TABLE gating (job TEXT NOT NULL, key TEXT NOT NULL, place TEXT NOT NULL, PRIMARY KEY (job, key)) WITHOUT ROWID;
      CREATE TABLE runs (id INTEGER PRIMARY KEY, started TEXT NOT NULL, header TEXT NOT NULL, summary TEXT, job TEXT NOT NULL);
      PRAGMA user_version = ${FORM};`);
  }
  // Damage inside shows on the first look at each table, not at opening.
  database.prepare("SELECT count(*) AS n FROM (SELECT 1 FROM entries LIMIT 1)").get();
  database.prepare("SELECT id, started, header, summary FROM runs ORDER BY id DESC LIMIT 1").get();
}

class Sqlite implements ScanState {
  readonly rebuilt: boolean;
  trouble: StateTrouble | undefined;
  readonly #file: string;
  readonly #database: Database;
  readonly #release: () => void;
  readonly #signature: number;
  readonly unchanged: Unchanged;
  readonly #roots: readonly (Rows | undefined)[];
  readonly #prunes: boolean;
  readonly #job: string;
  readonly lastGating: Gating | undefined;
  readonly lastComplete: string | undefined;
  #run = 0;
  #open = false;
  #pending = 0;
  #committed = performance.now();

  constructor(
    file: string,
    database: Database,
    rebuilt: boolean,
    request: ScanRequest,
    formats: readonly FormatVersion[],
    release: () => void,
  ) {
    this.#file = file;
    this.#database = database;
    this.rebuilt = rebuilt;
    this.#release = release;
    const { include, exclude, listed } = request.walk;
    this.#prunes = include.length === 0 && exclude.length === 0 && listed === undefined;
    database.exec("BEGIN IMMEDIATE");
    this.#signature = this.#idOf("signatures", "digest", signatureOf(request, formats));
    this.#roots = request.roots.map((root) => {
      const base = baseOf(root);
      if (base === undefined) return undefined;
      return new Rows(base, new Table(database, this.#idOf("roots", "path", Buffer.from(base, "latin1")), this.#signature));
    });
    this.unchanged = this.#unchanged();
    database.exec("COMMIT");
    const bases = this.#roots.map((rows, index) => rows?.base ?? request.roots[index] ?? "");
    this.#job = createHash("sha256")
      .update([request.zone, ...bases].join("\0"))
      .digest("hex")
      .slice(0, 16);
    const before = database
      .prepare("SELECT max(started) AS last FROM runs WHERE job = ? AND json_extract(summary, '$.complete')")
      .get(this.#job)?.["last"];
    this.lastComplete = typeof before === "string" ? before : undefined;
    this.lastGating =
      this.lastComplete === undefined
        ? undefined
        : new Map(
            database
              .prepare("SELECT key, place FROM gating WHERE job = ?")
              .all(this.#job)
              .map((row) => [String(row["key"]), String(row["place"])]),
          );
  }

  #unchanged(): Unchanged {
    let rows: Rows | undefined;
    return {
      enter: (root, key) => {
        rows = this.trouble === undefined ? this.#roots[root] : undefined;
        rows?.enter(key);
      },
      file: (name, size, modified, changed, inode) => {
        if (rows === undefined) return undefined;
        try {
          return rows.file(name, size, modified, changed, inode);
        } catch (error) {
          rows = undefined;
          this.#fail(error);
          return undefined;
        }
      },
    };
  }

  lookup(entry: Entry, content?: string): readonly Examination[] | undefined {
    const rows = this.#roots[entry.root];
    const key = rows === undefined ? undefined : keyOf(rows.base, entry);
    if (rows === undefined || key === undefined || entry.stamp === undefined) return undefined;
    const { stamp } = entry;
    return this.#guarded(() => {
      // What is listed or reached through a link may come out of order: such an entry is asked for by itself.
      const found = rows.isNext(key) ? rows.find(key) : this.#stray(rows, key);
      if (found === undefined || found.signature !== this.#signature) return undefined;
      if (content === undefined ? found.stamp !== stampIn(rows.base, entry.key, stamp) : found.content !== content) return undefined;
      return fromRecord(entry, found);
    });
  }

  /** The scan goes on where the state cannot: what was read so far holds, and from here on nothing is known and nothing kept. */
  #guarded<Result>(work: () => Result): Result | undefined {
    if (this.trouble !== undefined) return undefined;
    try {
      return work();
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #fail(error: unknown): void {
    const damaged = isDamage(error);
    if (!damaged && !(error instanceof Error && "code" in error)) throw error;
    this.trouble = { damaged, detail: codeOf(error) };
  }

  store(entry: Entry, record: Record | undefined, content?: string): void {
    const rows = this.#roots[entry.root];
    const key = rows === undefined ? undefined : keyOf(rows.base, entry);
    if (rows === undefined || key === undefined || entry.stamp === undefined) return;
    const stamp = stampIn(rows.base, entry.key, entry.stamp);
    this.#guarded(() => {
      this.#begin();
      if (record === undefined) rows.table.delete(key);
      else rows.table.put({ key, stamp, ...record, content: content ?? null });
      this.#pending++;
      if (this.#pending >= COMMIT_ENTRIES || performance.now() - this.#committed > COMMIT_MS) this.#commit();
    });
  }

  begin(header: ScanHeader, places: readonly string[]): void {
    const { zone, host, profile } = header;
    const roots = header.roots.map((root, index) => ({ ...root, path: places[index] ?? root.path }));
    const kept: PastRun["header"] = { zone, roots, host, ...(profile === undefined ? {} : { profile }) };
    this.#guarded(() => {
      this.#begin();
      const before = new Date(Date.parse(header.started) - HISTORY_DAYS * 86_400_000).toISOString();
      this.#database.prepare("DELETE FROM runs WHERE started < ?").run(before);
      const made = this.#database
        .prepare("INSERT INTO runs (started, header, job) VALUES (?, ?, ?)")
        .run(header.started, JSON.stringify(kept), this.#job);
      this.#run = Number(made.lastInsertRowid);
      this.#commit();
    });
  }

  end(summary: ScanSummary | undefined, gating: Gating, places: Places): void {
    try {
      this.#guarded(() => this.#keep(summary, gating, places));
      try {
        this.#database.close();
      } catch (error) {
        // What was committed lies in the log, and the next run takes it from there.
        this.trouble ??= { damaged: false, detail: codeOf(error) };
      }
      if (this.trouble?.damaged === true) putAside(this.#file);
    } finally {
      this.#release();
    }
  }

  #keep(summary: ScanSummary | undefined, gating: Gating, places: Places): void {
    this.#begin();
    if (summary !== undefined) this.#database.prepare("UPDATE runs SET summary = ? WHERE id = ?").run(JSON.stringify(summary), this.#run);
    if (summary?.complete === true) {
      this.#database.prepare("DELETE FROM gating WHERE job = ?").run(this.#job);
      const insert = this.#database.prepare("INSERT OR IGNORE INTO gating VALUES (?, ?, ?)");
      for (const [key, place] of gating) insert.run(this.#job, key, place);
      // What could not be looked at this time is not put right, nor new when it can be again.
      for (const [key, place] of absentOf(this.lastGating ?? new Map(), gating.keys()))
        if (places.missed(place)) insert.run(this.#job, key, place);
    }
    if (summary?.complete === true && this.#prunes) {
      for (const [index, rows] of this.#roots.entries()) {
        if (rows === undefined) continue;
        for (const keys of [rows.gone, rows.rest()])
          for (const key of keys)
            if (!rows.strays.has(key) && !places.missed(`${index}/${showBytes(belowOf(key))}`)) rows.table.delete(key);
      }
    }
    if (summary?.complete === true) for (const rows of this.#roots) rows?.table.fill();
    this.#commit();
  }

  #stray(rows: Rows, key: string): Known | undefined {
    rows.strays.add(key);
    return rows.table.row(key);
  }

  #idOf(table: "roots" | "signatures", column: string, value: string | Uint8Array): number {
    const before = this.#database.prepare(`SELECT id FROM ${table} WHERE ${column} = ?`).get(value);
    if (before !== undefined) return Number(before["id"]);
    return Number(this.#database.prepare(`INSERT INTO ${table} (${column}) VALUES (?)`).run(value).lastInsertRowid);
  }

  #begin(): void {
    if (this.#open) return;
    this.#database.exec("BEGIN IMMEDIATE");
    this.#open = true;
  }

  #commit(): void {
    if (this.#open) this.#database.exec("COMMIT");
    this.#open = false;
    this.#pending = 0;
    this.#committed = performance.now();
  }
}

/** The directory of a root in bytes, links resolved, with a slash at its end; undefined for what is no path. */
function baseOf(root: string): string | undefined {
  if (/^(?:stdin|git-\w+):/.test(root)) return undefined;
  try {
    const real = realpathSync.native(toSystemPath(toByteString(root)), { encoding: "latin1" }).replaceAll("\\", "/");
    return real.endsWith("/") ? real : `${real}/`;
  } catch {
    return undefined;
  }
}

function keyOf(base: string, entry: Entry): string | undefined {
  if (entry.key.startsWith(base)) return pathKey(entry.key.slice(base.length));
  return `${entry.key}/` === base ? pathKey("") : undefined;
}

/** Of a path that is a text its characters are hashed, as the walk does. */
function stampIn(base: string, key: string, stamp: string): number {
  const below = key.slice(base.length);
  return fileStampOf(exactText(below) ?? below, stamp);
}

/**
 * Everything that decides what an examination holds: rules and tables, what is switched off, limits, readers, key, passwords and the version.
 * Whether lines may allow their own findings is in it, since their reasons are noted then. Zone, policy, baseline and thresholds are not in it: they come after.
 */
function signatureOf(request: ScanRequest, formats: readonly FormatVersion[]): string {
  const hash = keyedHashes(request.key);
  const said = {
    form: FORM,
    version: toolVersion(),
    packs: request.packs.packs.map(({ id, digest }) => [id, digest]),
    rules: request.packs.rules.map(({ base }) => base.id),
    limits: request.limits,
    inlineAllow: request.inlineAllow === true && request.zone === "repository",
    firstMatch: request.firstMatch === true ? firstMatchOf(request) : undefined,
    formats: formats.map(({ id, version }) => [id, version]),
    key: keyId(request.key),
    passwords: request.passwords.map((password) => hash("password", password)),
  };
  return createHash("sha256").update(JSON.stringify(said)).digest("hex");
}
