import { describe, expect, it } from "vitest";

import type { Look, Stretch } from "../../src/detect/contract.ts";
import { createEngine } from "../../src/detect/engine.ts";
import { memorySource } from "../../src/scan/examine.ts";
import { encode } from "../../src/util/encode.ts";
import { numbers, randomDocument } from "./support/documents.ts";
import { examined, shipped } from "./support/examine.ts";

const { matchers, lexicon } = await shipped();
const engine = createEngine(matchers, lexicon);
const MIB = 1024 * 1024;
const others = { least: 32 * MIB, rows: () => Promise.reject(new Error("no column has a name")) };
const PART = 8 * MIB;

/** 41 MiB of lines that say nothing, with documents here and there, and across every border of a part. */
function largeText(encoding: "utf8" | "gb18030"): Uint8Array {
  const next = numbers(11);
  const written = (text: string): Uint8Array =>
    encode([...text].filter((one) => encode(one, encoding) !== undefined).join(""), encoding) ?? new Uint8Array();
  const bytes = Buffer.alloc(41 * MIB, written("会议要求各部门认真学习，系统运行正常。\n"));
  const put = (at: number): void => {
    const document = written(`\n${randomDocument(matchers, next, 1500)}\n`);
    bytes.set(document, at);
  };
  for (let border = PART; border < bytes.length; border += PART) put(border - 200 - next(1500));
  for (let count = 0; count < 40; count++) put(next(bytes.length - 16_384));
  return bytes;
}

describe.each(["utf8", "gb18030"] as const)("a large text in %s", (encoding) => {
  const bytes = largeText(encoding);

  it("holds the same when others look ahead, answer late, have no time or give up", { timeout: 120_000 }, async () => {
    const alone = await examined(engine, bytes, encoding);
    const stretches: Stretch[] = [];
    let answers = 0;
    const look: Look = {
      ...others,
      most: 2,
      async ask(stretch) {
        stretches.push(stretch);
        const turn = answers++;
        if (turn === 2) return "busy";
        const found = await engine.look(memorySource(bytes), stretch);
        await new Promise((resolve) => {
          setTimeout(resolve, 50 * (turn % 2));
        });
        if (found === undefined) return "declined";
        answered.push(stretch.from);
        return found;
      },
    };
    const answered: number[] = [];
    const helped = await examined(engine, bytes, encoding, undefined, undefined, look);
    expect(alone.lines.length).toBeGreaterThan(300);
    expect(helped.lines).toEqual(alone.lines);
    expect(helped.result).toEqual(alone.result);
    expect(answered.length).toBeGreaterThanOrEqual(2);
    expect(stretches.every(({ from }) => from % PART === 0)).toBe(true);
  });

  it("holds the same as a table whose columns have no names", { timeout: 120_000 }, async () => {
    const list = { id: "t", separator: "\t", row: 1, head: [] };
    const alone = await examined(engine, bytes, encoding, list);
    let answers = 0;
    const look: Look = {
      ...others,
      most: 2,
      async ask(stretch) {
        answers++;
        return (await engine.look(memorySource(bytes), stretch)) ?? "declined";
      },
    };
    expect((await examined(engine, bytes, encoding, list, undefined, look)).lines).toEqual(alone.lines);
    expect(answers).toBeGreaterThan(1);
  });

  it("is looked at here where an answer is declined", { timeout: 120_000 }, async () => {
    const helped = await examined(engine, bytes, encoding, undefined, undefined, {
      ...others,
      most: 3,
      ask: () => Promise.resolve("declined"),
    });
    expect(helped.lines).toEqual((await examined(engine, bytes, encoding)).lines);
  });
});

it("tells nothing of a stretch that is full of candidates, or that goes on behind the text", async () => {
  const full = Buffer.alloc(2 * MIB, "13800138000 ");
  const stretch = {
    first: 0,
    last: full.length,
    from: 0,
    to: full.length,
    encoding: "utf8",
    roles: ["body"],
    inTable: false,
    list: false,
  } as const;
  expect(await engine.look(memorySource(full), stretch)).toBeUndefined();
  const short = memorySource(full.subarray(0, 1000));
  expect(await engine.look(short, stretch)).toBeUndefined();
  expect(await engine.look(short, { ...stretch, last: 1000, to: 1000 })).toHaveLength(3 * 83);
});
