import { expect, test } from "vitest";
import type { ScanEvent } from "../../src/model/event.ts";
import type { Finding } from "../../src/model/finding.ts";
import { json } from "../../src/report/json.ts";
import { ndjson } from "../../src/report/ndjson.ts";
import { isMark } from "../../src/report/shared/words.ts";
import { events, header, text } from "./events.ts";
import { expectGolden } from "./golden.ts";

/** Marks stand in quotes. */
const asWritten = (finding: Finding): Finding =>
  isMark(finding) ? { ...finding, masked: `“${finding.masked}”`, excerpt: `“${finding.excerpt}”` } : finding;

test("json holds every finding, failure and exclusion, and the summary", async () => {
  const written = await text(json, events);
  expectGolden("report.json", written);
  const report = JSON.parse(written);
  const { tool, ...scan } = header;
  expect(report.tool).toEqual(tool);
  expect(report.scan).toEqual(scan);
  expect(report.findings).toEqual(events.flatMap((event) => (event.type === "finding" ? [asWritten(event.finding)] : [])));
  expect(report.failures).toEqual(events.flatMap((event) => (event.type === "failure" ? [event.failure] : [])));
  expect(report.excluded).toHaveLength(2);
  expect(report.counts).toEqual([
    { path: "下载/客户名单.xlsx", ruleId: "cn-bank/resident-id", confidence: "high", total: 1283, stored: 4 },
  ]);
  expect(report.summary).toEqual(events.flatMap((event) => (event.type === "scan-end" ? [event.summary] : []))[0]);
});

test("wherever the scan stops, json is well-formed and says incomplete", async () => {
  for (let stop = 0; stop < events.length; stop += 1) {
    const report = JSON.parse(await text(json, events.slice(0, stop)));
    expect(report.summary.complete).toBe(false);
    expect(report.findings).toHaveLength(events.slice(0, stop).filter((event) => event.type === "finding").length);
  }
});

test("counts without a summary agree with those of the scan", async () => {
  const cut = JSON.parse(await text(json, events.slice(0, -1))).summary;
  const whole = JSON.parse(await text(json, events)).summary;
  expect(cut.verdicts).toEqual(whole.verdicts);
  expect(cut.failures).toEqual(whole.failures);
  const { bytes: _cut, ...ledger } = cut.ledger;
  const { bytes: _whole, ...told } = whole.ledger;
  expect(ledger).toEqual(told);
});

test("ndjson is one event a line and names no file of which there is nothing to say", async () => {
  const written = await text(ndjson, events);
  expectGolden("report.ndjson", written);
  const lines = written
    .trimEnd()
    .split("\n")
    .map((line): ScanEvent => JSON.parse(line));
  expect(lines.at(-1)?.type).toBe("scan-end");
  expect(written).not.toContain("readme.txt");
  expect(written).not.toContain("a.exe");
  expect(lines.filter((event) => event.type === "finding")).toEqual(
    events.flatMap((event) => (event.type === "finding" ? [{ ...event, finding: asWritten(event.finding) }] : [])),
  );
  expect(lines.filter((event) => event.type === "failure")).toEqual(events.filter((event) => event.type === "failure"));
});

test("wherever the scan stops, the last line of ndjson says incomplete", async () => {
  for (let stop = 0; stop < events.length; stop += 1) {
    const lines = (await text(ndjson, events.slice(0, stop))).trimEnd().split("\n");
    const last = JSON.parse(lines.at(-1) ?? "");
    expect(last.type).toBe("scan-end");
    expect(last.summary.complete).toBe(false);
  }
});

test("names every file where that was asked for, and never of a personal device", async () => {
  const all = { listExamined: true } as const;
  const ends = events.filter((event) => event.type === "entry-end").length;
  expect((await text(ndjson, events, all)).match(/^{"type":"entry-end"/gm)).toHaveLength(ends);
  expect(JSON.parse(await text(json, events, all)).entries).toHaveLength(ends);
  const personal = events.map((event): ScanEvent =>
    event.type === "scan-start" ? { ...event, header: { ...event.header, zone: "personal" } } : event,
  );
  for (const reporter of [json, ndjson]) expect(await text(reporter, personal, all)).toBe(await text(reporter, personal));
});
