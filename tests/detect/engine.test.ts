import { describe, expect, it } from "vitest";

import { createEngine } from "../../src/detect/engine.ts";
import { columnLexicon } from "../../src/detect/table.ts";
import { createSeal } from "../../src/judge/seal.ts";
import type { Chunk, Encoding, Table } from "../../src/model/chunk.ts";
import type { SealedMatch } from "../../src/model/finding.ts";
import type { Matcher, RuleBase, Trigger } from "../../src/model/rule.ts";
import { memorySource } from "../../src/scan/examine.ts";
import { encode } from "../../src/util/encode.ts";

function rule(id: string, infoType: string, rank = 10): RuleBase {
  const text = { zh: id, en: id };
  return {
    id,
    kind: "test",
    infoType,
    title: text,
    description: text,
    severity: "medium",
    dataClass: "C2",
    rank,
    mask: "none",
    references: [],
    examples: { match: [], noMatch: [] },
  };
}

/** Takes what the pattern gives at the candidate; says `pattern`, `top` and `tail`. */
function matcher(id: string, infoType: string, triggers: readonly Trigger[], pattern: RegExp, more: Partial<Matcher> = {}): Matcher {
  return {
    rule: rule(id, infoType),
    triggers,
    maxSpan: 64,
    tiers: [{ confidence: "medium", all: ["pattern"] }],
    confirm(window, emit) {
      const sticky = new RegExp(pattern.source, "y");
      sticky.lastIndex = window.start;
      const found = sticky.exec(window.text);
      if (found === null) return;
      const evidence = [{ by: "pattern", name: "pattern", effect: "states" } as const];
      const places = [window.top ? "top" : "", window.tail ? "tail" : ""].filter((name) => name !== "");
      emit({
        start: found.index,
        end: found.index + found[0].length,
        value: found[0].replace(/[ -]/g, ""),
        evidence: [...evidence, ...places.map((name) => ({ by: "position", name, effect: "states" }) as const)],
      });
    },
    ...more,
  };
}

const number = matcher("t/number", "CN_MOBILE", [{ kind: "digits", min: 11, max: 11 }], /1\d{10}(?!\d)/);
const mark = matcher("t/mark", "MARK", [{ kind: "literal", text: "机密" }], /机密★\d+年/);
const lexicon = columnLexicon({ entities: { mobile: { strong: ["手机"] }, person_name: { strong: ["姓名"] } } });
const key = new Uint8Array(32);

async function examine(
  chunks: readonly Chunk[],
  matchers: readonly Matcher[] = [number, mark],
  cap = 1000,
): Promise<readonly SealedMatch[]> {
  const session = createEngine(matchers, lexicon).open({
    name: "x.txt",
    asOf: "2026-01-01T00:00:00Z",
    seal: createSeal(key, false),
    subjects: { of: (type, value) => `${type}:${value}` },
    cap,
    signal: new AbortController().signal,
  });
  for (const chunk of chunks) await session.chunk(chunk);
  return session.end().matches;
}

function range(bytes: Uint8Array, encodings: readonly [Encoding, ...Encoding[]], table?: Table): Chunk {
  return {
    content: { kind: "range", source: memorySource(bytes), from: 0, length: Number.MAX_SAFE_INTEGER, encodings },
    flow: "body",
    start: 0,
    roles: ["body"],
    ...(table === undefined ? {} : { table }),
  };
}

function text(content: string, start = 0): Chunk {
  const bytes = Buffer.from(content);
  return {
    content: { kind: "utf8", bytes, locate: (offset) => ({ kind: "offset", bytes: offset }) },
    flow: "body",
    start,
    roles: ["body"],
  };
}

const seen = (matches: readonly SealedMatch[]): string[] =>
  matches.map(
    ({ masked, location }) => `${masked} ${location.kind === "line" ? `${location.line}:${location.column}` : JSON.stringify(location)}`,
  );

describe("the engine", () => {
  it("finds a text in every encoding, with line and column", async () => {
    const content = "第一行\n电话１３８００１３８００１，机密★10年\r\n\r\n13900139002\n";
    const expected = ["13800138001 2:3", "机密★10年 2:15", "13900139002 4:1"];
    expect(seen(await examine([range(Buffer.from(content), ["utf8"])]))).toEqual(expected);
    expect(seen(await examine([range(encode(content, "gb18030") ?? key, ["gb18030"])]))).toEqual(expected);
    expect(seen(await examine([range(Buffer.from(content, "utf16le"), ["utf16le"])]))).toEqual(expected);
    expect(seen(await examine([range(Buffer.from(content, "utf16le").swap16(), ["utf16be"])]))).toEqual(expected);
  });

  it("reads on across chunks of a flow", async () => {
    const [one, two] = ["电话139", "00139002，机密★10年"];
    const matches = await examine([text(one), text(two, Buffer.byteLength(one))]);
    expect(matches.map(({ masked, start }) => [masked, start])).toEqual([
      ["13900139002", 6],
      ["机密★10年", 20],
    ]);
  });

  it("loses and doubles nothing wherever a block ends", async () => {
    const unit = "\n13900139002 机密★10年 普通文字";
    for (const encoding of ["utf8", "gb18030"] as const) {
      for (const shift of [0, 1, 3]) {
        const content = "x".repeat(shift) + unit.repeat(9_000);
        const bytes = encode(content, encoding) ?? key;
        const matches = await examine([range(bytes, [encoding])], [number, mark], 1_000_000);
        expect(matches.length).toBe(18_000);
        const last = matches.at(-1);
        expect(last?.location).toEqual({ kind: "line", line: 9_001, column: 13 });
        expect(last?.end).toBe(bytes.length - (encode(" 普通文字", encoding) ?? key).length);
      }
    }
  });

  it("reads a text of undecided encoding from a source that goes back by 1 MiB only", async () => {
    const bytes = encode("普通文字\n".repeat(160_000) + "13900139002\n", "gb18030") ?? key;
    let furthest = 0;
    const inner = memorySource(bytes);
    const source: typeof inner = {
      ...inner,
      seekable: false,
      read(into, offset) {
        if (offset < furthest - 1024 * 1024) throw new RangeError("stepped back");
        furthest = Math.max(furthest, offset + into.length);
        return inner.read(into, offset);
      },
    };
    const chunk = range(bytes, ["gb18030", "big5", "utf8"]);
    const given: Chunk = chunk.content.kind === "range" ? { ...chunk, content: { ...chunk.content, source } } : chunk;
    expect(bytes.length).toBeGreaterThan(1024 * 1024);
    const found = seen(await examine([given]));
    expect(found).toContain("13900139002 160001:1");
    expect(found).toEqual(seen(await examine([chunk])));
  });

  describe("reads lines in another encoding than their text's", () => {
    const filler = "会议强调要坚持稳中求进的工作总基调，资产质量总体稳定。\n";
    const strange = "机密★10年 电话13900139002\n";
    for (const [main, other] of [
      ["utf8", "gb18030"],
      ["gb18030", "utf8"],
    ] as const) {
      it(`${other} in the midst and at both ends of ${main}`, async () => {
        const [common, odd] = [encode(filler, main) ?? key, encode(strange, other) ?? key];
        const fill = (times: number): Uint8Array[] => Array.from({ length: times }, () => common);
        const bytes = Buffer.concat([...fill(2), odd, ...fill(9_000), odd, common, odd, ...fill(9_000), odd]);
        const matches = await examine([range(bytes, [main])]);
        expect(seen(matches)).toEqual([3, 9_004, 9_006, 18_007].flatMap((line) => [`机密★10年 ${line}:1`, `13900139002 ${line}:10`]));
        const places = matches.map(({ evidence }) => evidence.filter(({ by }) => by === "position").map(({ name }) => name));
        expect(places).toEqual([["top"], ["top"], [], [], [], [], ["tail"], ["tail"]]);
      });
    }

    it("tells what stands in one place once, whatever it is read in", async () => {
      const bytes = Buffer.concat([Buffer.from(filler + strange), encode(filler + strange, "gb18030") ?? key]);
      const found = seen(await examine([range(bytes, ["gb18030", "utf8"])]));
      expect(found.toSorted()).toEqual(["13900139002 2:10", "13900139002 4:10", "机密★10年 2:1", "机密★10年 4:1"]);
    });

    it("leaves what stands between such lines to the text", async () => {
      const line = encode("客户资料一览\n", "gb18030") ?? key;
      const bytes = Buffer.concat([line, Buffer.from("电话13900139002\n"), line]);
      expect(seen(await examine([range(bytes, ["utf8"])]))).toEqual(["13900139002 2:3"]);
    });
  });

  it("knows the top and the tail of a flow", async () => {
    const lines = Array.from({ length: 40 }, (_, index) => `\n139001390${String(index + 10)}`);
    const matches = await examine([text(lines.join("\n"))]);
    const said = (name: string): number[] =>
      matches.flatMap(({ masked, evidence }) => (evidence.some((one) => one.name === name) ? [Number(masked.slice(9)) - 10] : []));
    expect(said("top")).toEqual(Array.from({ length: 15 }, (_, index) => index));
    expect(said("tail")).toEqual([35, 36, 37, 38, 39]);
  });

  it("gives line rules the lines of top and tail, once each", async () => {
    const line = matcher(
      "t/line",
      "LINE",
      [
        { kind: "line", position: "top" },
        { kind: "line", position: "tail" },
      ],
      /第\d+行/,
    );
    const content = Array.from({ length: 30 }, (_, index) => `第${index + 1}行`).join("\n\n");
    const lines = async (length: number): Promise<string[]> =>
      (await examine([text(content.split("\n\n").slice(0, length).join("\n\n"))], [line])).map(({ masked }) => masked);
    expect(await lines(3)).toEqual(["第1行", "第2行", "第3行"]);
    expect(await lines(30)).toEqual([
      ...Array.from({ length: 15 }, (_, index) => `第${index + 1}行`),
      "第26行",
      "第27行",
      "第28行",
      "第29行",
      "第30行",
    ]);
  });

  it("names columns and rows, and gives a row's matches each other as evidence", async () => {
    const csv = '姓名,手机,备注\n"王,五",13900139002,13700137003\n赵六,"139 0013 9004",\n';
    const peers = matcher("t/number", "CN_MOBILE", [{ kind: "digits", min: 11, max: 11 }], /1\d{2}[ -]?\d{4}[ -]?\d{4}/, {
      tiers: [
        { confidence: "high", all: ["pattern", "row:PERSON_NAME"] },
        { confidence: "medium", all: ["pattern"] },
      ],
    });
    const table: Table = { id: "t", separator: ",", row: 1, head: csv.split("\n").map((line) => line.split(",")) };
    const matches = await examine([range(Buffer.from(csv), ["utf8"], table)], [peers]);
    expect(matches.map(({ masked, confidence, cell, excerpt }) => [masked, confidence, cell?.row, cell?.column, excerpt])).toEqual([
      ["13900139002", "high", 2, 2, "手机 13900139002"],
      ["13700137003", "high", 2, 3, "13700137003"],
      ["13900139004", "high", 3, 2, "手机 13900139004"],
    ]);
  });

  it("gives cells of named columns to rules that ask for them", async () => {
    const name = matcher("t/name", "PERSON_NAME", [{ kind: "column", infoType: "PERSON_NAME" }], /[^,"\t\n]+/);
    const csv = "编号\t姓名\n1\t王五\n2\t\n3\t赵六\n";
    const table: Table = { id: "t", separator: "\t", row: 1, head: csv.split("\n").map((line) => line.split("\t")) };
    expect((await examine([range(Buffer.from(csv), ["utf8"], table)], [name])).map(({ masked }) => masked)).toEqual(["王五", "赵六"]);
  });

  it("waits for tags, which features of the whole entry make", async () => {
    const feature = (id: string, word: string): Matcher =>
      matcher(id, "F", [{ kind: "literal", text: word }], new RegExp(word), {
        tag: { name: "official", threshold: 2, weights: { pattern: 1, [word]: 1 } },
        confirm: (window, emit) =>
          emit({
            start: window.start,
            end: window.end,
            value: word,
            evidence: [
              { by: "pattern", name: word, effect: "states" },
              { by: "pattern", name: "pattern", effect: "states" },
            ],
          }),
      });
    const tagged = matcher("t/mark", "MARK", [{ kind: "literal", text: "机密" }], /机密/, {
      tiers: [
        { confidence: "high", all: ["pattern", "tag:official"] },
        { confidence: "low", all: ["pattern"] },
      ],
    });
    const found = async (content: string): Promise<string[]> =>
      (await examine([text(content)], [tagged, feature("t/f", "抄送")])).map(({ confidence }) => confidence);
    expect(await found("机密\n\n抄送：各部门")).toEqual(["high"]);
    expect(await found("机密\n\n")).toEqual(["low"]);
  });

  it("keeps what the cap allows and counts the rest", async () => {
    const session = createEngine([number], lexicon).open({
      name: "x",
      asOf: "",
      seal: createSeal(key, false),
      subjects: { of: (type, value) => `${type}:${value}` },
      cap: 10,
      signal: new AbortController().signal,
    });
    await session.chunk(text(Array.from({ length: 500 }, (_, index) => `13900139${String(index % 100).padStart(3, "0")}`).join("\n")));
    const result = session.end();
    expect(result.matches.length).toBe(10);
    expect(result.counts).toEqual([{ ruleId: "t/number", confidence: "medium", total: 500, stored: 10 }]);
    expect(result.subjects.length).toBe(100);
  });

  it("finds words of rules in full-width letters as they are written", async () => {
    const wide = matcher("t/wide", "DEVICE", [{ kind: "literal", text: "ＩＭＥＩ" }], /IMEI:\d+/);
    const content = "设备ＩＭＥＩ：４９０\nｉｍｅｉ：１\n";
    for (const encoding of ["utf8", "gb18030"] as const)
      expect(seen(await examine([range(encode(content, encoding) ?? key, [encoding])], [wide]))).toEqual(["IMEI:490 1:3"]);
  });

  it("counts lines on over stretches of a text whose encoding is not certain", async () => {
    const [first, second] = ["第一行\n第二行\n", "13800138001\n13900139002\n"];
    const bytes = encode(first, "gb18030") ?? key;
    const head = range(bytes, ["gb18030", "big5"]);
    const rest = { ...range(encode(second, "gb18030") ?? key, ["gb18030", "big5"]), start: bytes.length };
    expect(seen(await examine([head, rest]))).toEqual(["13800138001 3:1", "13900139002 4:1"]);
  });

  it("tells of every block it has read", async () => {
    let blocks = 0;
    const session = createEngine([number], lexicon).open({
      name: "x",
      asOf: "",
      seal: createSeal(key, false),
      subjects: { of: (type, value) => `${type}:${value}` },
      cap: 10,
      progress: () => void blocks++,
      signal: new AbortController().signal,
    });
    await session.chunk(range(Buffer.alloc(1024 * 1024, "填充\n"), ["utf8"]));
    expect(blocks).toBe(5);
    expect(session.end().bytes).toBe(1024 * 1024);
  });
});
