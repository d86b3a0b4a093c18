import { read, utils } from "xlsx";
import { expect, test } from "vitest";
import { csv, csvCell } from "../../src/report/csv.ts";
import { xlsx, xlsxReporter } from "../../src/report/xlsx.ts";
import { cleanEvents, collect, events, header, manyEvents, text } from "./events.ts";
import { expectGolden } from "./golden.ts";

test.each([
  ["plain", '"plain"'],
  ['a "quoted", one', '"a ""quoted"", one"'],
  ["=1+1", `"'=1+1"`],
  ["+86 138", `"'+86 138"`],
  ["-2", `"'-2"`],
  ["@SUM(A1)", `"'@SUM(A1)"`],
  ["\t=1", `"'\\x09=1"`],
  ["\r=1", `"'\\x0D=1"`],
  ["＝1", `"'＝1"`],
  ["a=1", '"a=1"'],
  ["two\nlines", '"two\\x0Alines"'],
])("csv writes %j as %s", (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});

/** Rows of RFC 4180 text. */
function rowsOf(written: string): readonly (readonly string[])[] {
  return written
    .trimEnd()
    .split("\r\n")
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map((match) => (match[1] ?? match[2] ?? "").replaceAll('""', '"')),
    );
}

test.each([
  ["report.zh.csv", "zh"],
  ["report.en.csv", "en"],
] as const)("%s", async (name, locale) => {
  expectGolden(name, await text(csv, events, { locale }));
});

test("csv begins with a byte order mark, and all rows are as wide as the head", async () => {
  const bytes = await collect(csv, events);
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  const rows = rowsOf(bytes.toString("utf8").slice(1));
  for (const row of rows) expect(row).toHaveLength(15);
  const records = rows.slice(1).map((row) => row[0]);
  expect(records.filter((record) => record === "finding")).toHaveLength(11);
  expect(records.filter((record) => record === "failure")).toHaveLength(5);
  expect(rows.at(-1)?.slice(0, 6)).toEqual(["summary", "", "", "", "", "complete"]);
});

test("wherever the scan stops, csv says whether it was whole", async () => {
  for (let stop = 0; stop < events.length; stop += 1) {
    const last = rowsOf((await text(csv, events.slice(0, stop))).slice(1)).at(-1);
    expect([last?.[5], last?.[12]]).toEqual(["complete", "false"]);
  }
});

async function sheetsOf(bytes: Promise<Buffer>): Promise<Readonly<Record<string, readonly (readonly (string | number)[])[]>>> {
  const book = read(await bytes, { type: "buffer" });
  return Object.fromEntries(
    book.SheetNames.map((name) => {
      const sheet = book.Sheets[name];
      return [name, sheet === undefined ? [] : utils.sheet_to_json<(string | number)[]>(sheet, { header: 1 })];
    }),
  );
}

test.each([
  ["xlsx.zh.json", "zh"],
  ["xlsx.en.json", "en"],
] as const)("%s: the cells of the workbook", async (name, locale) => {
  expectGolden(name, `${JSON.stringify(await sheetsOf(collect(xlsx, events, { locale })), undefined, 1)}\n`);
});

test("the workbook has the tables an office files, and a medium's own when one was checked", async () => {
  expect(Object.keys(await sheetsOf(collect(xlsx, events)))).toEqual(["保密检查登记表", "问题清单", "整改清单", "未检清单"]);
  const volume = {
    mount: "/media/u1",
    device: "/dev/sdb1",
    fileSystem: "vfat",
    readOnly: true,
    removable: true,
    serial: "AA00112233",
    label: "U盘",
  };
  const stick = { ...header, roots: [{ path: "/media/u1", zone: "removable-internet", volume }] };
  const sheets = await sheetsOf(collect(xlsx, [{ type: "scan-start", header: stick }, ...cleanEvents.slice(1)]));
  expect(Object.keys(sheets)).toEqual(["保密检查登记表", "移动存储介质检查表", "问题清单", "整改清单", "未检清单"]);
  expect(JSON.stringify(sheets["移动存储介质检查表"])).toContain("AA00112233");
});

test("no cell is a formula", async () => {
  const book = read(await collect(xlsx, events), { type: "buffer", cellFormula: true });
  const cells = book.SheetNames.flatMap((name) => Object.values(book.Sheets[name] ?? {})) as { f?: string; v?: unknown }[];
  expect(cells.filter((cell) => cell.f !== undefined)).toEqual([]);
  expect(cells.some((cell) => cell.v === "=b***@163.com")).toBe(true);
});

test("over a sheet's rows the worst stay, and its head says how many are left out", async () => {
  const sheets = await sheetsOf(collect(xlsxReporter(50), manyEvents(300, 30)));
  const problems = sheets["问题清单"] ?? [];
  expect(problems).toHaveLength(53);
  expect(problems[1]?.[0]).toContain("共 300 条，列出最严重的 50 条，未列 250 条");
  expect(new Set(problems.slice(3).map((row) => row[1]))).toEqual(new Set(["违规"]));
  expect(problems.slice(3).map((row) => row[0])).toEqual(Array.from({ length: 50 }, (_none, index) => index + 1));
});

test("wherever the scan stops, the workbook opens and says so", async () => {
  for (const stop of [0, 1, 5, 14, events.length - 1]) {
    const sheets = await sheetsOf(collect(xlsx, events.slice(0, stop)));
    expect(JSON.stringify(sheets["保密检查登记表"])).toContain("检查中断，结果不完整");
  }
});
