import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Entry, Walked, WalkOptions } from "../../src/model/entry.ts";
import { checkGitRoot, git } from "../../src/source/git.ts";

const top = realpathSync(mkdtempSync(join(tmpdir(), "zicha-git-")));
const plain: WalkOptions = {
  include: [],
  exclude: [],
  follow: false,
  oneFileSystem: false,
  network: false,
  own: [],
  systemRoot: "/nowhere",
};
const oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";

function run(...words: string[]): void {
  execFileSync("git", ["-C", top, "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", ...words], {
    stdio: "pipe",
  });
}

function write(path: string, text: string): void {
  mkdirSync(join(top, path, ".."), { recursive: true });
  writeFileSync(join(top, path), text);
}

async function walk(root: string, options: Partial<WalkOptions> = {}): Promise<Walked[]> {
  const all: Walked[] = [];
  for await (const batch of git.walk(root, 0, { ...plain, ...options }, new AbortController().signal)) all.push(...batch);
  return all;
}

function told(walked: readonly Walked[]): readonly string[] {
  return walked.map((one) =>
    one.type === "entry"
      ? one.entry.path
      : one.type === "excluded"
        ? `${one.path} excluded: ${one.by}`
        : one.type === "unchanged"
          ? one.paths.join()
          : `${one.failure.path} ${one.failure.code}: ${one.failure.detail}`,
  );
}

async function content(entry: Entry): Promise<string> {
  const source = await git.open(entry);
  const block = Buffer.alloc(4 * 1024 * 1024);
  try {
    return block.toString("utf8", 0, await source.read(block, 0));
  } finally {
    await source.close();
  }
}

beforeAll(() => {
  run("init", "-q", "-b", "main");
  write("文档/说明.txt", "第一版\n");
  write("old.txt", "old\n");
  write("keep.txt", "keep\n");
  run("add", "-A");
  run("commit", "-qm", "one");
  write("文档/说明.txt", "第二版\n");
  write("big.txt", `${"0123456789abcdef\n".repeat(100_000)}end`);
  symlinkSync("keep.txt", join(top, "link.txt"));
  write("model.bin", `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 12\n`);
  rmSync(join(top, "old.txt"));
  run("add", "-A");
  write("文档/说明.txt", "工作文件\n");
});
afterAll(() => rmSync(top, { recursive: true, force: true }));

test("lists what is staged and reads the index, not the working file", async () => {
  const found = await walk(`git-staged:${top}`);
  expect(told(found)).toEqual(["big.txt", "link.txt excluded: symbolic link", "model.bin", "文档/说明.txt"]);
  const last = found.at(-1);
  expect(last?.type === "entry" && (await content(last.entry))).toBe("第二版\n");
  const [big] = found;
  expect(big?.type === "entry" && (await content(big.entry)).endsWith("abcdef\nend")).toBe(true);
});

test("keeps the repository's paths when a directory below is named, and takes patterns", async () => {
  expect(told(await walk(`git-staged:${join(top, "文档")}`))).toEqual(["文档/说明.txt"]);
  expect(told(await walk(`git-staged:${top}`, { exclude: ["文档", "*.bin"], include: ["*.txt"] }))).toEqual([
    "big.txt",
    "link.txt excluded: symbolic link",
    "model.bin excluded: *.bin",
    "文档/说明.txt excluded: 文档",
  ]);
});

test("says where the content behind a pointer is missing, and reads it where the clone has it", async () => {
  const pointer = (await walk(`git-staged:${top}`)).find((one) => one.type === "entry" && one.entry.path === "model.bin");
  if (pointer?.type !== "entry") throw new Error("not listed");
  await expect(git.open(pointer.entry)).rejects.toMatchObject({ code: "not-found" });
  mkdirSync(join(top, ".git/lfs/objects", oid.slice(0, 2), oid.slice(2, 4)), { recursive: true });
  writeFileSync(join(top, ".git/lfs/objects", oid.slice(0, 2), oid.slice(2, 4), oid), "the content\n");
  expect(await content(pointer.entry)).toBe("the content\n");
});

test("lists what changed between commits as the later one has it, before the first commit everything", async () => {
  run("commit", "-qm", "two");
  expect(told(await walk(`git-diff:HEAD~1..HEAD:${top}`))).toEqual([
    "big.txt",
    "link.txt excluded: symbolic link",
    "model.bin",
    "文档/说明.txt",
  ]);
  expect(told(await walk(`git-diff:HEAD~1...:${top}`, { include: ["文档/**"] }))).toContain("文档/说明.txt");
  expect(told(await walk(`git-staged:${top}`))).toEqual([]);
});

test("takes no option for a revision and says what is wrong before anything is read", async () => {
  expect(await checkGitRoot(`git-diff:--output=/tmp/x..HEAD:${top}`)).toBe("no commit --output=/tmp/x");
  expect(await checkGitRoot(`git-diff:main:${top}`)).toBe("expected a range such as main..HEAD");
  expect(await checkGitRoot(`git-staged:${tmpdir()}`)).toMatch(/not a git repository/);
  expect(await checkGitRoot(`git-staged:${top}`)).toBeUndefined();
});
