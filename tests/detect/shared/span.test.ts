import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";

import { ValueFirst, valuePlace } from "../../../src/detect/shared/span.ts";

it.each([
  ["a(?<value>b)", "at-end"],
  ["a(?<value>b(?:c|[)])d)(?=[,)]|$)(?!x)", "at-end"],
  ["ab", "all"],
  ["a(?<value>b)c", "within"],
  ["a(?<value>b)?", "within"],
  ["a(?<value>b)(?=c)d", "within"],
  ["a(?<value>b)|c", "within"],
  ["(?:a(?<value>b))", "within"],
])("%s has its value %s", (source, place) => {
  expect(valuePlace(source)).toBe(place);
});

it("says that the value is all of a match only where nothing before it can begin so", () => {
  const first = new ValueFirst(`["'\\s]{0,4}(?:\\+?86)?(?<value>1\\d+)`, "");
  expect([..."1x客"].map((character) => first.isAt(character.charCodeAt(0)))).toEqual([true, true, true]);
  expect([..."\"'+8 \u3000"].map((character) => first.isAt(character.charCodeAt(0)))).toEqual([false, false, false, false, false, false]);
  expect(new ValueFirst("[\u4e00-\u9fff]?(?<value>1)", "").isAt("客".charCodeAt(0))).toBe(false);
  expect(new ValueFirst("(?<value>1)", "").isAt(Number.NaN)).toBe(false);
});

interface Written {
  readonly patterns?: readonly { readonly regex: string; readonly flags?: string }[];
  readonly examples?: Record<string, readonly unknown[]>;
}

it("holds for every shipped expression in all examples of its rule", () => {
  let met = 0;
  for (const file of readdirSync("rules", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"))) {
    const { patterns = [], examples = {} } = parse(readFileSync(join("rules", file), "utf8")) as Written;
    const texts = Object.values(examples).flatMap((list) => list.map((one) => (typeof one === "string" ? one : JSON.stringify(one))));
    for (const { regex: source, flags = "" } of patterns) {
      if (valuePlace(source) !== "at-end") continue;
      const regex = new RegExp(source, `${flags}dy`);
      const first = new ValueFirst(source, flags);
      for (const text of texts) {
        for (let at = 0; at < text.length; at++) {
          regex.lastIndex = at;
          const found = regex.exec(text);
          if (found === null) continue;
          const [start, end] = found.indices?.groups?.["value"] ?? [-1, -1];
          expect(end).toBe(regex.lastIndex);
          if (first.isAt(text.charCodeAt(at))) expect(start).toBe(at);
          met++;
        }
      }
    }
  }
  expect(met).toBeGreaterThan(500);
});
