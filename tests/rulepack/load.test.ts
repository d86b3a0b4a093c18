import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RuleKind } from "../../src/model/rule.ts";
import { compile, loadPacks, locateProblems } from "../../src/rulepack/load.ts";
import { tablesOf } from "../../src/rulepack/tables.ts";

const pack = 'id: house\nversion: "1.0.0"\ntitle: { zh: 本行, en: house }\n';
const rule = (name: string, more = ""): string => `id: house/${name}
kind: word
infoType: HOUSE_WORD
title: { zh: 词, en: word }
description: { zh: 词, en: word }
severity: low
dataClass: C1
rank: 500
mask: full
examples:
  match: [a, b, c]
  noMatch: [d, e, f]
${more}`;

const words: RuleKind = {
  kind: "word",
  schema: {},
  load(base, fields) {
    const word = fields["word"];
    if (typeof word !== "string") return { problems: [{ at: ["word"], expected: "a word" }] };
    return { matcher: { rule: base, triggers: [{ kind: "literal", text: word }], maxSpan: 64, tiers: [], confirm: () => undefined } };
  },
};

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "zicha-packs-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
}

describe("loadPacks", () => {
  it("reads packs, rules and tables as plain data that a worker compiles", async () => {
    write({ "house/pack.yaml": `${pack}tables: { codes: data/codes.tsv }\n`, "house/one.yaml": rule("one", "word: x\n") });
    write({ "house/data/codes.tsv": "code\tname\n11\t甲\n" });
    const loaded = await loadPacks([root], { disabled: [] });
    expect(loaded.problems).toEqual([]);
    expect(loaded.packs).toMatchObject([{ id: "house", version: "1.0.0", title: { zh: "本行", en: "house" } }]);
    expect(loaded.rules[0]).toMatchObject({ base: { id: "house/one", references: [] }, fields: { word: "x" } });
    expect(loaded.rules[0]?.base.examples.match).toEqual([{ text: "a" }, { text: "b" }, { text: "c" }]);
    const { matchers, problems } = compile(structuredClone(loaded), [words]);
    expect(problems).toEqual([]);
    expect(matchers.map((matcher) => matcher.rule.id)).toEqual(["house/one"]);
  });

  it("lists all problems at once, each with file, line and what was expected", async () => {
    write({
      "house/pack.yaml": pack,
      "house/bad.yaml": rule("bad").replace("severity: low", "severity: bad").replace("rank:", "rnak:"),
      "house/name.yaml": rule("other"),
      "house/twice.yaml": `${rule("twice")}rank: 3\n`,
    });
    const { problems } = await loadPacks([root], { disabled: ["house/none"] });
    const lines = problems.map(({ file, line, at, expected }) => `${file.slice(root.length)}:${line} ${at}: ${expected}`);
    expect(lines).toEqual([
      "/house/bad.yaml:6 severity: one of info, low, medium, high, critical",
      '/house/bad.yaml:1 : the key "rank"',
      '/house/name.yaml:1 id: "house/name": pack and file name',
      "/house/twice.yaml:13 : YAML: Map keys must be unique",
      ':0 disabled: the id of a rule or pack; "house/none" is none',
    ]);
  });

  it("says where a kind's own field is wrong", async () => {
    write({ "house/pack.yaml": pack, "house/one.yaml": rule("one", "word: [1]\n") });
    const loaded = await loadPacks([root], { disabled: [] });
    const located = await locateProblems(compile(loaded, [words]).problems);
    expect(located).toEqual([{ file: join(root, "house/one.yaml"), line: 13, at: "word", expected: "a word" }]);
  });

  it("names the kinds there are when a rule's kind is unknown", async () => {
    write({ "house/pack.yaml": pack, "house/one.yaml": rule("one") });
    const loaded = await loadPacks([root], { disabled: [] });
    expect(compile(loaded, []).problems).toMatchObject([{ at: "kind" }]);
    expect(compile(loaded, [{ ...words, kind: "other" }]).problems).toMatchObject([{ at: "kind", expected: "one of other" }]);
  });

  it("switches rules and packs off", async () => {
    write({ "house/pack.yaml": pack, "house/one.yaml": rule("one"), "house/two.yaml": rule("two") });
    const ids = async (disabled: readonly string[]): Promise<readonly string[]> =>
      (await loadPacks([root], { disabled })).rules.map((loaded) => loaded.base.id);
    expect(await ids(["house/two"])).toEqual(["house/one"]);
    expect(await ids(["house"])).toEqual([]);
  });

  it("leaves optional rules out until they or their pack are switched on", async () => {
    write({ "house/pack.yaml": pack, "house/one.yaml": rule("one"), "house/two.yaml": `${rule("two")}optional: true\n` });
    const own = 'id: own\nversion: "0.1.0"\ntitle: { zh: 自, en: own }\n';
    write({ "own/pack.yaml": `${own}enable: [house/two]\n`, "bad/pack.yaml": `${own}enable:\n  - house/none\n` });
    const load = (packs: readonly string[], options: Partial<Parameters<typeof loadPacks>[1]>) =>
      loadPacks(
        packs.map((name) => join(root, name)),
        { disabled: [], ...options },
      );
    const ids = async (...asked: Parameters<typeof load>): Promise<readonly string[]> =>
      (await load(...asked)).rules.map((loaded) => loaded.base.id);
    expect(await ids(["house"], {})).toEqual(["house/one"]);
    expect(await ids(["house"], { enabled: ["house/two"] })).toEqual(["house/one", "house/two"]);
    expect(await ids(["house"], { enabled: ["house"] })).toEqual(["house/one", "house/two"]);
    expect(await ids(["house"], { enabled: "all" })).toEqual(["house/one", "house/two"]);
    expect(await ids(["house", "own"], {})).toEqual(["house/one", "house/two"]);
    expect(await ids(["house", "own"], { disabled: ["house/two"] })).toEqual(["house/one"]);
    expect((await load(["house"], {})).switchedOff).toEqual([]);
    expect((await load(["house", "bad"], {})).problems).toEqual([
      { file: join(root, "bad/pack.yaml"), line: 5, at: "enable[0]", expected: 'the id of a rule or pack; "house/none" is none' },
    ]);
  });

  it("lets a later pack override, disable and extend", async () => {
    write({
      "a/pack.yaml": `${pack}tables: { codes: data/codes.tsv }\n`,
      "a/one.yaml": rule("one", "word: x\n"),
      "a/two.yaml": rule("two"),
    });
    write({ "a/data/codes.tsv": "code\tname\n11\t甲\n", "b/data/more.tsv": "code\n12\n" });
    const own = 'id: own\nversion: "0.1.0"\ntitle: { zh: 自, en: own }\ntables: { codes: data/more.tsv }\n';
    write({ "b/pack.yaml": `${own}override: { house/one: { severity: high } }\ndisable: [house/two]\n` });
    const loaded = await loadPacks([join(root, "a"), join(root, "b")], { disabled: [] });
    expect(loaded.problems).toEqual([]);
    expect(loaded.rules.map(({ base, fields }) => [base.id, base.severity, fields])).toEqual([["house/one", "high", { word: "x" }]]);
    const tables = tablesOf(loaded.tables);
    expect([...tables.set("codes")]).toEqual(["11", "12"]);
    expect(tables.rows("codes")).toEqual([{ code: "11", name: "甲" }, { code: "12" }]);
    expect(tables.rows("none")).toBeUndefined();
  });

  it("gives a digest that any change of a name or a content changes", async () => {
    const digest = async (): Promise<string | undefined> => (await loadPacks([root], { disabled: [] })).packs[0]?.digest;
    write({ "house/pack.yaml": pack, "house/one.yaml": rule("one") });
    const first = await digest();
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await digest()).toBe(first);
    write({ "house/one.yaml": `${rule("one")}# changed\n` });
    expect(await digest()).not.toBe(first);
  });

  it.each([
    ["aliases", { "house/pack.yaml": pack, "house/one.yaml": rule("one", "word: &w x\nother: *w\n") }, "no YAML anchors or aliases"],
    [
      "a table outside the pack",
      { "house/pack.yaml": `${pack}tables: { x: ../../x.tsv }\n` },
      "a file of this pack: ../../x.tsv is not there",
    ],
    ["a directory without packs", { "readme.txt": "x" }, "a pack.yaml here or in a folder of it"],
  ])("refuses %s", async (_what, files, expected) => {
    write(files);
    expect((await loadPacks([root], { disabled: [] })).problems).toMatchObject([{ expected }]);
  });
});
