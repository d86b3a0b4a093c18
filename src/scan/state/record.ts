import type { Entry } from "../../model/entry.ts";
import type { FailureCode } from "../../model/failure.ts";
import type { Examination } from "../../model/finding.ts";

/** What one row keeps of an entry: `data` only where more was met than text without a match. */
export interface Record {
  readonly format: string | null;
  readonly bytes: number;
  readonly data: string | null;
}

/** Failures that come of the file itself and come again while it is unchanged. All others may be gone the next time. */
const lasting: ReadonlySet<FailureCode> = new Set([
  "encrypted",
  "corrupt",
  "unsupported-format",
  "no-text",
  "too-large",
  "too-deep",
  "bomb",
]);

type Kept = Omit<Examination, "entry" | "shownPath" | "touched"> & {
  /** Of a member: what follows the entry's path. */
  readonly suffix: string;
  readonly depth: number;
  readonly size?: number;
  readonly modified?: string;
};

/** Examinations and matches of one entry that are kept; one that has more is read again. */
const MOST_KEPT = 50_000;

/** Gathers the examinations of an entry as they come, as long as they can be kept. */
export class Keeping {
  #examinations: Examination[] = [];
  #size = 0;

  add(examinations: readonly Examination[]): void {
    for (const { matches } of examinations) this.#size += 1 + matches.length;
    if (this.#size > MOST_KEPT) this.#examinations = [];
    else this.#examinations.push(...examinations);
  }

  /** Undefined where the entry must be read again. */
  record(): Record | undefined {
    return this.#size > MOST_KEPT ? undefined : toRecord(this.#examinations);
  }
}

/** What to keep of an entry's examinations, members before what holds them; undefined where it must be read again. */
function toRecord(examinations: readonly Examination[]): Record | undefined {
  const last = examinations.at(-1);
  if (last === undefined || last.entry.depth !== 0) return undefined;
  if (examinations.some(({ failures }) => failures.some(({ code }) => !lasting.has(code)))) return undefined;
  // A file beside it may have come, gone or changed while it stayed as it is.
  if (last.together === true) return undefined;
  // A path that shows otherwise than it is, also of a member, holds an identifier: that is found again, not stored.
  if (examinations.some(({ shownPath, entry }) => shownPath !== entry.path)) return undefined;
  if (examinations.length === 1 && isPlain(last)) return { format: last.format ?? null, bytes: last.bytes, data: null };
  const kept = examinations.map((examination): Kept => {
    // Another run, which opens nothing, touches nothing.
    const { entry, shownPath: _, touched: __, ...rest } = examination;
    return {
      ...rest,
      failures: rest.failures.map((failure) => ({ ...failure, path: "" })),
      suffix: entry.path.slice(last.entry.path.length),
      depth: entry.depth,
      ...(entry.size === undefined ? {} : { size: entry.size }),
      ...(entry.modified === undefined ? {} : { modified: entry.modified }),
    };
  });
  return { format: last.format ?? null, bytes: last.bytes, data: JSON.stringify(kept) };
}

/** Nothing but read bytes: every list in it is empty, and it is no textless entry. */
function isPlain(examination: Examination): boolean {
  return (
    !examination.textless &&
    Object.entries(examination).every(
      ([name, value]) =>
        ["entry", "shownPath", "format", "textless", "bytes", "elapsedMs", "touched"].includes(name) ||
        value === undefined ||
        (Array.isArray(value) && value.length === 0) ||
        (typeof value === "object" && value !== null && Object.keys(value).length === 0),
    )
  );
}

/** The examinations a record stands for, of the entry as the walk met it this time. */
export function fromRecord(entry: Entry, record: Record): readonly Examination[] {
  if (record.data === null) {
    return [
      {
        entry,
        shownPath: entry.path,
        format: record.format ?? undefined,
        textless: false,
        failures: [],
        matches: [],
        counts: [],
        subjects: [],
        subjectsBy: {},
        bytes: record.bytes,
        elapsedMs: 0,
      },
    ];
  }
  const kept = JSON.parse(record.data) as readonly Kept[];
  return kept.map(({ suffix, depth, size, modified, ...rest }): Examination => {
    const path = `${entry.path}${suffix}`;
    return {
      ...rest,
      failures: rest.failures.map((failure) => ({ ...failure, path })),
      entry: depth === 0 ? entry : { path, key: "", root: entry.root, size, modified, stamp: undefined, depth },
      shownPath: `${entry.path}${suffix}`,
      elapsedMs: 0,
    };
  });
}
