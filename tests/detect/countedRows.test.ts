import { describe, expect, it } from "vitest";

import type { SessionResult } from "../../src/detect/contract.ts";
import { createEngine } from "../../src/detect/engine.ts";
import type { Matcher } from "../../src/model/rule.ts";
import type { ByteEncoding } from "../../src/util/decode.ts";
import { encode } from "../../src/util/encode.ts";
import { examined, shipped } from "./support/examine.ts";
import { HEADS, list } from "./support/rows.ts";

const { matchers, lexicon } = await shipped();
let windows = 0;
const counting = matchers.map((matcher): Matcher => ({
  ...matcher,
  confirm(window, emit, brief) {
    windows++;
    matcher.confirm(window, emit, brief);
  },
}));
const engine = createEngine(counting, lexicon);

/** All that is counted, without what is stored of it. */
function sums({ counts, subjects, subjectsBy, matches }: SessionResult): unknown {
  return {
    counts: counts.map(({ ruleId, confidence, total }) => `${ruleId} ${confidence} ${total}`),
    subjects: [...subjects].toSorted(),
    subjectsBy,
    groups: matches.flatMap(({ ruleId, group }) => {
      if (group === undefined) return [];
      const { kind, matches: members, rows, subjects: people, parts } = group;
      return [{ ruleId, kind, members, rows, people, parts: parts.map((part) => `${part.infoType} ${part.column ?? ""} ${part.matches}`) }];
    }),
  };
}

describe("rows that are only counted", () => {
  it.each<[string, ByteEncoding, number]>([
    [HEADS[0] ?? "", "utf8", 1],
    [HEADS[1] ?? "", "utf8", 2],
    [HEADS[2] ?? "", "gb18030", 3],
    ["甲,乙,丙,丁,戊,己,庚", "utf8", 4],
  ])("of a table with the columns %s in %s come to the same as rows that are looked at whole", async (head, encoding, seed) => {
    const { text, table } = list(head, 4000, seed);
    const bytes = encode(text, encoding) ?? new Uint8Array();
    windows = 0;
    const whole = await examined(engine, bytes, encoding, table);
    const all = windows;
    windows = 0;
    const counted = await examined(engine, bytes, encoding, table, 20);
    expect(sums(counted.result)).toEqual(sums(whole.result));
    expect(whole.result.subjects.length).toBeGreaterThan(2000);
    // Otherwise nothing has been shown of rows that are only counted.
    expect(windows).toBeLessThan(0.9 * all);
  });

  it("come to the same where an entry has more rows than passages are kept of", async () => {
    const head = "姓名,身份证号,手机号";
    const { text } = list(head, 1000, 5);
    const rows = text.split("\n").slice(1);
    // The same people with other numbers.
    const lines = Array.from({ length: 22 }, (_, at) =>
      rows.map((row) =>
        row
          .split(",")
          .slice(0, 3)
          .join(",")
          .replaceAll("138", `1${30 + at}`),
      ),
    );
    const whole = [head, ...lines.flat()];
    const table = { id: "t", separator: ",", row: 1, head: whole.slice(0, 15).map((line) => line.split(",")) };
    const bytes = encode(whole.join("\n"), "utf8") ?? new Uint8Array();
    const all = await examined(engine, bytes, "utf8", table);
    const counted = await examined(engine, bytes, "utf8", table, 20);
    expect(sums(counted.result)).toEqual(sums(all.result));
  }, 120_000);
});
