import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

import { ruleKinds } from "../src/detect/kind/registry.ts";
import { validators } from "../src/detect/validator/registry.ts";
import { extractors } from "../src/format/registry.ts";
import { reporters } from "../src/report/registry.ts";
import { sources } from "../src/source/registry.ts";

/** Files of plug-in folders that are no plug-ins: the folder's own face to other layers. */
const faces: Readonly<Record<string, readonly string[]>> = {
  format: ["extensions", "probe", "textless"],
  source: ["media", "mediaLinux", "mediaMac", "mediaWindows", "places", "target"],
};

describe("registries", () => {
  it.each([
    ["format", extractors],
    ["source", sources],
    ["report", reporters],
    ["detect/kind", ruleKinds],
    ["detect/validator", validators],
  ])("%s lists every plug-in of its folder", (folder, list) => {
    const directory = fileURLToPath(new URL(`../src/${folder}/`, import.meta.url));
    const plugIns = readdirSync(directory)
      .filter((name) => name.endsWith(".ts") && name !== "registry.ts")
      .map((name) => name.slice(0, -3))
      .filter((name) => faces[folder]?.includes(name) !== true);
    const text = readFileSync(`${directory}registry.ts`, "utf8");
    expect(plugIns.filter((name) => !text.includes(`from "./${name}.ts"`))).toEqual([]);
    expect(list.length).toBe(plugIns.length);
    expect(list.length).toBeGreaterThan(0);
  });

  it("has no id twice", () => {
    for (const ids of [
      extractors.map(({ id }) => id),
      reporters.map(({ id }) => id),
      validators.map(({ id }) => id),
      ruleKinds.map(({ kind }) => kind),
    ]) {
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it("loads without its heavy packages", () => {
    for (const folder of ["format", "report", "source"]) {
      const directory = fileURLToPath(new URL(`../src/${folder}/`, import.meta.url));
      for (const name of readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((one) => one.endsWith(".ts"))) {
        const text = readFileSync(`${directory}${name}`, "utf8");
        const eager = [...text.matchAll(/^import (?!type)[^;]*from "((?![.]|node:)[^"]+)"/gm)].map((match) => match[1]);
        expect(eager, name).toEqual([]);
      }
    }
  });
});
