import { describe, expect, it } from "vitest";

import type { Look, RowsFound } from "../../src/detect/contract.ts";
import { createEngine } from "../../src/detect/engine.ts";
import type { Table } from "../../src/model/chunk.ts";
import { memorySource } from "../../src/scan/examine.ts";
import { encode } from "../../src/util/encode.ts";
import { examined, optionsOf, shipped } from "./support/examine.ts";
import { HEADS, list } from "./support/rows.ts";

const { matchers, lexicon } = await shipped();
const engine = createEngine(matchers, lexicon);
const MIB = 1024 * 1024;
const PLAIN = `王芳,,,,,,${"、".repeat(700)}\n`;

/** Rows that can be told by themselves, with many between them that say nothing; `odd` stand at these places of 6.5 MiB. */
function table(
  seed: number,
  encoding: "utf8" | "gb18030",
  odd: readonly { readonly at: number; readonly bytes: Uint8Array }[] = [],
): Large {
  const { text, table: shape } = list(HEADS[0] ?? "", 2000, seed);
  const rows = (encode(text.replaceAll("机密★10年", "机关"), encoding) ?? new Uint8Array()) as Uint8Array;
  const blank = encode(PLAIN.repeat(125), encoding) ?? new Uint8Array();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let from = 0; length < 6.5 * MIB;) {
    // Whole rows, as many bytes of each kind as make parts of both.
    const to = from >= rows.length ? from : rows.indexOf(10, Math.min(rows.length - 1, from + 16_000)) + 1 || rows.length;
    for (const piece of [rows.subarray(from, to), Uint8Array.of(10), blank]) {
      pieces.push(piece);
      length += piece.length;
    }
    from = to;
  }
  const bytes = Buffer.concat(pieces);
  for (const { at, bytes: some } of odd) bytes.set(some, bytes.indexOf(10, at) + 1);
  return { bytes, shape };
}

interface Large {
  readonly bytes: Uint8Array;
  readonly shape: Table;
}

/** Others that answer as a worker does, some of them late; what they say goes through the copy that a message is. */
function helpers(
  { bytes }: Large,
  cap: number,
  most: number,
  answers: string[],
  fate?: (turn: number) => "busy" | "declined" | undefined,
): Look {
  let turn = 0;
  return {
    most,
    least: MIB,
    ask: () => Promise.reject(new Error("rows are asked for")),
    async rows(part) {
      expect(part.table.head).toEqual([]);
      const given = fate?.(turn++);
      if (given !== undefined) return given;
      const found = await engine.rows(optionsOf(cap, []), memorySource(bytes), structuredClone(part));
      if (turn % 2 === 0)
        await new Promise((resolve) => {
          setTimeout(resolve, 20);
        });
      answers.push(found === undefined ? "declined" : `${part.from / MIB}`);
      return found === undefined ? "declined" : (structuredClone(found) as RowsFound);
    },
  };
}

describe.each(["utf8", "gb18030"] as const)("a large table in %s", (encoding) => {
  const large = table(7, encoding);

  it.each([20, 400, 1_000_000])(
    "is told the same when others count its rows and %i of a rule are kept",
    { timeout: 240_000 },
    async (cap) => {
      const alone = await examined(engine, large.bytes, encoding, large.shape, cap);
      expect(alone.result.counts.reduce((sum, { total }) => sum + total, 0)).toBeGreaterThan(5000);
      for (const most of [1, 2]) {
        const answers: string[] = [];
        const helped = await examined(engine, large.bytes, encoding, large.shape, cap, helpers(large, cap, most, answers));
        expect(helped.result).toEqual(alone.result);
        expect(JSON.stringify(helped.result)).toBe(JSON.stringify(alone.result));
        expect(answers).toEqual(most === 1 ? ["3", "5"] : ["2", "4", "5"]);
      }
    },
  );
});

describe("a large table with what others cannot tell", () => {
  const bytes = (text: string): Uint8Array => Buffer.from(text);
  const late = bytes("王芳,,,,,,尾箱密码(A柜)：5520\n");
  const gbk =
    encode("王芳,110101199003074477,13682645189,,浙江省杭州市西湖区文三路9号,,工作单位是当地银行\n", "gb18030") ?? new Uint8Array();
  const long = bytes(`王芳,${"、".repeat(1500)}110101199003074477、13682645189,,,,,\n`);
  const longer = bytes(`王芳,${"、".repeat(3000)}110101199003074477、13682645189,,,,,\n`);
  const person = "王芳,110101199003074477,13682645189,,,,\n";

  it.each<[string, (border: number) => readonly { readonly at: number; readonly bytes: Uint8Array }[], readonly string[]]>([
    ["late evidence", (border) => [{ at: border + 5000, bytes: late }], ["declined"]],
    ["lines in another encoding", (border) => [{ at: border + 5000, bytes: gbk }], ["declined"]],
    ["lines in another encoding before it", (border) => [{ at: border - 5000, bytes: gbk }], ["3", "5"]],
    ["a long row within", (border) => [{ at: border + 5000, bytes: long }], ["3", "5"]],
    ["a row across its border", (border) => [{ at: border - 40, bytes: bytes(person) }], ["3", "5"]],
    ["a long row across its border", (border) => [{ at: border - 3000, bytes: longer }], ["declined"]],
    [
      "a long row at its end",
      (border) => [
        { at: border + MIB - 4600, bytes: long },
        { at: border + MIB, bytes: bytes(person) },
      ],
      ["declined"],
    ],
  ])("is told the same: %s", { timeout: 240_000 }, async (_, odd, expected) => {
    const large = table(3, "utf8", odd(3 * MIB));
    const alone = await examined(engine, large.bytes, "utf8", large.shape, 50);
    const answers: string[] = [];
    const helped = await examined(engine, large.bytes, "utf8", large.shape, 50, helpers(large, 50, 1, answers));
    expect(JSON.stringify(helped.result)).toBe(JSON.stringify(alone.result));
    expect(answers).toEqual(expect.arrayContaining([...expected]));
  });

  it("is dealt with by the one that has it open where the others are busy or decline", { timeout: 240_000 }, async () => {
    const large = table(5, "utf8");
    const alone = await examined(engine, large.bytes, "utf8", large.shape, 50);
    const fate = (turn: number): "busy" | "declined" | undefined => (["busy", undefined, "declined"] as const)[turn];
    const helped = await examined(engine, large.bytes, "utf8", large.shape, 50, helpers(large, 50, 2, [], fate));
    expect(JSON.stringify(helped.result)).toBe(JSON.stringify(alone.result));
  });

  it("asks no one where the first match may be the last", { timeout: 240_000 }, async () => {
    const large = table(5, "utf8");
    const asked: string[] = [];
    const session = engine.open({ ...optionsOf(50, []), kept: () => undefined });
    await session.chunk(
      {
        content: { kind: "range", source: memorySource(large.bytes), from: 0, length: large.bytes.length, encodings: ["utf8"] },
        flow: "body",
        start: 0,
        roles: ["body"],
        table: large.shape,
      },
      helpers(large, 50, 1, asked),
    );
    session.end();
    expect(asked).toEqual([]);
  });
});
