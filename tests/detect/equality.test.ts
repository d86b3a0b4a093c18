import { describe, expect, it } from "vitest";

import { createEngine } from "../../src/detect/engine.ts";
import type { Encoding, Table } from "../../src/model/chunk.ts";
import type { Matcher } from "../../src/model/rule.ts";
import { encode } from "../../src/util/encode.ts";
import { numbers, randomDocument } from "./support/documents.ts";
import { examined, found, shipped } from "./support/examine.ts";

const { matchers, lexicon } = await shipped();

/** What GB18030 and Big5 cannot write is left out. */
function bytesOf(text: string, encoding: Encoding): Uint8Array {
  if (encoding === "utf16le") return Buffer.from(text, "utf16le");
  if (encoding === "utf16be") return Buffer.from(text, "utf16le").swap16();
  const writable = encoding === "utf8" ? text : [...text].filter((one) => encode(one, encoding) !== undefined).join("");
  return encode(writable, encoding) ?? new Uint8Array();
}

const encodings: readonly Encoding[] = ["utf8", "gb18030", "big5", "utf16le", "utf16be"];

describe("a glance", () => {
  const blind = matchers.map((matcher): Matcher => ({
    ...matcher,
    glance: () => true,
    essential: undefined,
    triggers: matcher.triggers.map((one) =>
      one.kind === "digits"
        ? { ...one, before: Array.from({ length: 128 }, (__, code) => code), shape: { key: "", make: () => undefined } }
        : one,
    ),
  }));
  const table: Table = {
    id: "t",
    separator: ",",
    row: 1,
    head: [["姓名", "身份证号", "手机号", "卡号", "地址", "邮箱", "护照号", "密码"]],
  };

  const list: Table = { id: "l", separator: "\t", row: 1, head: [["名单"], ["一"]] };

  it.each(encodings)("loses nothing of random documents in %s", async (encoding) => {
    const [sighted, all] = [createEngine(matchers, lexicon), createEngine(blind, lexicon)];
    let total = 0;
    for (const seed of [1, 2]) {
      const bytes = bytesOf(randomDocument(matchers, numbers(seed), 16_000), encoding);
      for (const one of [undefined, table, list]) {
        const expected = await found(all, bytes, encoding, one);
        total += expected.length;
        expect(await found(sighted, bytes, encoding, one)).toEqual(expected);
      }
    }
    expect(total).toBeGreaterThan(300);
  });

  const wide = (text: string): string => text.replace(/[!-~]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0));
  const spaced = (text: string): string => text.replace(/(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])/g, " ");

  it.each([
    ["as they stand", (text: string) => text, undefined],
    ["spaced", spaced, undefined],
    ["full-width", wide, undefined],
    ["between tabs", (text: string) => text.replaceAll("\n", "\t"), undefined],
    ["in a table", (text: string) => `${text.replaceAll("\n", ",")}\n`, table],
  ] as const)("loses no line of the examples, %s", async (_, written, one) => {
    const [sighted, all] = [createEngine(matchers, lexicon), createEngine(blind, lexicon)];
    let total = 0;
    for (const { rule, triggers } of matchers) {
      if (!triggers.some(({ kind }) => kind === "line")) continue;
      for (const { text } of [...rule.examples.match, ...rule.examples.noMatch]) {
        for (const encoding of ["utf8", "gb18030"] as const) {
          const bytes = bytesOf(written(text), encoding);
          const expected = await found(all, bytes, encoding, one);
          total += expected.length;
          expect(await found(sighted, bytes, encoding, one), text).toEqual(expected);
        }
      }
    }
    expect(total).toBeGreaterThan(50);
  });
});

describe("the kernels", () => {
  it.each(encodings)("give the same findings of random documents in %s", async (encoding) => {
    const [fast, plain] = [createEngine(matchers, lexicon, "wasm"), createEngine(matchers, lexicon, "ts")];
    const bytes = bytesOf(randomDocument(matchers, numbers(5), 30_000), encoding);
    const expected = await found(plain, bytes, encoding);
    expect(expected.length).toBeGreaterThan(50);
    expect(await found(fast, bytes, encoding)).toEqual(expected);
  });
});

describe("the storing cap", () => {
  it("changes no count, no subject and no group", async () => {
    const next = numbers(11);
    const rows = ["姓名,身份证号,手机号,卡号,地址,邮箱"];
    const people = [
      "王建国,440308199001152170,13682645189,6222021001116245702",
      "欧阳文静,320106198512034023,15921877043,6217000010001234569",
    ];
    for (let row = 0; row < 900; row++) {
      const digits = String(next(100_000_000)).padStart(8, "0");
      rows.push(`${people[next(2)] ?? ""},浙江省杭州市西湖区文三路${next(900) + 1}号3幢2单元501室,a${digits}@163.com`);
      if (next(4) === 0) rows.push(`赵六,110101199003078671,139${digits},6222021001116245703,,订单 138${digits}`);
    }
    const bytes = Buffer.from(rows.join("\n"));
    const table: Table = { id: "t", separator: ",", row: 1, head: rows.slice(0, 15).map((row) => row.split(",")) };
    const engine = createEngine(matchers, lexicon);
    const all = (await examined(engine, bytes, "utf8", table)).result;
    const few = (await examined(engine, bytes, "utf8", table, 5)).result;
    expect(few.counts.map(({ total, ...count }) => [count.ruleId, count.confidence, total])).toEqual(
      all.counts.map(({ total, ...count }) => [count.ruleId, count.confidence, total]),
    );
    expect(few.subjects.toSorted()).toEqual(all.subjects.toSorted());
    expect(few.matches.filter(({ group }) => group !== undefined).map(({ group }) => group?.matches)).toEqual(
      all.matches.filter(({ group }) => group !== undefined).map(({ group }) => group?.matches),
    );
    expect(all.counts.some(({ total }) => total > 900)).toBe(true);
  });
});

describe("where a block ends", () => {
  /** Without line, column and offsets, which a shift changes. */
  const shifted = (lines: readonly string[], by: number): readonly string[] =>
    lines
      .map((line) =>
        line
          .replace(/ \| (\d+)-(\d+) \| \d+:/, (_, start: string, end: string) => ` | ${Number(start) - by}-${Number(end) - by} | `)
          .replace(/position:position:(?:top|tail) ?/g, ""),
      )
      .toSorted();

  it.each<Encoding>(["utf8", "gb18030", "utf16le"])("changes nothing in %s", async (encoding) => {
    const engine = createEngine(matchers, lexicon);
    const document = bytesOf(`\n${randomDocument(matchers, numbers(21), 14_000)}\n`, encoding);
    const line = bytesOf(`${"填充".repeat(30)}\n`, encoding);
    const tail = Buffer.concat(Array.from({ length: 600 }, () => line));
    const around = (lines: number): Uint8Array => Buffer.concat([...Array.from({ length: lines }, () => line), document, tail]);
    // What is found stands in bytes of the flow, which is UTF-8 where the file is UTF-16.
    const size = encoding === "utf16le" ? Buffer.from("填充".repeat(30) + "\n").length : line.length;
    const expected = shifted(await found(engine, around(40), encoding), 40 * size);
    expect(expected.length).toBeGreaterThan(40);
    const lines = Math.floor((256 * 1024 - document.length) / line.length);
    for (let more = -8; more < 100; more += 12) {
      const count = lines + more;
      expect(shifted(await found(engine, around(count), encoding), count * size)).toEqual(expected);
    }
  });
});
