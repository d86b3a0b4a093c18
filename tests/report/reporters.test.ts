import { hostname } from "node:os";
import { expect, test } from "vitest";
import type { ScanEvent } from "../../src/model/event.ts";
import { reporters } from "../../src/report/registry.ts";
import { collect, events } from "./events.ts";

/** What a report says, whatever its format: a workbook is unpacked. */
async function told(id: string, given: readonly ScanEvent[], locale: "zh" | "en" = "zh"): Promise<string> {
  const reporter = reporters.find((one) => one.id === id);
  if (reporter === undefined) throw new Error(`no reporter ${id}`);
  const bytes = await collect(reporter, given, { locale, verbosity: "verbose" });
  if (id === "sarif") return bytes.toString("utf8").replaceAll(/(?:%[0-9A-F]{2})+/g, decodeURIComponent);
  if (id !== "xlsx") return bytes.toString("utf8");
  const { read, utils } = await import("xlsx");
  const book = read(bytes, { type: "buffer" });
  return book.SheetNames.flatMap((name) => {
    const sheet = book.Sheets[name];
    return sheet === undefined ? [] : [JSON.stringify(utils.sheet_to_json(sheet, { header: 1 }))];
  }).join("\n");
}

const ids = reporters.map((reporter) => reporter.id);

test("each format has its own name, a title in both languages and an extension", () => {
  expect(new Set(ids).size).toBe(ids.length);
  for (const reporter of reporters) {
    expect(reporter.title.zh).not.toBe("");
    expect(reporter.title.en).not.toBe("");
    expect(reporter.extension).toMatch(/^[a-z]+$/);
  }
});

test.each(ids)("%s says what was not examined, and the conclusion or its counts", async (id) => {
  const report = await told(id, events);
  expect(report).toContain("工资表.xlsx");
  expect(report).toMatch(/违规 2 个文件|"violation":2/);
});

test.each(ids)("%s says that a scan was cut short", async (id) => {
  expect(await told(id, events.slice(0, 14))).toMatch(/检查中断，结果不完整|"complete":false/);
  expect(await told(id, events.slice(0, 14), "en")).toMatch(/cut short|"complete":false/);
});

test.each(ids)("%s shows a mark in quotes only, so that scanning the report finds none", async (id) => {
  const report = await told(id, events);
  for (const [mark] of report.matchAll(/.机密★10年./g)) expect(["“机密★10年”", '"机密★10年"']).toContain(mark);
});

test.each(ids)("%s holds nothing of this machine", async (id) => {
  const report = await told(id, events);
  expect(report).not.toContain(process.cwd());
  if (hostname().length > 4) expect(report).not.toContain(hostname());
});

// The written report tells of files and holds no value, shown or not.
test.each(ids.filter((id) => id !== "written"))("%s shows a raw value only where the finding carries one", async (id) => {
  const shown = events.map((event): ScanEvent =>
    event.type === "finding" && event.finding.ruleId === "cn-bank/password"
      ? { type: "finding", finding: { ...event.finding, shown: "Canary-7Q" } }
      : event,
  );
  expect(await told(id, events)).not.toContain("Canary-7Q");
  expect(await told(id, shown)).toContain("Canary-7Q");
});

test.each(["console", "csv", "html", "junit", "markdown", "written", "xlsx"])(
  "%s, which a person reads, shows no control or bidirectional character",
  async (id) => {
    const report = await told(id, events);
    expect(report.replaceAll(/\r?\n/g, "").replace(/^\uFEFF/, "")).not.toMatch(
      /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/,
    );
    expect(report).toMatch(/u202E/);
  },
);

test.each(ids)("%s gives the same bytes for the same events", async (id) => {
  const reporter = reporters.find((one) => one.id === id);
  if (reporter === undefined) throw new Error(id);
  expect((await collect(reporter, events)).equals(await collect(reporter, events))).toBe(true);
});
