import { describe, expect, it } from "vitest";

import { createEngine } from "../../src/detect/engine.ts";
import { AHEAD, BLOCK } from "../../src/detect/flow.ts";
import { found, shipped } from "../detect/support/examine.ts";
import type { Encoding } from "../../src/model/chunk.ts";
import { encode } from "../../src/util/encode.ts";

const { matchers, lexicon } = await shipped();
const engine = createEngine(matchers, lexicon);
/** Says nothing, and has no word that speaks against what stands near it. */
const LINE = "会议要求各部门认真学习，大家畅所欲言。\n";

/** A text at the end of the first block that is read, and at the end of what of it is looked at before the next. */
function acrossBorders(text: string): string {
  let placed = "";
  for (const border of [BLOCK - AHEAD, BLOCK]) {
    const room = border - Buffer.byteLength(placed) - Math.ceil(Buffer.byteLength(text) / 2);
    placed += `${LINE.repeat(Math.floor(room / Buffer.byteLength(LINE)))}${"\n".repeat(room % Buffer.byteLength(LINE))}\n${text}\n\n`;
  }
  return placed + LINE.repeat(20);
}

interface Example {
  readonly id: string;
  readonly text: string;
}

/** Texts of bodies. */
const examples = matchers.flatMap(({ rule }): readonly Example[] =>
  rule.examples.match.flatMap(({ text, role, name }) => (role === undefined && name === undefined ? [{ id: rule.id, text }] : [])),
);

/** Rules that look round what they find and nowhere else. */
const local = new Set(
  matchers.flatMap(({ rule, triggers, tag, tiers, over }) => {
    const asked = tiers.flatMap(({ all, none = [] }) => [...all, ...none]);
    const alone = tag === undefined && over === undefined && triggers.every(({ kind }) => kind !== "line");
    return alone && !asked.some((one) => /^(?:tag|position):/.test(one)) ? [rule.id] : [];
  }),
);

function written(text: string, encoding: Encoding): Uint8Array | undefined {
  if (encoding === "utf16le") return Buffer.from(text, "utf16le");
  if (encoding === "utf16be") return Buffer.from(text, "utf16le").swap16();
  return encode(text, encoding);
}

/** What a rule finds in a text: confidence and value of each match, in order. */
async function of(id: string, text: string, encoding: Encoding): Promise<readonly string[] | undefined> {
  const bytes = written(text, encoding);
  if (bytes === undefined) return undefined;
  const lines = (await found(engine, bytes, encoding)).map((line) => line.split(" | "));
  return lines.flatMap(([rule, confidence, , , value]) => (rule === id ? [`${confidence} ${value}`] : [])).toSorted();
}

describe("examples of the shipped rules", () => {
  it("are enough to say something", () => {
    expect(examples.length).toBeGreaterThan(300);
  });

  it.each<Encoding>(["gb18030", "big5", "utf16le", "utf16be"])("are found in %s as in UTF-8", { timeout: 240_000 }, async (encoding) => {
    let count = 0;
    const other: string[] = [];
    for (const { id, text } of examples) {
      const there = await of(id, text, encoding);
      if (there === undefined) continue;
      count++;
      if (String(there) !== String(await of(id, text, "utf8"))) other.push(`${id}: ${text}`);
    }
    expect(other).toEqual([]);
    expect(count).toBeGreaterThan(encoding === "big5" ? 50 : 300);
  });

  it.each<Encoding>(["utf8", "gb18030", "utf16le"])("are found with full-width digits, in %s", { timeout: 240_000 }, async (encoding) => {
    let count = 0;
    const other: string[] = [];
    for (const { id, text } of examples) {
      const wide = text.replace(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
      // Nobody types a command so, and no program would run it.
      if (wide === text || id === "secrets/command-password") continue;
      count++;
      if (String(await of(id, wide, encoding)) !== String(await of(id, text, "utf8"))) other.push(`${id}: ${text}`);
    }
    expect(other).toEqual([]);
    expect(count).toBeGreaterThan(200);
  });

  it.each<[string, (text: string) => string, number]>([
    ["at the end", (text) => `${LINE.repeat(100)}\n\n${text}`, 1],
    ["at the start", (text) => `${text}\n\n${LINE.repeat(100)}`, 1],
    ["in the middle", (text) => `${LINE.repeat(100)}\n\n${text}\n\n${LINE.repeat(100)}`, 1],
    ["across the borders of blocks that are read and looked at", acrossBorders, 2],
    ["twice", (text) => `${text}\n\n${LINE.repeat(100)}\n\n${text}\n`, 2],
  ])("are found %s", { timeout: 240_000 }, async (_, placed, times) => {
    const other: string[] = [];
    for (const { id, text } of examples) {
      if (!local.has(id)) continue;
      const alone = (await of(id, text, "utf8")) ?? [];
      const there = (await of(id, placed(text), "utf8")) ?? [];
      const expected = Array.from({ length: times }, () => alone)
        .flat()
        .toSorted();
      if (String(there) !== String(expected)) other.push(`${id}: ${text}\n${there}\n${expected}`);
    }
    expect(other).toEqual([]);
  });
});
