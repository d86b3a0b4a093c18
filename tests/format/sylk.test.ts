import { expect, test } from "vitest";
import { dif } from "../../src/format/dif.ts";
import { createProbe } from "../../src/format/probe.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { sylk } from "../../src/format/sylk.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";

const person = "110101199003074477";

/** As Excel writes them: CR LF, a record of format before the cells, the row said once. */
const slk = [
  "ID;PWXL;N;E",
  "P;PGeneral",
  "O;L;D;V0;K47;G100 0.001",
  "NN;N名单;ER1C1",
  "F;P0;DG0G8;M280",
  'C;Y1;X1;K"姓名"',
  'C;X2;K"身份证号"',
  'C;Y2;X1;K"张三;;经办"',
  `C;X2;K"${person}"`,
  'C;X3;K12.5;ER[-1]C&"机密"',
  "F;Y4;X2",
  `C;K"两\x1b :行"`,
  'C;Y4;X1;A"批注"',
  "E",
].join("\r\n");

/** As Excel writes them. */
const difFile = [
  ...'TABLE 0,1 "EXCEL" VECTORS 0,2 "" TUPLES 0,2 "" DATA 0,0 ""'.split(" "),
  ...'-1,0 BOT 1,0 "姓名" 1,0 "身份证号"'.split(" "),
  ...'-1,0 BOT 1,0 "张""三""" 0,12.5 V'.split(" "),
  ..."-1,0 EOD".split(" "),
].join("\r\n");

test("SYLK: rows, columns, comments, formulas with words, names", async () => {
  const result = await run(sylk, memorySource(Buffer.from(slk)));
  checkChunks(result);
  expect(result.texts).toEqual([
    `sheet [body]: 姓名\t身份证号\n张三;经办\t${person}\t12.5\n\t两 行\n`,
    "sheet-name [body name]: 名单\n",
    'sheet-field [body field]: R[-1]C&"机密"\n',
    "sheet-comment [body comment]: 批注\n",
  ]);
  expect(result.failures).toEqual([]);
  const [chunk] = result.chunks;
  expect(chunk?.table?.head[0]).toEqual(["姓名", "身份证号"]);
  const content = chunk?.content;
  const at = content?.kind === "utf8" ? Buffer.from(content.bytes).indexOf("110101") : -1;
  expect(content?.kind === "utf8" ? content.locate(at) : undefined).toEqual({ kind: "cell", sheet: "", row: 2, column: 2 });
});

test("DIF: rows and columns", async () => {
  const result = await run(dif, memorySource(Buffer.from(difFile)));
  checkChunks(result);
  expect(result.texts).toEqual(['sheet [body]: 姓名\t身份证号\n张"三"\t12.5\n']);
  expect(result.failures).toEqual([]);
});

test("in GBK, told by their content", async () => {
  const gbk = Buffer.concat([Buffer.from('ID;PWXL;N;E\r\nC;Y1;X1;K"'), Buffer.from("bbfac3dc", "hex"), Buffer.from('"\r\nE\r\n')]);
  expect((await run(sylk, memorySource(gbk))).texts).toEqual(["sheet [body]: 机密\n"]);
  for (const [reader, bytes] of [
    [sylk, gbk],
    [dif, Buffer.from(difFile)],
  ] as const)
    expect(await reader.accepts(await createProbe("a.csv", memorySource(bytes)))).toBe(true);
  for (const other of ["ID;姓名;证件号\n", "ID;Produkt;Preis\n1;Apfel;2\n", "TABLE\nname\n", "ID,P\n", ""]) {
    expect(await sylk.accepts(await createProbe("a.slk", memorySource(Buffer.from(other))))).toBe(false);
    expect(await dif.accepts(await createProbe("a.dif", memorySource(Buffer.from(other))))).toBe(false);
  }
});

test("cut, and hostile numbers", async () => {
  for (const [reader, whole] of [
    [sylk, slk],
    [dif, difFile],
  ] as const) {
    for (let tenth = 1; tenth < 10; tenth++) {
      const bytes = Buffer.from(whole).subarray(0, Math.floor((whole.length * tenth) / 10));
      const result = await run(reader, memorySource(bytes));
      expect(result.failures).toEqual(["corrupt file partial"]);
    }
    const limited = await run(reader, memorySource(Buffer.from(whole)), { budget: limitedBudget({ cells: 1 }) });
    expect(limited.failures).toEqual(["too-large file partial"]);
  }
  const far = await run(sylk, memorySource(Buffer.from('ID;PX\nC;Y99999999999;X999999999;K"甲"\nC;Y-1;X1e9;K"乙"\nE\n')));
  expect(far.texts.join("")).toContain("甲 乙");
  expect(far.failures).toEqual([]);
});
