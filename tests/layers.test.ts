import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const source = fileURLToPath(new URL("../src", import.meta.url));

/** Which layer may import which, besides itself; `model` and `util` are the floor. A folder without a row fails. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  model: [],
  util: ["model"],
  source: ["model", "util"],
  format: ["model", "util"],
  rulepack: ["model", "util"],
  detect: ["model", "util"],
  judge: ["model", "util"],
  report: ["model", "util"],
  deliver: ["model", "util"],
  scan: ["model", "util", "source", "format", "rulepack", "detect", "judge"],
  cli: ["model", "util", "scan", "report", "deliver"],
  "index.ts": ["model", "scan"],
};

/** What only some layers may use of Node. */
const guarded: readonly { readonly modules: readonly string[]; readonly layers: readonly string[] }[] = [
  { modules: ["fs", "fs/promises"], layers: ["source", "rulepack", "scan", "deliver", "cli"] },
  { modules: ["http", "https", "http2", "net", "tls", "dns", "dns/promises", "dgram"], layers: ["deliver"] },
  { modules: ["inspector", "cluster"], layers: [] },
  { modules: ["worker_threads"], layers: ["scan"] },
  { modules: ["child_process"], layers: ["source", "deliver", "scan"] },
];

/** Where each package has its home. */
const homes: Readonly<Record<string, readonly string[]>> = {
  commander: ["cli/"],
  chalk: ["report/console.ts"],
  "fast-glob": ["source/"],
  "pdf-parse": ["format/shared/pdfSecond.ts"],
  "@hyzyla/pdfium": ["format/shared/pdfium.ts"],
  mammoth: ["format/", "scan/extract.ts"],
  "libarchive-wasm": ["format/shared/libarchive.ts"],
  "mdb-reader": ["format/mdb.ts"],
  xlsx: ["format/"],
  yaml: ["rulepack/", "cli/config.ts"],
};

const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".as.ts"))
  .map((name) => name.split(sep).join("/"))
  .toSorted();

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(source, file), "utf8");
  return [...text.matchAll(/(?:^(?:import|export|\}) [^"\n]*from |^import |\bimport\(|\bgetBuiltinModule\()"([^"\n]+)"/gm)].map(
    (match) => match[1] ?? "",
  );
}

const layerOf = (file: string): string => file.split("/")[0] ?? "";

describe("layers", () => {
  it("sees the files it speaks of", () => {
    expect(files.length).toBeGreaterThan(80);
    expect([...new Set(files.map(layerOf))].filter((layer) => allowed[layer] === undefined)).toEqual([]);
  });

  it("imports only what a layer may", () => {
    const wrong: string[] = [];
    for (const file of files) {
      for (const name of importsOf(file)) {
        if (!name.startsWith(".")) continue;
        const target = relative(source, join(source, dirname(file), name))
          .split(sep)
          .join("/");
        const from = layerOf(file);
        const to = layerOf(target);
        if (target.startsWith("..")) wrong.push(`${file} leaves src: ${name}`);
        else if (to !== from && allowed[from]?.includes(to) !== true) wrong.push(`${file} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("keeps plug-ins apart: what they share lies in shared/", () => {
    const wrong: string[] = [];
    for (const file of files) {
      const plugIn = /^(format|report|source|detect\/kind|detect\/validator)\/[^/]+\.ts$/.exec(file);
      if (plugIn === null || file.endsWith("/registry.ts")) continue;
      for (const name of importsOf(file)) {
        if (name.startsWith("./") && !name.startsWith("./shared/") && !helpers.has(`${plugIn[1] ?? ""}/${name.slice(2)}`))
          wrong.push(`${file} imports ${name}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("opens files, threads, processes and connections only where that is a layer's work", () => {
    const wrong: string[] = [];
    for (const file of files) {
      for (const name of importsOf(file)) {
        if (!name.startsWith("node:")) continue;
        for (const { modules, layers } of guarded) {
          if (modules.includes(name.slice(5)) && !layers.includes(layerOf(file))) wrong.push(`${file} imports ${name}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it("gives each package one home", () => {
    const wrong: string[] = [];
    const used = new Set<string>();
    for (const file of files) {
      for (const name of importsOf(file)) {
        if (name.startsWith(".") || name.startsWith("node:")) continue;
        const packageName = name.startsWith("@") ? name.split("/").slice(0, 2).join("/") : (name.split("/")[0] ?? "");
        used.add(packageName);
        const known = homes[packageName];
        if (known === undefined || !known.some((home) => file.startsWith(home))) wrong.push(`${file} imports ${packageName}`);
      }
    }
    expect(wrong).toEqual([]);
    const declared = Object.keys(
      (JSON.parse(readFileSync(join(source, "..", "package.json"), "utf8")) as { dependencies: object }).dependencies,
    );
    expect(declared.filter((name) => homes[name] === undefined)).toEqual([]);
    expect(used.size).toBeGreaterThan(5);
  });
});

/** Modules of plug-in folders that are no plug-ins but part of the folder's face. */
const helpers: ReadonlySet<string> = new Set(["source/mediaLinux.ts", "source/mediaMac.ts", "source/mediaWindows.ts"]);
