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

  it("come to the same where no passages are made of them", async () => {
    const plain = createEngine(
      matchers.filter(({ over }) => over?.scope !== "passage"),
      lexicon,
    );
    const { text, table } = list(HEADS[0] ?? "", 4000, 5);
    const bytes = encode(text, "utf8") ?? new Uint8Array();
    const whole = await examined(plain, bytes, "utf8", table);
    const counted = await examined(plain, bytes, "utf8", table, 20);
    expect(sums(counted.result)).toEqual(sums(whole.result));
    expect(whole.result.subjects.length).toBeGreaterThan(2000);
  });
});
