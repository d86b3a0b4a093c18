import { lstat, lstatSync, readdir, readdirSync, realpathSync, stat, statSync } from "node:fs";
import type { Dirent, Stats } from "node:fs";
import { dirname, isAbsolute, join, resolve, sep } from "node:path";
import type { FileSystemAdapter } from "fast-glob";
import { showBytes, toByteString, toSystemPath } from "../util/path.ts";
import type { ByteString } from "../util/path.ts";
import { exists, locate } from "./shared/locate.ts";

/** What the arguments of a command line stand for. */
export interface Targets {
  /** In the order given, matches of a pattern by the bytes of their names; none lies in another and none comes twice. */
  readonly roots: string[];
  /** The arguments that are no path and match nothing, as they were given. */
  readonly problems: string[];
}

/**
 * Makes roots of what a user typed. An argument that exists is a name, whatever signs it has (`客户(2025)[副本]{a,b}!x *`); only what does not
 * exist is tried as a pattern (`docs/**\/*.{docx,pdf}`; matches hidden names too and goes through no link). A directory the pattern would have
 * to look into and may not becomes a root, so that the walk reports it.
 *
 * A root below another is dropped, since the walk meets it anyway; with `oneFileSystem` only where both lie on one device. Names that are no
 * UTF-8 may be given as reports write them (`\xB5`) or as the bytes themselves, of which Node makes U+FFFD.
 */
export async function resolveTargets(
  args: readonly string[],
  cwd: string,
  options: { readonly oneFileSystem?: boolean } = {},
): Promise<Targets> {
  const base = resolve(cwd) === process.cwd() ? "" : resolve(cwd);
  const found: string[] = [];
  const problems: string[] = [];
  for (const argument of args) {
    const path = base === "" || isAbsolute(argument) ? argument : join(base, argument);
    const names = argument === "" ? [] : exists(locate(path)) ? [path] : await expand(path);
    found.push(...names);
    if (names.length === 0) {
      problems.push(argument);
    }
  }
  return { roots: withoutNested(found, options.oneFileSystem ?? false), problems };
}

/** What a path means that does not exist as it stands. */
async function expand(path: string): Promise<string[]> {
  if (path.includes("\uFFFD")) {
    const mangled = unmangle(path);
    if (mangled.length > 0) {
      return mangled;
    }
  }
  const pattern = sep === "\\" ? path.replaceAll("\\", "/") : path;
  const { glob, isDynamicPattern } = (await import("fast-glob")).default;
  if (!isDynamicPattern(pattern)) {
    return [];
  }
  const unreadable: string[] = [];
  try {
    const matches = await glob(pattern, {
      dot: true,
      followSymbolicLinks: false,
      onlyFiles: false,
      suppressErrors: true,
      fs: readingBytes(unreadable),
    });
    return [...matches, ...unreadable]
      .map((match) => [toByteString(match), match] as const)
      .toSorted(byFirst)
      .map(([, match]) => match);
  } catch {
    // A pattern that is none, such as braces without end.
    return [];
  }
}

function byFirst([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function systemPath(path: string): string | Buffer {
  return toSystemPath(locate(path));
}

type StatsCallback = (error: NodeJS.ErrnoException | null, stats: Stats) => void;

/** The file system for fast-glob: names that are no UTF-8 in the form of reports, unreadable directories remembered. */
function readingBytes(unreadable: string[]): Partial<FileSystemAdapter> {
  const adapter = {
    lstat: (path: string, callback: StatsCallback) => lstat(systemPath(path), callback),
    stat: (path: string, callback: StatsCallback) => stat(systemPath(path), callback),
    readdir: (path: string, options: { withFileTypes: true }, callback: (error: NodeJS.ErrnoException | null, found: Dirent[]) => void) => {
      readdir(systemPath(path), options, (error, found) => {
        if (error !== null && (error.code === "EACCES" || error.code === "EPERM")) {
          unreadable.push(path);
        }
        const mangled = error === null && found.some(({ name }) => name.includes("\uFFFD"));
        if (!mangled) {
          callback(error, found);
          return;
        }
        readdir(systemPath(path), { ...options, encoding: "latin1" }, (again, bytes) => {
          callback(again, again === null ? bytes.map((item) => Object.assign(item, { name: showBytes(item.name) })) : bytes);
        });
      });
    },
  };
  // The types of fast-glob describe every overload of node:fs; it calls these forms only.
  return adapter as unknown as Partial<FileSystemAdapter>;
}

/** All paths that become `path` when read as UTF-8 with U+FFFD for what is none. */
function unmangle(path: string): string[] {
  let places: ByteString[] = [isAbsolute(path) ? "/" : ""];
  for (const name of path.split("/").filter((part) => part !== "")) {
    places = places
      .flatMap((place) => (name.includes("\uFFFD") ? namesLike(place, name) : [place + toByteString(name)]))
      .map((place) => `${place}/`);
  }
  return places
    .map((place) => place.slice(0, -1))
    .filter(exists)
    .map(showBytes);
}

function namesLike(place: ByteString, name: string): ByteString[] {
  try {
    const names = readdirSync(toSystemPath(place === "" ? "." : place), { encoding: "latin1" });
    return names
      .filter((bytes) => Buffer.from(bytes, "latin1").toString("utf8") === name)
      .toSorted()
      .map((bytes) => place + bytes);
  } catch {
    return [];
  }
}

/** Drops what comes twice or lies in another root, links resolved. */
function withoutNested(roots: readonly string[], oneFileSystem: boolean): string[] {
  const places = new Map<ByteString, string>();
  for (const root of roots) {
    const key = placeOf(root);
    if (!places.has(key)) {
      places.set(key, root);
    }
  }
  return [...places]
    .filter(([key]) => !above(key).some((outer) => places.has(outer) && (!oneFileSystem || sameDevice(outer, key))))
    .map(([, root]) => root);
}

/** The directories above an absolute path, nearest first. */
function above(path: ByteString): ByteString[] {
  const outer: ByteString[] = [];
  for (let inner = path, next = dirname(path); next !== inner; inner = next, next = dirname(next)) {
    outer.push(next);
  }
  return outer;
}

function placeOf(root: string): ByteString {
  const bytes = locate(root);
  try {
    return realpathSync.native(toSystemPath(bytes), { encoding: "latin1" });
  } catch {
    return isAbsolute(root) ? bytes : `${toByteString(process.cwd())}${sep}${bytes}`;
  }
}

function sameDevice(outer: ByteString, inner: ByteString): boolean {
  try {
    return statSync(toSystemPath(outer)).dev === lstatSync(toSystemPath(inner)).dev;
  } catch {
    return false;
  }
}
