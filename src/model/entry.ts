import type { Failure, FailureCode } from "./failure.ts";

/** Bytes of a file, an archive member, a disk image. */
export interface ByteSource {
  /** Bytes. Unknown for some compressed members; a declared size may lie. */
  readonly size: number | undefined;
  /** False while inflating: `offset` may then step back by 1 MiB at most. */
  readonly seekable: boolean;
  /** Of a file whose access time this opening may have changed, since the system lets only its owner leave it alone. */
  readonly touched?: true;
  /** Fills the caller's memory, so that a file goes straight into the kernel's. Gives the count; short only at the end. */
  read(into: Uint8Array, offset: number): Promise<number>;
  close(): Promise<void>;
  /**
   * Why it ended early or gave other bytes than it should, once it has: a limit, so that what a reader says of missing bytes is no damage of the
   * file, or damage that whoever holds the source tells of it too.
   */
  cut?(): SourceCut | undefined;
}

/** What cut a source off. */
export interface SourceCut {
  readonly code: FailureCode;
  readonly detail: string;
}

/** Where something in a recycle bin lay, and when it was deleted: ISO 8601, of some bins local time without zone. */
export interface Recycled {
  readonly path: string;
  readonly deleted: string | undefined;
}

/** One thing to examine: a file, an archive member, an attachment. Plain data. */
export interface Entry {
  /** As the user would type it; members joined with `!/`: `U盘/资料.zip!/名单.xlsx`. Bytes that are no UTF-8 stand as `\xB5`. */
  readonly path: string;
  /** With which its source finds it again, byte for byte; opaque to all others. */
  readonly key: string;
  /** Under which root, counted from 0: its zone hangs on it, and fingerprints take the path below it. */
  readonly root: number;
  /** Bytes, where known before reading. */
  readonly size: number | undefined;
  /** Last modification, ISO 8601 UTC. */
  readonly modified: string | undefined;
  /** Size, times, inode: compared before and after reading, and with the cache. */
  readonly stamp: string | undefined;
  /** Of what lies in a recycle bin. */
  readonly recycled?: Recycled;
  /** Of a file that may be read with one beside it (a volume, a memo file): names there that are examined too; absent: all are. */
  readonly beside?: readonly string[];
  /** 0 on the mount, 1 inside an archive on it, and so on. */
  readonly depth: number;
}

/** All there is to say of an entry that held text without a match. */
export interface Plain {
  readonly format: string | undefined;
  /** Bytes of text. */
  readonly bytes: number;
}

/**
 * What a walk asks of each file in its order, before it makes an entry of it: most of a second scan is files of which nothing new is to be
 * said, and an entry costs more than the question.
 */
export interface Unchanged {
  /** The directory whose files are asked for next: the number of its root, its key with a slash at its end. */
  enter(root: number, key: string): void;
  /** What is known of the file, where it is unchanged and that is all there is to say; undefined: it is an entry. Times in microseconds. */
  file(name: string, size: number, modified: number, changed: number, inode: number): Plain | undefined;
}

/** What the walk yields, in order. */
export type Walked =
  | { readonly type: "entry"; readonly entry: Entry }
  /** Files in a row, by path, of which `Unchanged` said all there is to say. */
  | { readonly type: "unchanged"; readonly paths: readonly string[]; readonly plain: readonly Plain[] }
  | { readonly type: "excluded"; readonly path: string; readonly by: string }
  | { readonly type: "failure"; readonly failure: Failure };

/** How to walk. */
export interface WalkOptions {
  /** Globs on the path below the root; with one or more, only what matches is examined. */
  readonly include: readonly string[];
  /** Globs on the path below the root; a directory that matches is not entered. */
  readonly exclude: readonly string[];
  /** Follow symbolic links, with a guard against loops. */
  readonly follow: boolean;
  /** Stay on the file system of the root. */
  readonly oneFileSystem: boolean;
  /** Go into file systems that lie on other machines; a root on one is always walked. */
  readonly network: boolean;
  /** Take each line of the root's `.zichaignore` for an `exclude`. */
  readonly respectIgnoreFiles?: boolean;
  /** Mount points that are left out, absolute, such as removable media that have a check of their own. */
  readonly leftOut?: readonly string[];
  /** Only these, in this order, instead of all that lies below the root: paths from the root, or absolute. They are names, never patterns. */
  readonly listed?: readonly string[];
  /** All roots of the run, as they were typed. */
  readonly roots?: readonly string[];
  /** Absolute paths never examined: the reports and state of this run. */
  readonly own: readonly string[];
  /** Stands before paths of the file system where it was asked for; tests inject a scratch root for /proc and /sys. */
  readonly systemRoot: string;
}

/** Where entries come from. The walk runs in the main thread, a directory at a time; `open` runs in a worker. */
export interface Source {
  readonly id: string;
  claims(root: string): boolean;
  /** `unchanged` is asked where files lie on this host; without it there are none of that type. */
  walk(root: string, index: number, options: WalkOptions, signal: AbortSignal, unchanged?: Unchanged): AsyncIterable<readonly Walked[]>;
  /** Rejects with a `FailureError` when the entry cannot be opened. */
  open(entry: Entry): Promise<ByteSource>;
  /** A file of that name beside the entry, opened; undefined when there is none that can be read. Absent where entries have no neighbours. */
  sibling?(entry: Entry, name: string): Promise<ByteSource | undefined>;
  /** The stamp the entry has now; undefined when it is gone. */
  stamp(entry: Entry): Promise<string | undefined>;
}
