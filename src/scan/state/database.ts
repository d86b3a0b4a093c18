/** What is used of an SQL database: the part of `node:sqlite` that its peers share. */
export interface Statement {
  run(...values: readonly SqlValue[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
  get(...values: readonly SqlValue[]): Row | undefined;
  all(...values: readonly SqlValue[]): readonly Row[];
}
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}
export type SqlValue = string | number | null | Uint8Array;
export type Row = Readonly<Record<string, SqlValue>>;

type Open = new (file: string) => Database;

/** Packages that give a database, best first: Node's own (22.13 and later), else the optional dependency for Node 20. */
const packages = ["node:sqlite", "@photostructure/sqlite"];

/** Opens the file with the first database there is; undefined where there is none. Throws what opening throws. */
export async function openDatabase(file: string): Promise<Database | undefined> {
  for (const name of packages) {
    const found = await load(name);
    if (found !== undefined) return new found(file);
  }
  return undefined;
}

async function load(name: string): Promise<Open | undefined> {
  // Node 22 warns that its database is experimental: said once a run, on a terminal that belongs to the report.
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error, ...more: never[]): void => {
    if (!String(warning).startsWith("SQLite is an experimental feature")) Reflect.apply(emitWarning, process, [warning, ...more]);
  };
  try {
    return ((await import(name)) as { DatabaseSync: Open }).DatabaseSync;
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}
