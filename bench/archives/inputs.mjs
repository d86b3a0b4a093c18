// One seeded tree packed in each format, by the packers that are installed.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { corpus } from "../engine/corpora.mjs";
import { has } from "../shared/measure.mjs";

/** Command lines run in the folder of the tree; `OUT` is the archive, `TAR` a tape archive of the tree. */
const packers = {
  tar: ["bsdtar", "-cf", "OUT", "tree"],
  gz: ["sh", "-c", "gzip -c TAR > OUT"],
  bz2: ["sh", "-c", "bzip2 -c TAR > OUT"],
  xz: ["sh", "-c", "xz -T1 -c TAR > OUT"],
  zst: ["sh", "-c", "zstd -q -c TAR > OUT"],
  "zst-15": ["sh", "-c", "zstd -q -15 -c TAR > OUT"],
  zip: ["bsdtar", "--format", "zip", "-cf", "OUT", "tree"],
  "7z-lzma2": ["7zz", "a", "-bd", "-m0=lzma2", "OUT", "tree"],
  "7z-lzma": ["7zz", "a", "-bd", "-m0=lzma", "OUT", "tree"],
  "7z-ppmd": ["7zz", "a", "-bd", "-m0=ppmd", "OUT", "tree"],
  "7z-bzip2": ["7zz", "a", "-bd", "-m0=bzip2", "OUT", "tree"],
  "7z-deflate": ["7zz", "a", "-bd", "-m0=deflate", "OUT", "tree"],
  "cab-mszip": ["sh", "-c", "gcab -cz OUT tree/*"],
  cpio: ["bsdtar", "--format", "newc", "-cf", "OUT", "tree"],
  iso: ["bsdtar", "--format", "iso9660", "-cf", "OUT", "tree"],
};

export const kinds = Object.keys(packers);

/** The archive of a kind, made when it is not there; undefined where its packer is not installed. */
export async function archive(folder, kind, size) {
  const [command, ...args] = packers[kind];
  const file = join(folder, `${kind}-${size}.archive`);
  if (existsSync(file)) return file;
  if (!(await has(command)) || (command === "sh" && !(await has(args[1].split(" ", 1)[0])))) return undefined;
  const tape = join(folder, `tar-${size}.archive`);
  if (kind !== "tar") await archive(folder, "tar", size);
  const work = tree(folder, size);
  const made = `${file}.7z`;
  rmSync(made, { force: true });
  const filled = args.map((one) => one.replace("OUT", made).replace("TAR", tape));
  execFileSync(command, filled, { cwd: work, stdio: ["ignore", "ignore", "inherit"] });
  renameSync(made, file);
  return file;
}

/** A folder with `tree` in it: prose in UTF-8 and GBK, tables, logs, and the program that runs this. */
function tree(folder, size) {
  const work = join(folder, `work-${size}`);
  const into = join(work, "tree");
  if (existsSync(into)) return work;
  mkdirSync(into, { recursive: true });
  const share = Math.floor(size / 5);
  for (const name of ["prose", "csv", "logs", "gbk"]) cpSync(corpus(folder, name, share), join(into, `${name}.txt`));
  execFileSync("sh", ["-c", `head -c ${share} "${process.execPath}" > "${join(into, "program.bin")}"`]);
  return work;
}
