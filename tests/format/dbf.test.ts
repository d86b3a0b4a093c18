import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { dbfMemo } from "../../src/format/dbfMemo.ts";
import { dbf } from "../../src/format/dbf.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { checkChunks, entryOf, limitedBudget, run } from "./support.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/beside/${name}`, import.meta.url));

const gbk: Readonly<Record<string, readonly number[]>> = {
  姓: [0xd0, 0xd5],
  名: [0xc3, 0xfb],
  张: [0xd5, 0xc5],
  三: [0xc8, 0xfd],
  李: [0xc0, 0xee],
};

function bytesOf(text: string, length: number): Buffer {
  const bytes = Buffer.from([...text].flatMap((character) => gbk[character] ?? [character.charCodeAt(0)]));
  return Buffer.concat([bytes, Buffer.alloc(length - bytes.length, 0x20)]);
}

interface Written {
  readonly version?: number;
  readonly driver?: number;
  readonly fields: readonly (readonly [name: string, type: string, length: number])[];
  readonly records: readonly (readonly [flag: " " | "*", ...cells: readonly (string | Buffer)[]])[];
}

function tableOf({ version = 3, driver = 0x4d, fields, records }: Written): Buffer {
  const recordLength = 1 + fields.reduce((sum, [, , length]) => sum + length, 0);
  const header = Buffer.alloc(32);
  header[0] = version;
  header.set([24, 5, 31], 1);
  header.writeUInt32LE(records.length, 4);
  header.writeUInt16LE(33 + fields.length * 32, 8);
  header.writeUInt16LE(recordLength, 10);
  header[29] = driver;
  const described = fields.map(([name, type, length]) => {
    const field = Buffer.alloc(32);
    bytesOf(name, 10).copy(field);
    field.fill(0, field.indexOf(0x20) < 0 ? 11 : field.indexOf(0x20), 11);
    field.write(type, 11);
    field[16] = length;
    return field;
  });
  const rows = records.map(([flag, ...cells]) =>
    Buffer.concat([
      Buffer.from(flag),
      ...cells.map((cell, index) => (typeof cell === "string" ? bytesOf(cell, fields[index]?.[2] ?? 0) : cell)),
    ]),
  );
  return Buffer.concat([header, ...described, Buffer.from([0x0d]), ...rows, Buffer.from([0x1a])]);
}

const people: Written = {
  fields: [
    ["姓名", "C", 8],
    ["ZJH", "C", 18],
    ["DATE", "D", 8],
  ],
  records: [
    [" ", "张三", "110101199003078670", "20240501"],
    ["*", "李三", "110101199003078670", ""],
    [" ", "李", "", "20240502"],
  ],
};

describe("dbf", () => {
  test("records in GBK, named by their fields; deleted ones apart", async () => {
    const bytes = tableOf(people);
    expect(await dbf.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    const result = await run(dbf, memorySource(bytes), { path: "客户.dbf" });
    checkChunks(result);
    expect(result.failures).toEqual([]);
    expect(result.texts).toEqual([
      "records [body]: 姓名\tZJH\tDATE\n张三\t110101199003078670\t20240501\n李\t\t20240502\n",
      "deleted [body deleted]: 姓名\tZJH\tDATE\n李三\t110101199003078670\t\n",
    ]);
    const [chunk] = result.chunks;
    expect(chunk?.content.kind === "utf8" && chunk.content.locate(Buffer.byteLength("姓名\tZJH\tDATE\n张三\t1"))).toEqual({
      kind: "cell",
      sheet: "客户.dbf",
      row: 2,
      column: 2,
    });
  });
  test("a line feed behind the fields, as where the header was taken for text", async () => {
    const bytes = tableOf(people);
    bytes[bytes.readUInt16LE(8) - 1] = 0x0a;
    expect(await dbf.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    expect((await run(dbf, memorySource(bytes))).texts[0]).toContain("张三\t110101199003078670");
  });
  test("a table that does not say its code page", async () => {
    expect((await run(dbf, memorySource(tableOf({ ...people, driver: 0 })))).texts[0]).toContain("张三\t110101199003078670");
  });
  test("binary fields of FoxPro", async () => {
    const whole = Buffer.alloc(4);
    whole.writeInt32LE(-7);
    const money = Buffer.alloc(8);
    money.writeBigInt64LE(1_234_500n);
    const time = Buffer.alloc(8);
    time.writeUInt32LE(2_440_588 + 19_000, 0);
    time.writeUInt32LE(3_600_000, 4);
    const real = Buffer.alloc(8);
    real.writeDoubleLE(622_848_040_212_345_600);
    const result = await run(
      dbf,
      memorySource(
        tableOf({
          version: 0x30,
          fields: [
            ["I", "I", 4],
            ["Y", "Y", 8],
            ["T", "T", 8],
            ["B", "B", 8],
          ],
          records: [[" ", whole, money, time, real]],
        }),
      ),
    );
    expect(result.texts).toEqual(["records [body]: I\tY\tT\tB\n-7\t123.45\t2022-01-08T01:00:00.000Z\t622848040212345600\n"]);
  });
  test("a memo file that is not here is told, where a record points to it", async () => {
    const fields = [
      ["N", "C", 4],
      ["M", "M", 10],
    ] as const;
    const none = await run(dbf, memorySource(tableOf({ fields, records: [[" ", "a", ""]] })));
    expect(none.failures).toEqual([]);
    const some = await run(dbf, memorySource(tableOf({ fields, records: [[" ", "a", "        12"]] })));
    expect(some.failures).toEqual(["not-found file partial"]);
    expect(some.texts).toEqual(["records [body]: N\tM\na\t\n"]);
  });

  async function readBeside(name: "memo3.dbf" | "memo-fox.dbf", memo: Buffer | undefined): Promise<{ texts: string; failures: string[] }> {
    const bytes = fixture(name);
    let texts = "";
    const failures: string[] = [];
    const items = dbf.extract({
      entry: entryOf(`dir/${name}`, bytes.length),
      bytes: memorySource(bytes),
      budget: limitedBudget(),
      passwords: [],
      signal: new AbortController().signal,
      sibling: (other) => Promise.resolve(memo !== undefined && /\.(?:dbt|fpt)$/.test(other) ? memorySource(memo) : undefined),
    });
    for await (const item of items) {
      if (item.type === "failure") failures.push(`${item.failure.code} ${item.failure.detail}`);
      else if (item.type === "chunk" && item.chunk.content.kind === "utf8")
        texts += `${item.chunk.flow}: ${Buffer.from(item.chunk.content.bytes).toString("utf8")}`;
    }
    return { texts, failures };
  }

  test.each([
    ["memo3.dbf", "memo3.dbt"],
    ["memo-fox.dbf", "memo-fox.fpt"],
  ] as const)("%s with its memo file", async (name, memo) => {
    const whole = await readBeside(name, fixture(memo));
    expect(whole.failures).toEqual([]);
    expect(whole.texts).toBe(
      `records: 姓名\t备注\n${[0, 1, 2].map((line) => `测试${line}\t备注第${line}条：客户测试${line} 手机 1380013300${line}\n`).join("")}`,
    );
    const cut = await readBeside(name, fixture(memo).subarray(0, 700));
    expect(cut.failures).toEqual(["corrupt memo file is damaged or cut off"]);
    // Of dBASE or FoxPro, all that a file of noise can do is give no text.
    await readBeside(name, Buffer.alloc(4096, 0xff));
    await readBeside(name, Buffer.alloc(600));
  });

  test("texts to which no record points any more are told", async () => {
    const memo = fixture("memo-fox.fpt");
    const block = Buffer.alloc(128);
    block.writeUInt32BE(1, 0);
    block.writeUInt32BE(20, 4);
    block.write("deleted  13800139999", 8);
    const { texts } = await readBeside("memo-fox.dbf", Buffer.concat([memo, block]));
    expect(texts).toContain("memos-left: deleted  13800139999\n");
  });

  test("a memo file alone is read for runs of text", async () => {
    const alone = await run(dbfMemo, memorySource(fixture("memo-fox.fpt")), { path: "memo-fox.fpt" });
    expect(alone.failures).toEqual(["not-found memo-fox.fpt partial"]);
    expect(alone.texts.join("")).toContain("备注第2条：客户测试2 手机 13800133002");
    expect(await dbfMemo.accepts(await createProbe("x.fpt", memorySource(Buffer.alloc(64))))).toBe(true);
    expect(await dbfMemo.accepts(await createProbe("x.txt", memorySource(Buffer.alloc(64))))).toBe(false);
  });

  test.each([
    ["nothing", Buffer.alloc(0)],
    ["a text that begins with its first byte", Buffer.from("\x03abc".padEnd(200, "x"))],
    // What compiled tables of time zones of a Java library begin with.
    [
      "a time zone",
      Buffer.concat([
        Buffer.from("C\0\t\0\x04EEST\0\x03MSD\0\x03LMT\0\x03MSK\0\x04CEST\0\x03LST\0\x03CET\0\x03RMT\0\x03EET\0"),
        Buffer.alloc(500, "\0\0\x16\x98\x80"),
      ]),
    ],
    [
      "a time zone of few bytes",
      Buffer.from(
        "C\0\x03\0\x03LMT\0\x0bSAST-Summer\0\x04SAST\0\0\0\x07\xff\x80\0\0\0\0\0\0\0@\0\0pp@\0\0pp\x02\0\0".padEnd(92, "\0"),
        "latin1",
      ),
    ],
    ["a month that is none", Buffer.from([3, 24, 13, 1, ...Buffer.alloc(100)])],
  ])("%s is no table", async (_, bytes) => {
    expect(await dbf.accepts(await createProbe("x.dbf", memorySource(bytes)))).toBe(false);
  });
  test("cut at every tenth: told, what is before the cut is read; 200 flipped bits never throw", async () => {
    const whole = tableOf({ ...people, records: Array.from({ length: 60 }, (_, row) => [" ", "张三", `${row}`, ""] as const) });
    for (let tenth = 1; tenth < 10; tenth++) {
      const result = await run(dbf, memorySource(whole.subarray(0, Math.floor((whole.length * tenth) / 10))));
      expect(result.failures).toEqual(tenth < 10 ? [expect.stringMatching(/^corrupt/)] : []);
    }
    let seed = 3;
    for (let round = 0; round < 200; round++) {
      const flipped = Buffer.from(whole);
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const at = (seed >>> 3) % flipped.length;
      flipped[at] = (flipped[at] ?? 0) ^ (1 << ((seed >>> 20) % 8));
      checkChunks(await run(dbf, memorySource(flipped)));
    }
  });
});
