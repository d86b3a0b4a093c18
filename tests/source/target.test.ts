import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resolveTargets } from "../../src/source/target.ts";

let top: string;
beforeAll(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), "zicha-target-")));
  chmodSync(top, 0o755);
  const odd = "客户(2025)[副本]{a,b}!x *";
  for (const directory of ["docs/旧", odd, "closed", "ba", "bb"]) {
    mkdirSync(join(top, directory), { recursive: true });
  }
  for (const file of [
    "docs/一.docx",
    "docs/旧/二.docx",
    "docs/.hidden.docx",
    "docs/三.pdf",
    `${odd}/a.txt`,
    "closed/c.docx",
    "x\\xB5.txt",
  ]) {
    writeFileSync(join(top, file), "x");
  }
  symlinkSync("docs", join(top, "link"));
  symlinkSync("nowhere", join(top, "dangling"));
  if (process.platform === "linux") {
    writeFileSync(Buffer.concat([Buffer.from(`${top}/ba/`), Buffer.from([0xb5]), Buffer.from(".txt")]), "x");
  }
});
afterAll(() => {
  rmSync(top, { recursive: true, force: true });
});

async function targets(...args: string[]): Promise<{ roots: string[]; problems: string[] }> {
  const { roots, problems } = await resolveTargets(args, top);
  return { roots: roots.map((root) => root.replace(`${top}/`, "")), problems };
}

test.each<[what: string, args: string[], roots: string[], problems: string[]]>([
  ["a name is a name", ["docs", "docs/一.docx"], ["docs"], []],
  ["whatever signs it has", ["客户(2025)[副本]{a,b}!x *"], ["客户(2025)[副本]{a,b}!x *"], []],
  ["an absent one is told", ["docs", "gone", ""], ["docs"], ["gone", ""]],
  ["a pattern, hidden names too", ["docs/*.docx"], ["docs/.hidden.docx", "docs/一.docx"], []],
  ["a pattern through directories", ["docs/**/*.docx"], ["docs/.hidden.docx", "docs/一.docx", "docs/旧/二.docx"], []],
  ["a pattern that goes through no link", ["*/一.docx"], ["docs/一.docx"], []],
  ["a pattern that matches directories", ["b{a,b}"], ["ba", "bb"], []],
  ["a pattern that matches nothing", ["*.xls", "docs/{x,y}"], [], ["*.xls", "docs/{x,y}"]],
  ["a pattern that is none", ["!docs", "{a"], [], ["!docs", "{a"]],
  ["nested and repeated", ["docs/旧", "docs/", "./docs", "docs/旧/二.docx", "docs"], ["docs/"], []],
  ["order is kept", ["bb", "ba"], ["bb", "ba"], []],
  ["a name that only begins the same", ["ba", "b"], ["ba"], ["b"]],
  ["a link to what is walked anyway", ["link", "docs"], ["link"], []],
  ["a link alone", ["link"], ["link"], []],
  ["a link that leads nowhere is for the walk to tell", ["dangling"], ["dangling"], []],
  ["a name that looks like an escape", ["x\\xB5.txt"], ["x\\xB5.txt"], []],
])("%s: %j", async (_, args, roots, problems) => {
  expect(await targets(...args)).toEqual({ roots, problems });
});

test.runIf(process.platform === "linux")("a name of any bytes: by pattern, as reports write it, as Node mangles it", async () => {
  expect(await targets("ba/*")).toEqual({ roots: ["ba/\\xB5.txt"], problems: [] });
  expect(await targets("ba/\\xB5.txt")).toEqual({ roots: ["ba/\\xB5.txt"], problems: [] });
  expect(await targets("ba/\uFFFD.txt")).toEqual({ roots: ["ba/\\xB5.txt"], problems: [] });
  expect(await targets("ba/\uFFFD\uFFFD.txt")).toEqual({ roots: [], problems: ["ba/\uFFFD\uFFFD.txt"] });
});

test.runIf(process.getuid !== undefined)("a directory a pattern may not look into is left to the walk", async () => {
  chmodSync(join(top, "closed"), 0);
  const root = process.getuid?.() === 0;
  if (root) {
    process.seteuid?.(65534);
  }
  try {
    expect(await targets("{closed,docs}/*.docx")).toEqual({ roots: ["closed", "docs/.hidden.docx", "docs/一.docx"], problems: [] });
  } finally {
    if (root) {
      process.seteuid?.(0);
    }
    chmodSync(join(top, "closed"), 0o755);
  }
});

test("relative to the working directory names stay as typed", async () => {
  expect(await resolveTargets(["src", "./src/model", "package.json"], process.cwd())).toEqual({
    roots: ["src", "package.json"],
    problems: [],
  });
});

test.runIf(process.platform === "linux" && statSync("/dev").dev !== statSync("/").dev)(
  "on one file system a nested root elsewhere stays",
  async () => {
    expect((await resolveTargets(["/", "/dev", "/usr"], "/", { oneFileSystem: true })).roots.includes("/dev")).toBe(true);
    expect((await resolveTargets(["/", "/dev", "/usr"], "/")).roots).toEqual(["/"]);
  },
);
