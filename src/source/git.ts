import type { ByteSource, Entry, Source, Walked } from "../model/entry.ts";
import { FailureError } from "../model/failure.ts";
import type { Failure } from "../model/failure.ts";
import { showBytes } from "../util/path.ts";
import { compileGlob } from "./shared/glob.ts";
import { openFile } from "./shared/openFile.ts";
import { streamSource } from "./shared/streamSource.ts";

/** `git-staged:DIRECTORY` and `git-diff:BASE..HEAD:DIRECTORY` (`...` for the merge base). */
const form = /^git-(?:(staged)|diff:([^:]+)):(.*)$/s;

/** Entries yielded at once. */
const BATCH = 256;
/** Bytes of a list of changes: a million files with long names. */
const LIST = 512 * 1024 * 1024;
/** A pointer to a file of Git LFS is shorter (its specification: less than 1,024 bytes). */
const POINTER = 1024;

/**
 * Nothing of the repository's own configuration may start a program or open a connection: no file system monitor, no hooks, no fetching of
 * objects that a partial clone lacks. Nothing is locked or refreshed.
 */
const guards = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never", "--no-pager"];
const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  GIT_OPTIONAL_LOCKS: "0",
  GIT_NO_LAZY_FETCH: "1",
  GIT_TERMINAL_PROMPT: "0",
  LC_ALL: "C",
});

/** What a worker needs to read an entry again. */
interface Key {
  readonly top: string;
  readonly object: string;
}

/**
 * Content as git holds it, never the working file: of what is staged, or of what changed between two commits as it is in the later one.
 * Paths are the repository's, whatever directory is named, so that findings keep their fingerprints; a directory below the top restricts the
 * list. Deleted files are no entries. Links and submodules are excluded, unmerged files are failures.
 */
export const git: Source = {
  id: "git",
  claims: (root) => form.test(root),
  async *walk(root, index, options, signal) {
    const [, staged, range, directory = "."] = form.exec(root) ?? [];
    let listed: Listed;
    try {
      listed = await list(directory === "" ? "." : directory, staged === undefined ? range : undefined);
    } catch (error) {
      yield [{ type: "failure", failure: failed(root, error) }];
      return;
    }
    const include = options.include.map(compileGlob);
    const exclude = options.exclude.map((glob) => ({ glob, matches: compileGlob(glob) }));
    let batch: Walked[] = [];
    for (const { mode, object, path, status, size } of listed.changes) {
      if (signal.aborted) return;
      const by =
        exclude.find(({ matches }) => matchesPath(matches, path))?.glob ??
        (mode === "120000" ? "symbolic link" : mode === "160000" ? "submodule" : undefined) ??
        (include.length > 0 && !include.some((matches) => matches(path, false)) ? "include" : undefined);
      if (by !== undefined) batch.push({ type: "excluded", path, by });
      else if (status === "U" || size === undefined) {
        const detail = status === "U" ? "not merged: several versions are staged" : "the object is not in the repository";
        batch.push({ type: "failure", failure: { stage: "walk", code: "not-found", path, detail, partial: false } });
      } else {
        const key = JSON.stringify({ top: listed.top, object } satisfies Key);
        const entry: Entry = { path, key, root: index, size, modified: undefined, stamp: object, depth: 0 };
        batch.push({ type: "entry", entry });
      }
      if (batch.length >= BATCH) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  },
  async open(entry) {
    const { top, object } = JSON.parse(entry.key) as Key;
    const source = blob(top, object, entry.size);
    if (entry.size === undefined || entry.size > POINTER) return source;
    const bytes = new Uint8Array(POINTER);
    const text = Buffer.from(bytes.subarray(0, await source.read(bytes, 0))).toString("latin1");
    const oid = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n/.exec(text)?.[1];
    return oid === undefined ? source : stored(top, oid);
  },
  stamp: async (entry) => entry.stamp,
};

/** Why a root of git cannot be listed, before anything is read; undefined where it can. */
export async function checkGitRoot(root: string): Promise<string | undefined> {
  const [, , range, directory = "."] = form.exec(root) ?? [];
  try {
    await run(directory, ["rev-parse", "--show-toplevel"]);
    if (range !== undefined) await ends(directory, range);
    return undefined;
  } catch (error) {
    if (error instanceof FailureError) return error.message;
    throw error;
  }
}

/** A pattern on a directory leaves out what is in it, as in a walk. */
function matchesPath(matches: (below: string, directory: boolean) => boolean, path: string): boolean {
  if (matches(path, false)) return true;
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) if (matches(path.slice(0, at), true)) return true;
  return false;
}

interface Change {
  readonly mode: string;
  readonly object: string;
  readonly status: string;
  readonly path: string;
  readonly size: number | undefined;
}
interface Listed {
  readonly top: string;
  readonly changes: readonly Change[];
}

async function list(directory: string, range: string | undefined): Promise<Listed> {
  const top = (await run(directory, ["rev-parse", "--show-toplevel"])).toString("utf8").replace(/\n$/, "");
  const raw = ["--raw", "-z", "--no-abbrev", "--no-renames"];
  const changed =
    range === undefined
      ? await run(directory, ["diff-index", "--cached", ...raw, "--diff-filter=ACMTU", await headOrNothing(directory), "--", "."])
      : await run(directory, ["diff-tree", "-r", ...raw, "--diff-filter=ACMT", ...(await ends(directory, range)), "--", "."]);
  const changes = parseRaw(changed);
  return { top, changes: await withSizes(directory, changes) };
}

/** The commit at HEAD, or the empty tree before the first commit. */
async function headOrNothing(directory: string): Promise<string> {
  try {
    return await commitOf(directory, "HEAD");
  } catch {
    return (await run(directory, ["hash-object", "-t", "tree", "--stdin"])).toString("latin1").trim();
  }
}

async function commitOf(directory: string, revision: string): Promise<string> {
  try {
    return (await run(directory, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`]))
      .toString("latin1")
      .trim();
  } catch {
    throw new FailureError("not-found", `no commit ${revision}`);
  }
}

/** The two commits of `BASE..HEAD`; of `BASE...HEAD` their merge base and the later one. */
async function ends(directory: string, range: string): Promise<readonly [string, string]> {
  const [, from = "", dots = "", to = ""] = /^(.+?)(\.{2,3})(.*)$/.exec(range) ?? [];
  if (dots === "") throw new FailureError("not-found", "expected a range such as main..HEAD");
  const base = await commitOf(directory, from);
  const head = await commitOf(directory, to === "" ? "HEAD" : to);
  if (dots === "..") return [base, head];
  return [(await run(directory, ["merge-base", base, head])).toString("latin1").trim(), head];
}

/** `:oldmode newmode oldobject newobject status NUL path NUL` (gitformat-diff, -z), paths as bytes. */
function parseRaw(raw: Buffer): Omit<Change, "size">[] {
  const fields = raw.toString("latin1").split("\0");
  const changes: Omit<Change, "size">[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, mode = "", , object = "", status = ""] = (fields[at] ?? "").split(" ");
    changes.push({ mode, object, status: status.slice(0, 1), path: showBytes(fields[at + 1] ?? "") });
  }
  return changes;
}

async function withSizes(directory: string, changes: readonly Omit<Change, "size">[]): Promise<Change[]> {
  if (changes.length === 0) return [];
  const said = await run(
    directory,
    ["cat-file", "--batch-check=%(objecttype) %(objectsize)", "--buffer"],
    `${changes.map(({ object }) => object).join("\n")}\n`,
  );
  const lines = said.toString("latin1").split("\n");
  return changes.map((change, at) => {
    const size = /^blob (\d+)$/.exec(lines[at] ?? "")?.[1];
    return { ...change, size: size === undefined ? undefined : Number(size) };
  });
}

/** What a git command prints. Rejects with a `FailureError` that says what git said in its first line. */
function run(directory: string, words: readonly string[], input = ""): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Loaded by what uses it: such modules of Node cost every start 2 to 5 ms each.
    const child = process
      .getBuiltinModule("node:child_process")
      .execFile(
        "git",
        [...guards, "-C", directory, ...words],
        { encoding: "buffer", maxBuffer: LIST, env: environment(), windowsHide: true },
        (error, stdout, stderr) => {
          if (error === null) resolve(stdout);
          else if (error.code === "ENOENT") reject(new FailureError("missing-tool", "git is not installed"));
          else reject(new FailureError("not-found", firstLine(stderr) || `git ${words[0] ?? ""} failed`));
        },
      );
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}

function firstLine(bytes: Buffer): string {
  return (bytes.toString("utf8").split("\n")[0] ?? "").replace(/^(fatal|error): /, "").slice(0, 200);
}

function blob(top: string, object: string, size: number | undefined): ByteSource {
  const child = process.getBuiltinModule("node:child_process").spawn("git", [...guards, "-C", top, "cat-file", "blob", object], {
    stdio: ["ignore", "pipe", "ignore"],
    env: environment(),
    windowsHide: true,
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", () => reject(new FailureError("missing-tool", "git is not installed")));
    child.once("close", (code) => {
      if (code === 0 || code === null) resolve();
      else reject(new FailureError("io-error", "git cannot read the object"));
    });
  });
  // Awaited at the end of the stream; until then a rejection is not unhandled.
  ended.catch(() => undefined);
  const pieces = child.stdout.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
  return streamSource(
    size,
    async () => {
      const { done, value } = (await pieces.next()) as IteratorResult<Buffer>;
      if (done !== true) return value;
      await ended;
      return Buffer.alloc(0);
    },
    () => {
      child.stdout.destroy();
      child.kill();
    },
  );
}

/** The content behind a pointer of Git LFS, where this clone has it. */
async function stored(top: string, oid: string): Promise<ByteSource> {
  const common = (await run(top, ["rev-parse", "--path-format=absolute", "--git-common-dir"])).toString("latin1").replace(/\n$/, "");
  try {
    return openFile(`${common}/lfs/objects/${oid.slice(0, 2)}/${oid.slice(2, 4)}/${oid}`);
  } catch (error) {
    if (error instanceof FailureError && error.code === "not-found")
      throw new FailureError("not-found", "a pointer of Git LFS whose content this clone does not have");
    throw error;
  }
}

function failed(path: string, error: unknown): Failure {
  if (!(error instanceof FailureError)) throw error;
  return { stage: "walk", code: error.code, path, detail: error.message, partial: false };
}
