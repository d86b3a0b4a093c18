import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from "node:fs";
import { unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Entry, Unchanged, Walked, WalkOptions } from "../../src/model/entry.ts";
import { filesystem } from "../../src/source/filesystem.ts";

let top: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), "zicha-walk-")));
});
afterEach(() => {
  rmSync(top, { recursive: true, force: true });
});

const plain: WalkOptions = {
  include: [],
  exclude: [],
  follow: false,
  oneFileSystem: false,
  network: false,
  own: [],
  systemRoot: "/nowhere",
};

function write(path: string | Buffer, text = "x"): void {
  if (typeof path === "string") {
    mkdirSync(join(top, path, ".."), { recursive: true });
    writeFileSync(join(top, path), text);
  } else {
    writeFileSync(path, text);
  }
}

async function walk(root: string, options: Partial<WalkOptions> = {}): Promise<Walked[]> {
  const all: Walked[] = [];
  for await (const batch of filesystem.walk(root, 0, { ...plain, ...options }, new AbortController().signal)) {
    expect(batch.length).toBeGreaterThan(0);
    all.push(...batch);
  }
  return all;
}

function short(path: string): string {
  return path.replace(`${top}/`, "");
}

/** One line for each thing walked, with paths from the scratch directory. */
function lines(all: readonly Walked[]): string[] {
  return all.map((walked) => {
    switch (walked.type) {
      case "entry":
        return short(walked.entry.path);
      case "excluded":
        return `- ${short(walked.path)} (${walked.by})`;
      case "unchanged":
        return `= ${walked.paths.map((path) => short(path)).join(" ")}`;
      case "failure":
        return `! ${short(walked.failure.path)} ${walked.failure.stage} ${walked.failure.code}`;
    }
  });
}

function onlyEntry(all: readonly Walked[]): Entry {
  const first = all[0];
  if (first?.type !== "entry" || all.length !== 1) {
    throw new Error(`one entry expected, not ${lines(all).join(", ")}`);
  }
  return first.entry;
}

async function content(entry: Entry): Promise<string> {
  const bytes = await filesystem.open(entry);
  const into = new Uint8Array((bytes.size ?? 0) + 10);
  const count = await bytes.read(into, 0);
  await bytes.close();
  return Buffer.from(into.subarray(0, count)).toString();
}

describe("walk", () => {
  test("takes files first, then directories, by the bytes of their names, dot files too", async () => {
    for (const path of ["b.txt", "a/z.txt", "a/b/c.txt", "a.txt", ".hidden/.x", "文.txt", "Z.txt", "a-/y"]) {
      write(path);
    }
    mkdirSync(join(top, "empty"));
    expect(lines(await walk(top))).toEqual(["Z.txt", "a.txt", "b.txt", "文.txt", ".hidden/.x", "a/z.txt", "a/b/c.txt", "a-/y"]);
  });

  test("gives size, time and stamp; the stamp tells of a change even with the time put back", async () => {
    write("a.txt", "12345");
    utimesSync(join(top, "a.txt"), 1_700_000_000, 1_700_000_000);
    const entry = onlyEntry(await walk(top));
    expect(entry).toMatchObject({ root: 0, size: 5, modified: "2023-11-14T22:13:20.000Z", depth: 0 });
    expect(await filesystem.stamp(entry)).toBe(entry.stamp);
    writeFileSync(join(top, "a.txt"), "54321");
    utimesSync(join(top, "a.txt"), 1_700_000_000, 1_700_000_000);
    expect(await filesystem.stamp(entry)).not.toBe(entry.stamp);
    unlinkSync(join(top, "a.txt"));
    expect(await filesystem.stamp(entry)).toBeUndefined();
  });

  test.runIf(process.platform === "linux")("shows names of any bytes and finds them again", async () => {
    const gbk = Buffer.concat([Buffer.from(`${top}/`), Buffer.from([0xbf, 0xcd]), Buffer.from("\n密\\.txt")]);
    write(gbk, "inside");
    const directory = Buffer.concat([Buffer.from(`${top}/`), Buffer.from([0xff])]);
    mkdirSync(directory);
    write(Buffer.concat([directory, Buffer.from("/\xfe", "latin1")]), "deeper");
    const all = await walk(top);
    expect(lines(all)).toEqual(["\\xBF\\xCD\n密\\.txt", "\\xFF/\\xFE"]);
    const contents = await Promise.all(all.map((walked) => (walked.type === "entry" ? content(walked.entry) : "")));
    expect(contents).toEqual(["inside", "deeper"]);
    // As a report wrote it, a person may give it back.
    expect(await content(onlyEntry(await walk(`${top}/\\xFF/\\xFE`)))).toBe("deeper");
    expect(JSON.parse(JSON.stringify(all))).toEqual(all);
  });

  test("a file is a root, and so is what a link of the user's leads to", async () => {
    write("real/a.txt", "text");
    symlinkSync("real", join(top, "link"));
    symlinkSync("real/a.txt", join(top, "file-link"));
    expect(lines(await walk(join(top, "real/a.txt")))).toEqual(["real/a.txt"]);
    expect(lines(await walk(join(top, "link")))).toEqual(["link/a.txt"]);
    const entry = onlyEntry(await walk(join(top, "file-link")));
    expect(entry.path).toBe(`${top}/file-link`);
    expect(await content(entry)).toBe("text");
  });

  test("a root with a slash at its end, with signs of globs, and one that is not there", async () => {
    write("客户(2025)[副本]{a,b}!x */a.txt");
    expect(lines(await walk(`${top}/客户(2025)[副本]{a,b}!x */`))).toEqual(["客户(2025)[副本]{a,b}!x */a.txt"]);
    expect(lines(await walk(`${top}/gone`))).toEqual(["! gone walk not-found"]);
  });

  test("tells links and special files and opens none", async () => {
    write("a.txt");
    symlinkSync("a.txt", join(top, "link"));
    symlinkSync("nowhere", join(top, "dangling"));
    symlinkSync("/", join(top, "slash"));
    execFileSync("/usr/bin/mkfifo", [join(top, "pipe")]);
    expect(lines(await walk(top))).toEqual([
      "a.txt",
      "- dangling (symbolic link)",
      "- link (symbolic link)",
      "- pipe (special file)",
      "- slash (symbolic link)",
    ]);
    expect(lines(await walk(join(top, "pipe")))).toEqual(["- pipe (special file)"]);
  });

  test("follows links when asked, each place once, and ends on loops", async () => {
    write("root/a.txt", "near");
    write("outside/o.txt", "far");
    write("outside/deep/d.txt");
    symlinkSync("..", join(top, "root/up"));
    symlinkSync(".", join(top, "root/self"));
    symlinkSync("a.txt", join(top, "root/again"));
    symlinkSync("../outside", join(top, "root/out"));
    symlinkSync("../outside/o.txt", join(top, "root/one"));
    symlinkSync("../outside/deep", join(top, "root/out2"));
    symlinkSync("../outside", join(top, "outside/loop"));
    symlinkSync("../../root", join(top, "outside/deep/back"));
    symlinkSync("dangling", join(top, "root/dangling"));
    const all = await walk(join(top, "root"), { follow: true });
    expect(lines(all).toSorted()).toEqual(
      [
        "root/a.txt",
        "root/one",
        "- root/again (link into the same root)",
        "- root/dangling (link that leads nowhere)",
        "- root/self (link into the same root)",
        "root/out/o.txt",
        "- root/out/loop (already walked)",
        "- root/out/deep (already walked)",
        "root/out2/d.txt",
        "- root/out2/back (link into the same root)",
        "- root/up/outside (already walked)",
        "- root/up/root (link into the same root)",
      ].toSorted(),
    );
    const contents = all.map((walked) => (walked.type === "entry" && walked.entry.path.endsWith("one") ? walked.entry : []));
    expect(await content(contents.flat()[0] as Entry)).toBe("far");
  });

  test("include, exclude and own outputs are told", async () => {
    for (const path of ["a.txt", "b.log", "财务/c.xlsx", "财务/旧/d.xlsx", "node_modules/e.txt", "out/report.html", "out/f.txt"]) {
      write(path);
    }
    const all = await walk(top, {
      include: ["*.{txt,html}", "财务/*.xlsx"],
      exclude: ["node_modules/"],
      own: [join(top, "out/report.html"), join(top, "not-yet.json")],
    });
    expect(lines(all)).toEqual([
      "a.txt",
      "- b.log (include)",
      "- node_modules (node_modules/)",
      "out/f.txt",
      "- out/report.html (own output)",
      "财务/c.xlsx",
      "- 财务/旧/d.xlsx (include)",
    ]);
  });

  test("reads no pseudo file system, but what is stored below one", async () => {
    write("proc/1/environ");
    write("dev/shm/kept.txt");
    write("dev/tty");
    write("home/a.txt");
    const point = (name: string, type: string): string => `30 1 0:20 / ${top}/${name} rw - ${type} ${type} rw`;
    write("system/proc/self/mountinfo", [point("proc", "proc"), point("dev", "devtmpfs"), point("dev/shm", "tmpfs")].join("\n"));
    const systemRoot = join(top, "system");
    const exclude = ["system/"];
    expect(lines(await walk(top, { systemRoot, exclude }))).toEqual([
      "- dev (pseudo file system)",
      "- proc (pseudo file system)",
      "- system (system/)",
      "dev/shm/kept.txt",
      "home/a.txt",
    ]);
    expect(lines(await walk(join(top, "proc/1"), { systemRoot }))).toEqual(["- proc/1 (pseudo file system)"]);
  });

  test("goes into what lies on another machine, and onto left out media, only when told", async () => {
    write("home/a.txt");
    write("srv/b.txt");
    write("media/u1/c.txt");
    const point = (name: string, type: string): string => `30 1 0:20 / ${top}/${name} rw - ${type} ${type} rw`;
    write("system/proc/self/mountinfo", [point("srv", "nfs4"), point("media/u1", "vfat")].join("\n"));
    const options = { systemRoot: join(top, "system"), exclude: ["system/"], leftOut: [join(top, "media/u1")] };
    expect(lines(await walk(top, options))).toEqual([
      "- srv (network file system)",
      "- system (system/)",
      "home/a.txt",
      "- media/u1 (removable medium)",
    ]);
    expect(lines(await walk(top, { ...options, network: true, leftOut: [] }))).toContain("srv/b.txt");
    expect(lines(await walk(join(top, "srv"), options))).toEqual(["srv/b.txt"]);
  });

  test.runIf(existsSync("/proc/self/mountinfo"))("never goes into the real /proc", async () => {
    expect(lines(await walk("/proc", { systemRoot: "", oneFileSystem: true }))).toEqual(["- /proc (pseudo file system)"]);
  });

  test.runIf(existsSync("/dev/shm") && statSync("/dev/shm").dev !== statSync(tmpdir()).dev)("stays on one file system", async () => {
    const there = mkdtempSync("/dev/shm/zicha-walk-");
    try {
      writeFileSync(join(there, "b.txt"), "x");
      write("a.txt");
      symlinkSync(there, join(top, "there"));
      expect(lines(await walk(top, { follow: true, oneFileSystem: true }))).toEqual(["a.txt", "- there (other file system)"]);
      expect(lines(await walk(top, { follow: true }))).toEqual(["a.txt", "there/b.txt"]);
    } finally {
      rmSync(there, { recursive: true });
    }
  });

  test.runIf(process.getuid !== undefined)("tells a directory and a file it may not read", async () => {
    write("closed/a.txt");
    write("file.txt");
    write("open/b.txt");
    chmodSync(join(top, "closed"), 0);
    chmodSync(join(top, "file.txt"), 0);
    chmodSync(top, 0o755);
    await asNobody(async () => {
      const all = await walk(top);
      expect(lines(all)).toEqual(["file.txt", "! closed walk permission-denied", "open/b.txt"]);
      const entry = all[0]?.type === "entry" ? all[0].entry : undefined;
      await expect(filesystem.open(entry as Entry)).rejects.toMatchObject({ name: "FailureError", code: "permission-denied" });
      expect(lines(await walk(join(top, "closed")))).toEqual(["! closed walk permission-denied"]);
    });
  });

  test("gives a big directory in batches", async () => {
    mkdirSync(join(top, "many"));
    for (let index = 0; index < 2500; index += 1) {
      writeFileSync(join(top, "many", String(index).padStart(5, "0")), "");
    }
    const sizes: number[] = [];
    const stop = new AbortController();
    for await (const batch of filesystem.walk(top, 0, plain, stop.signal)) {
      sizes.push(batch.length);
    }
    expect(sizes).toEqual([1024, 1024, 452]);
    sizes.length = 0;
    for await (const batch of filesystem.walk(top, 0, plain, stop.signal)) {
      sizes.push(batch.length);
      stop.abort();
    }
    expect(sizes).toEqual([1024]);
  });
});

describe("open", () => {
  test("reads from where it is asked, short only at the end, and leaves the access time", async () => {
    write("a.txt", "0123456789");
    utimesSync(join(top, "a.txt"), 1000, 2000);
    const bytes = await filesystem.open(onlyEntry(await walk(top)));
    const into = new Uint8Array(4);
    expect([bytes.size, bytes.seekable]).toEqual([10, true]);
    expect([await bytes.read(into, 3), Buffer.from(into).toString()]).toEqual([4, "3456"]);
    expect([await bytes.read(into, 8), Buffer.from(into.subarray(0, 2)).toString()]).toEqual([2, "89"]);
    expect(await bytes.read(into, 100)).toBe(0);
    await bytes.close();
    await bytes.close();
    if (process.platform === "linux") {
      expect(statSync(join(top, "a.txt")).atimeMs).toBe(1_000_000);
    }
  });

  test.runIf(process.getuid?.() === 0 && process.platform === "linux")(
    "reads another's file, whose access time it may not keep",
    async () => {
      write("a.txt", "theirs");
      chmodSync(top, 0o755);
      const entry = onlyEntry(await walk(top));
      expect((await filesystem.open(entry)).touched).toBeUndefined();
      await asNobody(async () => {
        expect(await content(entry)).toBe("theirs");
        const bytes = await filesystem.open(entry);
        await bytes.close();
        expect(bytes.touched).toBe(true);
      });
    },
  );

  test("refuses what was put in place of the file since the walk", async () => {
    for (const name of ["directory", "gone", "link", "pipe"]) {
      write(name);
    }
    const all = await walk(top);
    for (const name of ["directory", "gone", "link", "pipe"]) {
      unlinkSync(join(top, name));
    }
    mkdirSync(join(top, "directory"));
    symlinkSync("/dev/zero", join(top, "link"));
    execFileSync("/usr/bin/mkfifo", [join(top, "pipe")]);
    const codes = await Promise.all(
      all.map((walked) =>
        filesystem.open((walked as { entry: Entry }).entry).then(
          () => "opened",
          (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
        ),
      ),
    );
    expect(codes).toEqual([
      "changed: became a directory",
      "not-found: no such file or directory",
      "changed: symbolic link in its place (ELOOP)",
      "unsupported-format: special file",
    ]);
  });

  test("sees what was added after it was opened", async () => {
    write("grows.log", "1");
    const bytes = await filesystem.open(onlyEntry(await walk(top)));
    appendFileSync(join(top, "grows.log"), "2");
    expect(await bytes.read(new Uint8Array(4), 0)).toBe(2);
    await bytes.close();
  });
});

/** As root nothing is unreadable, so the rights of nobody are taken for a while. */
async function asNobody(action: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0 || process.seteuid === undefined) {
    return await action();
  }
  process.seteuid(65534);
  try {
    await action();
  } finally {
    process.seteuid(0);
  }
}

test("walks only what is listed, in its order, and tells what is missing", async () => {
  write("a/1.txt");
  write("a/2.txt");
  write("b.txt");
  write("c.log");
  symlinkSync("b.txt", join(top, "link"));
  const found = await walk(top, { listed: ["c.log", "a", "./b.txt", "link", "gone.txt"], exclude: ["*.log"] });
  expect(
    found.map((one) => {
      if (one.type === "entry") return short(one.entry.path);
      return one.type === "excluded" ? `${short(one.path)} ${one.by}` : one.type === "failure" ? one.failure.code : "";
    }),
  ).toEqual(["c.log *.log", "./b.txt", "link symbolic link", "not-found", "a/1.txt", "a/2.txt"]);
});

test("asks of each regular file that is taken whether it is unchanged, in the walk's order, and makes no entry of it then", async () => {
  for (const name of ["a.txt", "b.txt", "d.log", "own.html", "会议（一）.txt", "sub/x.txt", "sub/y.txt"]) write(name, name);
  symlinkSync("a.txt", join(top, "c-link"));
  const asked: string[] = [];
  let directory = "";
  const unchanged: Unchanged = {
    enter: (root, key) => {
      directory = Buffer.from(key, "latin1").toString("utf8");
      expect(root).toBe(0);
    },
    file: (name, size, modified, changed, inode) => {
      asked.push(short(`${directory}${name}`));
      const now = lstatSync(directory + name);
      expect([size, modified, changed, inode]).toEqual([now.size, Math.round(now.mtimeMs * 1000), Math.round(now.ctimeMs * 1000), now.ino]);
      return name === "b.txt" || name === "y.txt" ? undefined : { format: "text", bytes: size };
    },
  };
  const all: Walked[] = [];
  const options = { ...plain, exclude: ["*.log"], own: [join(top, "own.html")] };
  for await (const batch of filesystem.walk(top, 0, options, new AbortController().signal, unchanged)) all.push(...batch);
  expect(lines(all)).toEqual([
    "a.txt",
    "b.txt",
    "- c-link (symbolic link)",
    "- d.log (*.log)",
    "- own.html (own output)",
    "会议（一）.txt",
    "= sub/x.txt",
    "sub/y.txt",
  ]);
  // Beside an output of this run nothing is asked: few directories hold one.
  expect(asked).toEqual(["sub/x.txt", "sub/y.txt"]);

  asked.length = 0;
  all.length = 0;
  for await (const batch of filesystem.walk(top, 0, { ...options, own: [] }, new AbortController().signal, unchanged)) all.push(...batch);
  expect(lines(all)).toEqual([
    "= a.txt",
    "b.txt",
    "- c-link (symbolic link)",
    "- d.log (*.log)",
    "= own.html",
    "= 会议（一）.txt",
    "= sub/x.txt",
    "sub/y.txt",
  ]);
  expect(asked).toEqual(["a.txt", "b.txt", "own.html", "会议（一）.txt", "sub/x.txt", "sub/y.txt"]);
});
