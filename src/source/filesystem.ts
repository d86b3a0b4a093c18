import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import type { Stats } from "node:fs";
import { basename, dirname, isAbsolute, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Entry, Plain, Recycled, Source, Unchanged, Walked, WalkOptions } from "../model/entry.ts";
import { FailureError } from "../model/failure.ts";
import { exactText, showBytes, toByteString, toSystemPath } from "../util/path.ts";
import type { ByteString } from "../util/path.ts";
import { compileGlob } from "./shared/glob.ts";
import type { Matches } from "./shared/glob.ts";
import { locate } from "./shared/locate.ts";
import { isNetwork, isPseudo, isWithin, mountOf, readMounts } from "./shared/mounts.ts";
import type { Mount } from "./shared/mounts.ts";
import { recycledIn } from "./shared/recycle.ts";
import type { RecycledItem } from "../util/recycleRecord.ts";
import { openFile } from "./shared/openFile.ts";
import { errorCode, explainSystemError } from "./shared/systemError.ts";

/** Most things yielded at once, so that a directory of a million names is not held as a million entries. */
const batchSize = 1024;

/** Milliseconds the walk keeps the thread before signals and timers get their turn. */
const turn = 20;

/**
 * Files and directories on this host: what no other source claims. A key is the absolute path in bytes, links above the root resolved.
 *
 * Entries come with the files of a directory first, then its directories one after the other, both by the bytes of their names. What stands
 * above a root is followed, links included, since the user named it; below it nothing is followed unless asked. Special files (FIFO, socket,
 * device) are never opened. Of an own directory stack only the names not yet visited are held.
 *
 * Each name costs one `lstat` (4 µs; `readdir` with types alone is 1 µs, open and read 8 µs): it gives kind, size and stamp at once, holds on
 * file systems that tell no types in a directory, lets the pool share out by size, and is what the state is compared with.
 */
export const filesystem: Source = {
  id: "filesystem",
  claims: () => true,
  walk,
  open: async (entry) => openFile(entry.key),
  async sibling(entry, name) {
    // A name, never a path: what an archive says of its next volume is not followed elsewhere.
    if (/[/\\\0]/.test(name) || name === "" || name === "." || name === "..") return undefined;
    const last = Math.max(entry.key.lastIndexOf("/"), process.platform === "win32" ? entry.key.lastIndexOf("\\") : -1);
    try {
      return openFile(entry.key.slice(0, last + 1) + toByteString(name));
    } catch (error) {
      if (error instanceof FailureError) return undefined;
      throw error;
    }
  },
  stamp: async (entry) => {
    try {
      const stats = lstatSync(toSystemPath(entry.key), { throwIfNoEntry: false });
      return stats === undefined ? undefined : stampOf(stats);
    } catch {
      return undefined;
    }
  },
};

/** A directory to be read. `path` and `below` end in a slash or are empty. */
interface Directory {
  readonly key: ByteString;
  readonly path: string;
  readonly below: string;
  /** Reached through a link: from here on every directory is looked up among those visited. */
  readonly linked: boolean;
  /**
   * Where it lay when it was met: on another device its name stands for something else now, as the mount point of a medium that was taken out.
   * The inode is not asked for: FUSE may number anew what it forgot.
   */
  readonly device?: number;
  /** Of a directory that lies in a recycle bin. */
  readonly recycled?: Recycled | undefined;
}

/** All that stays the same during a walk. */
interface Walk {
  readonly root: number;
  readonly options: WalkOptions;
  readonly rootKey: ByteString;
  readonly device: number;
  readonly include: readonly Matches[];
  readonly exclude: readonly { readonly glob: string; readonly matches: Matches }[];
  readonly own: ReadonlySet<ByteString>;
  /** Of what is in `own`: a path is looked up there only where one is as long. */
  readonly ownLengths: ReadonlySet<number>;
  /** Directories that something in `own` lies in, with a slash at the end. */
  readonly ownIn: ReadonlySet<ByteString>;
  readonly unchanged: Unchanged | undefined;
  readonly mounts: readonly Mount[];
  /** Mount points, and why each is not entered; undefined where it is. */
  readonly points: ReadonlyMap<ByteString, string | undefined>;
  /** `device:inode` of directories at and below links that were followed. */
  readonly visited: Set<string>;
}

async function* walk(
  root: string,
  index: number,
  options: WalkOptions,
  signal: AbortSignal,
  unchanged?: Unchanged,
): AsyncGenerator<readonly Walked[]> {
  let rootKey: ByteString;
  let stats: Stats;
  try {
    rootKey = slashed(realpathSync.native(toSystemPath(locate(root)), { encoding: "latin1" }));
    stats = statSync(toSystemPath(rootKey));
  } catch (error) {
    yield [failed(root, error)];
    return;
  }
  const mounts = readMounts(options.systemRoot);
  const own = new Set(options.own.map(ownKey));
  const state: Walk = {
    root: index,
    options,
    rootKey,
    device: stats.dev,
    include: options.include.map(compileGlob),
    exclude: [
      ...options.exclude.map((glob) => ({ glob, matches: compileGlob(glob) })),
      ...(options.respectIgnoreFiles === true && stats.isDirectory() ? readIgnoreFile(rootKey) : []),
    ],
    own,
    ownLengths: new Set([...own].map(({ length }) => length)),
    ownIn: new Set([...own].map((key) => key.slice(0, key.lastIndexOf("/") + 1))),
    unchanged,
    mounts,
    points: new Map(mounts.map((mount) => [mount.point, leftOutBy(mount, options)])),
    visited: new Set(),
  };
  const stack: Directory[] = [];
  const rootMount = mountOf(mounts, rootKey);
  if (options.listed !== undefined && stats.isDirectory()) {
    for (const name of options.listed) {
      const met = listed(name, withSlash(rootKey), root, state);
      const dir = name.slice(0, name.lastIndexOf("/") + 1);
      const others = options.listed.filter((one) => one.slice(0, one.lastIndexOf("/") + 1) === dir).map((one) => one.slice(dir.length));
      if ("type" in met) yield [withBeside(met, others)];
      else stack.push(met);
    }
    stack.reverse();
  } else if (stats.isDirectory()) {
    const path = root.endsWith("/") || root.endsWith(sep) ? root : `${root}/`;
    const directory = { key: withSlash(rootKey), path, below: "", linked: false, device: stats.dev };
    if (state.own.has(rootKey)) {
      yield [{ type: "excluded", path: root, by: "own output" }];
    } else if (rootMount !== undefined && isPseudo(rootMount)) {
      yield [{ type: "excluded", path: root, by: "pseudo file system" }];
      stack.push(...storesBelow(directory, state));
    } else {
      stack.push(directory);
    }
  } else {
    const name = showBytes(rootKey.slice(rootKey.lastIndexOf("/") + 1));
    const pseudo = rootMount !== undefined && isPseudo(rootMount) && stats.isFile();
    yield [
      pseudo
        ? { type: "excluded", path: root, by: "pseudo file system" }
        : withBeside(fileOrExcluded(state, root, rootKey, name, stats), besideRoot(root, options.roots ?? [])),
    ];
  }
  let turnStarted = performance.now();
  for (let directory = stack.pop(); directory !== undefined && !signal.aborted; directory = stack.pop()) {
    for (const batch of readDirectory(directory, state, stack)) {
      // Of a medium that was taken out every directory would be told as gone, one by one.
      if (batch.some(({ type }) => type === "failure") && stats.isDirectory() && isGone(state)) {
        yield [...batch.filter(({ type }) => type !== "failure"), takenOut(root)];
        return;
      }
      yield batch;
      if (performance.now() - turnStarted > turn) {
        await setImmediate();
        turnStarted = performance.now();
      }
      if (signal.aborted) {
        return;
      }
    }
    // Of empty directories there is no batch.
    if (performance.now() - turnStarted > turn) {
      await setImmediate();
      turnStarted = performance.now();
    }
  }
  if (stats.isDirectory() && !signal.aborted && isGone(state)) yield [takenOut(root)];
}

/** True where the root is no more, or its name stands for what lies on another device. What cannot be told for now is there. */
function isGone(state: Walk): boolean {
  try {
    return statSync(toSystemPath(state.rootKey)).dev !== state.device;
  } catch (error) {
    const code = errorCode(error);
    return code === "ENOENT" || code === "ENOTDIR" || code === "ENODEV" || code === "ESTALE" || code === "ENOTCONN";
  }
}

function takenOut(root: string): Walked {
  const detail = "gone while it was examined, as a medium that was taken out: what was not walked by then is not examined";
  return { type: "failure", failure: { stage: "walk", code: "not-found", path: root, detail, partial: false } };
}

/** What one directory holds; its directories are put on the stack, the first on top. */
function* readDirectory(directory: Directory, state: Walk, stack: Directory[]): Generator<readonly Walked[]> {
  const above = exactText(directory.key);
  let names: Names;
  try {
    names = namesIn(directory.key, above);
    if (directory.device !== undefined && statSync(toSystemPath(directory.key)).dev !== directory.device) {
      yield [replaced(directory.path)];
      return;
    }
  } catch (error) {
    yield [failed(directory.path.replace(/(?<=.)\/$/, ""), error)];
    return;
  }
  let batch: Walked[] = [];
  let met = 0;
  const directories: Directory[] = [];
  const { list } = names;
  const bytesOf = (name: string): ByteString => (names.exact ? toByteString(name) : name);
  const bin = recycledIn(directory.key, () => list.map(bytesOf));
  const choosing = state.exclude.length > 0 || state.include.length > 0;
  const unchanged = above === undefined || !names.exact || state.ownIn.has(directory.key) ? undefined : state.unchanged;
  unchanged?.enter(state.root, directory.key);
  const next: { stats: Stats | undefined } = { stats: undefined };
  for (let at = 0; at < list.length;) {
    if (unchanged !== undefined && above !== undefined) {
      const paths: string[] = [];
      const plain: Plain[] = [];
      passUnchanged(unchanged, state, directory, above, list, at, batchSize - met, paths, plain, next);
      at += paths.length;
      met += paths.length;
      if (paths.length > 0) batch.push({ type: "unchanged", paths, plain });
    }
    const name = met < batchSize ? list[at] : undefined;
    if (name !== undefined) {
      at++;
      const exact = names.exact ? name : exactText(name);
      const shown = exact ?? showBytes(name);
      const path = directory.path + shown;
      const below = directory.below + shown;
      const key = directory.key + bytesOf(name);
      let walked: Walked | Directory;
      try {
        // A text costs less than its bytes.
        const stats = next.stats ?? lstatSync(above !== undefined && exact !== undefined ? above + exact : toSystemPath(key));
        walked = stats.isDirectory()
          ? directoryOrExcluded(state, path, key, below, stats, directory.linked)
          : stats.isSymbolicLink()
            ? followed(state, path, key, below)
            : fileOrExcluded(state, path, key, below, stats);
        if (choosing && "type" in walked && together.test(shown))
          walked = withBeside(walked, chosen(directory, state, list.map(bytesOf), bytesOf(name)));
      } catch (error) {
        walked = failed(path, error);
      }
      next.stats = undefined;
      const recycled = recycledOf(directory, shown, bin?.get(bytesOf(name)));
      if (recycled !== undefined) walked = withRecycled(walked, recycled);
      if ("type" in walked) {
        batch.push(walked);
        met++;
        if (walked.type === "excluded" && walked.by === "pseudo file system") {
          directories.push(...storesBelow({ key: withSlash(key), path: `${path}/`, below: `${below}/`, linked: directory.linked }, state));
        }
      } else {
        directories.push(walked);
      }
    }
    if (met >= batchSize) {
      yield batch;
      batch = [];
      met = 0;
    }
  }
  for (const below of directories.toReversed()) {
    stack.push(below);
  }
  if (batch.length > 0) {
    yield batch;
  }
}

/**
 * Files from `from` on that are unchanged, up to the first name that is something else, whose stats are kept in `next`. Most of a second scan is
 * this loop: in the generator it would take twice as long.
 */
function passUnchanged(
  unchanged: Unchanged,
  state: Walk,
  directory: Directory,
  above: string,
  names: readonly string[],
  from: number,
  most: number,
  paths: string[],
  plain: Plain[],
  next: { stats: Stats | undefined },
): void {
  const choosing = state.exclude.length > 0 || state.include.length > 0;
  const to = Math.min(names.length, from + most);
  for (let at = from; at < to; at++) {
    const name = names[at] ?? "";
    // What fails is asked for once more where it is told.
    const stats = quietly(above + name);
    if (stats === undefined) return;
    const known =
      stats.isFile() && (!choosing || isChosen(state, directory.below + name))
        ? unchanged.file(name, stats.size, microseconds(stats.mtimeMs), microseconds(stats.ctimeMs), stats.ino)
        : undefined;
    if (known === undefined) {
      next.stats = stats;
      return;
    }
    paths.push(directory.path + name);
    plain.push(known);
  }
}

function quietly(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/** Whether the patterns take a file. */
function isChosen(state: Walk, below: string): boolean {
  for (const { matches } of state.exclude) if (matches(below, false)) return false;
  return state.include.length === 0 || state.include.some((matches) => matches(below, false));
}

/** Names in a directory, by their bytes: all of them as texts, where these are exact, else as bytes. */
interface Names {
  readonly exact: boolean;
  readonly list: readonly string[];
}

/** What stands for bytes that are no UTF-8, and characters that do not sort as their bytes do. */
const inexact = /[\ud800-\udfff\ufffd]/;

/** Texts are read as quickly as bytes, and nothing has to be made of them. */
function namesIn(directory: ByteString, above: string | undefined): Names {
  if (above !== undefined) {
    const texts = readdirSync(above);
    if (!texts.some((text) => inexact.test(text))) return { exact: true, list: texts.toSorted() };
  }
  return { exact: false, list: readdirSync(toSystemPath(directory), { encoding: "latin1" }).toSorted() };
}

/** What the record says, or for what lies in a deleted directory, where that lay. */
function recycledOf(directory: Directory, name: string, item: RecycledItem | undefined): Recycled | undefined {
  if (item !== undefined) return { path: item.path, deleted: item.deleted };
  const { recycled } = directory;
  if (recycled === undefined) return undefined;
  const separator = recycled.path.includes("\\") ? "\\" : "/";
  return { path: `${recycled.path}${separator}${name}`, deleted: recycled.deleted };
}

function withRecycled(walked: Walked | Directory, recycled: Recycled): Walked | Directory {
  if (!("type" in walked)) return { ...walked, recycled };
  return walked.type === "entry" ? { type: "entry", entry: { ...walked.entry, recycled } } : walked;
}

/** One of the listed names: what stands above it is followed, since it was named; itself it is taken as in a walk. */
function listed(name: string, rootKey: ByteString, root: string, state: Walk): Walked | Directory {
  const given = locate(isAbsolute(name) ? name : `${showBytes(rootKey)}${name}`);
  const below = isAbsolute(name) ? name.replace(/^[/\\]+/, "") : name.replaceAll(sep, "/").replace(/^(\.\/)+/, "");
  const path = isAbsolute(name) || root === "." ? name : `${withSlash(root)}${name}`;
  try {
    const parent = realpathSync.native(toSystemPath(dirname(given)), { encoding: "latin1" });
    const key = slashed(`${withSlash(parent)}${basename(given)}`);
    const stats = lstatSync(toSystemPath(key));
    if (stats.isDirectory()) return directoryOrExcluded(state, path, key, below, stats, false);
    return stats.isSymbolicLink() ? followed(state, path, key, below) : fileOrExcluded(state, path, key, below, stats);
  } catch (error) {
    return failed(path, error);
  }
}

function fileOrExcluded(state: Walk, path: string, key: ByteString, below: string, stats: Stats): Walked {
  const by = excludedBy(state, below, key, false);
  if (by !== undefined) {
    return { type: "excluded", path, by };
  }
  if (!stats.isFile()) {
    return { type: "excluded", path, by: "special file" };
  }
  if (state.include.length > 0 && !state.include.some((matches) => matches(below, false))) {
    return { type: "excluded", path, by: "include" };
  }
  const entry: Entry = {
    path,
    key,
    root: state.root,
    size: stats.size,
    modified: timeOf(stats.mtimeMs),
    stamp: stampOf(stats),
    depth: 0,
  };
  return { type: "entry", entry };
}

/** What may be read with a file beside it: memo files, logs of databases, volumes, cabinets. */
const together = /\.(?:fpt|dbt|[r-z]\d\d|part\d+\.[^.]+|\d{3}|cab|[^.]*-wal)$/i;
/** Names of one set that are looked at: those that begin it, and those round the file. */
const setBegin = 32;
const setRound = 16;

function withBeside(walked: Walked, beside: readonly string[]): Walked {
  return walked.type === "entry" && together.test(walked.entry.path) ? { type: "entry", entry: { ...walked.entry, beside } } : walked;
}

/** Names of the files beside a root that are roots too. */
function besideRoot(root: string, roots: readonly string[]): readonly string[] {
  const folder = dirname(locate(root));
  return roots.filter((one) => one !== root && dirname(locate(one)) === folder).map((one) => basename(one));
}

/** Names in a directory of the set that a file belongs to, without those that are left out by a pattern. */
function chosen(directory: Directory, state: Walk, names: readonly ByteString[], name: ByteString): readonly string[] {
  const begin = name.slice(0, name.indexOf(".") + 1).toLowerCase();
  const set = names.filter((one) => one.toLowerCase().startsWith(begin));
  const own = set.indexOf(name);
  return set
    .filter((_, index) => index < setBegin || Math.abs(index - own) <= setRound)
    .filter((one) => {
      const below = directory.below + showBytes(one);
      return excludedBy(state, below, directory.key + one, false) === undefined && isChosen(state, below);
    })
    .map((one) => showBytes(one));
}

function directoryOrExcluded(state: Walk, path: string, key: ByteString, below: string, stats: Stats, linked: boolean): Walked | Directory {
  const elsewhere = state.options.oneFileSystem && stats.dev !== state.device;
  const by = excludedBy(state, below, key, true) ?? (elsewhere ? "other file system" : undefined) ?? state.points.get(key);
  if (by !== undefined) {
    return { type: "excluded", path, by };
  }
  if (linked && isWithin(key, state.rootKey)) {
    return { type: "excluded", path, by: "link into the same root" };
  }
  if (linked) {
    // A number may not hold a whole inode, and here one that looks like another would hide a directory.
    const { dev, ino } = statSync(toSystemPath(key), { bigint: true });
    const identity = `${dev}:${ino}`;
    if (state.visited.has(identity)) {
      return { type: "excluded", path, by: "already walked" };
    }
    state.visited.add(identity);
  }
  return { key: `${key}/`, path: `${path}/`, below: `${below}/`, linked, device: stats.dev };
}

/** A symbolic link: told and left alone, or taken for what it leads to. What lies below the root anyway is not walked again. */
function followed(state: Walk, path: string, key: ByteString, below: string): Walked | Directory {
  const by = excludedBy(state, below, key, false);
  if (by !== undefined || !state.options.follow) {
    return { type: "excluded", path, by: by ?? "symbolic link" };
  }
  let target: ByteString;
  let stats: Stats;
  try {
    target = slashed(realpathSync.native(toSystemPath(key), { encoding: "latin1" }));
    stats = statSync(toSystemPath(target));
  } catch (error) {
    const code = errorCode(error);
    return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP"
      ? { type: "excluded", path, by: "link that leads nowhere" }
      : failed(path, error);
  }
  if (isWithin(target, state.rootKey)) {
    return { type: "excluded", path, by: "link into the same root" };
  }
  const mount = mountOf(state.mounts, target);
  const left = mount === undefined ? undefined : state.points.get(mount.point);
  if (left !== undefined) {
    return { type: "excluded", path, by: left };
  }
  return stats.isDirectory()
    ? directoryOrExcluded(state, path, target, below, stats, true)
    : fileOrExcluded(state, path, target, below, stats);
}

/** Stored files mounted below a pseudo file system, such as `/dev/shm`: they are walked though what is around them is not. */
function storesBelow(directory: Directory, state: Walk): readonly Directory[] {
  if (state.options.oneFileSystem) {
    return [];
  }
  const stores: Directory[] = [];
  const points = [...state.points].filter(([, by]) => by === undefined).map(([point]) => point);
  for (const point of points.toSorted()) {
    const inside = `${point}/`.startsWith(directory.key) && `${point}/` !== directory.key;
    if (inside && !stores.some((store) => point.startsWith(store.key))) {
      const rest = `${showBytes(point.slice(directory.key.length))}/`;
      stores.push({ key: `${point}/`, path: directory.path + rest, below: directory.below + rest, linked: directory.linked });
    }
  }
  return stores;
}

function excludedBy(state: Walk, below: string, key: ByteString, directory: boolean): string | undefined {
  if (state.ownLengths.has(key.length) && state.own.has(key)) {
    return "own output";
  }
  for (const { glob, matches } of state.exclude) {
    if (matches(below, directory)) {
      return glob;
    }
  }
  return undefined;
}

function replaced(path: string): Walked {
  const detail = "a directory on another device is in its place";
  return { type: "failure", failure: { stage: "walk", code: "changed", path: path.replace(/(?<=.)\/$/, ""), detail, partial: false } };
}

function failed(path: string, error: unknown): Walked {
  return { type: "failure", failure: { stage: "walk", path, partial: false, ...explainSystemError(error) } };
}

/** Size, times and inode. */
function stampOf(stats: Stats): string {
  return `${stats.size}:${microseconds(stats.mtimeMs)}:${microseconds(stats.ctimeMs)}:${stats.ino}`;
}

/**
 * Times in microseconds, which is as fine as a number holds them (the kernel's own clock for files ticks in milliseconds): whole 64-bit values
 * cost a third of the walk.
 */
function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1_000);
}

const DAY = 86_400_000;
/** Most files of a walk were changed on few days. */
const day = { number: Number.NaN, text: "" };

/** ISO 8601 UTC; undefined for a time before the year 0 or after 9999, as broken file systems have. */
function timeOf(modified: number): string | undefined {
  if (!(modified >= -62_167_219_200_000 && modified < 253_402_300_800_000)) return undefined;
  const milliseconds = Math.floor(modified);
  const number = Math.floor(milliseconds / DAY);
  if (number !== day.number) {
    day.number = number;
    day.text = new Date(number * DAY).toISOString().slice(0, 11);
  }
  const rest = milliseconds - number * DAY;
  const seconds = Math.floor(rest / 1_000);
  const minutes = Math.floor(seconds / 60);
  return `${day.text}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}.${String(1_000 + (rest % 1_000)).slice(1)}Z`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** Globs of the root's `.zichaignore`, one a line, `#` before a comment. They are told as such, since the checked person may write them. */
function readIgnoreFile(rootKey: ByteString): Walk["exclude"] {
  let text: string;
  try {
    text = readFileSync(toSystemPath(`${withSlash(rootKey)}.zichaignore`), "utf8");
  } catch {
    return [];
  }
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((glob) => ({ glob: `.zichaignore: ${glob}`, matches: compileGlob(glob) }));
}

/** Why a mount below a root is not entered. */
function leftOutBy(mount: Mount, options: WalkOptions): string | undefined {
  if (isPseudo(mount)) return "pseudo file system";
  if (!options.network && isNetwork(mount)) return "network file system";
  return options.leftOut?.some((point) => toByteString(point) === mount.point) === true ? "removable medium" : undefined;
}

/** An output may not exist yet, so the directory it will stand in is resolved. */
function ownKey(path: string): ByteString {
  try {
    return slashed(`${withSlash(realpathSync.native(dirname(path), { encoding: "latin1" }))}${toByteString(basename(path))}`);
  } catch {
    return slashed(toByteString(path));
  }
}

/** With `/` between names on every system. */
function slashed(path: ByteString): ByteString {
  return sep === "\\" ? path.replaceAll("\\", "/") : path;
}

function withSlash(path: string): string {
  return path.endsWith("/") || path.endsWith(sep) ? path : `${path}/`;
}
