import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { sample } from "../engine/corpora.mjs";
import { random as seeded } from "../shared/random.mjs";

/** Files the tree has at most, and those that change between two scans. */
const FILES = 120;
const CHANGES = 12;
/** Different texts of each kind; they come back again and again, under other names. */
const TEXTS = 40;
const KINDS = ["prose", "csv", "logs", "gbk"];
/** Bytes: the largest text of a kind, and the largest fixture. */
const TEXT = 24 * 1024;
const LARGEST = 64 * 1024;

/** A tree that changes as a seed says: files come, go, get other contents and other names. Each content has an id, whatever file holds it. */
export class ChangingTree {
  #directory;
  #random;
  #fixtures;
  #count = 0;
  /** All files have one time: what hangs on it says nothing of the content. */
  #modified = new Date(Date.now() - 24 * 3600 * 1000);
  /** By name of a file: its path, and the id of its content. */
  files = new Map();

  constructor(directory, seed) {
    this.#directory = directory;
    this.#random = seeded(seed);
    const root = fileURLToPath(new URL("../../fixtures/", import.meta.url));
    this.#fixtures = readdirSync(root, { recursive: true })
      .map((name) => join(root, name))
      .filter((path) => statSync(path).isFile() && statSync(path).size <= LARGEST)
      .toSorted();
    for (let at = 0; at < FILES / 2; at++) this.#add();
  }

  change() {
    for (let left = CHANGES; left > 0; left--) {
      const kind = this.#random.below(4);
      if (this.files.size < FILES / 4 || (kind === 0 && this.files.size < FILES)) this.#add();
      else {
        const [name, file] = this.#random.pick([...this.files]);
        if (kind === 1) {
          rmSync(file.path);
          this.files.delete(name);
        } else if (kind === 2) {
          const path = this.#place(extname(name));
          renameSync(file.path, path);
          this.files.delete(name);
          this.files.set(path.slice(path.lastIndexOf("/") + 1), { ...file, path });
        } else {
          rmSync(file.path);
          this.files.delete(name);
          this.#add();
        }
      }
    }
  }

  #add() {
    if (this.#random.below(2) === 0) {
      const fixture = this.#random.pick(this.#fixtures);
      this.#keep(extname(fixture), fixture, (path) => copyFileSync(fixture, path));
      return;
    }
    const kind = this.#random.pick(KINDS);
    const seed = this.#random.below(TEXTS);
    const size = 1024 + ((seed * 7919) % TEXT);
    this.#keep(kind === "csv" ? ".csv" : ".txt", `${kind}-${seed}`, (path) => writeFileSync(path, sample(kind, seed, size)));
  }

  #keep(extension, content, write) {
    const path = this.#place(extension);
    write(path);
    utimesSync(path, this.#modified, this.#modified);
    this.files.set(path.slice(path.lastIndexOf("/") + 1), { path, content });
  }

  /** A path that was never there. */
  #place(extension) {
    const folder = join(this.#directory, `部门${this.#random.below(6)}`, `项目${this.#random.below(6)}`);
    mkdirSync(folder, { recursive: true });
    return join(folder, `f${String(this.#count++).padStart(6, "0")}${extension || ".bin"}`);
  }
}
