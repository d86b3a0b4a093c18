import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

import type { ScanEvent } from "../../src/model/event.ts";
import { defaultLimits } from "../../src/scan/limits.ts";
import { eventsOf, summaryOf, tree } from "./support.ts";

const fixtures = fileURLToPath(new URL("../../fixtures/internet-pc", import.meta.url));

/** Without what differs from run to run: times. */
function settled(events: readonly ScanEvent[]): unknown {
  return JSON.parse(
    JSON.stringify(events, (key, value: unknown) => (["started", "ended", "elapsedMs"].includes(key) ? 0 : key === "memory" ? 0 : value)),
  );
}

describe("a scan", () => {
  it("gives the same events in the same order whatever the number of workers, and without workers", async () => {
    const key = join(mkdtempSync(join(tmpdir(), "zicha-key-")), "key");
    writeFileSync(key, "07".repeat(32));
    const shared = { keyFile: key, createKey: false };
    const one = settled(await eventsOf(fixtures, { ...shared, jobs: 1 }));
    expect(settled(await eventsOf(fixtures, { ...shared, jobs: 4 }))).toEqual(one);
    expect(settled(await eventsOf(fixtures, { ...shared, isolation: "none" }))).toEqual(one);
  });

  it("keeps a ledger whose sums agree with the events", async () => {
    const events = await eventsOf(fixtures, { zone: "internet" });
    const { ledger, verdicts, failures, findings } = summaryOf(events);
    const ends = events.flatMap((event) => (event.type === "entry-end" ? [event] : []));
    expect(ledger.entries).toBe(ends.length);
    expect(ledger.full + ledger.partial + ledger.none + ledger.textless).toBe(ledger.entries);
    for (const coverage of ["full", "partial", "none", "textless"] as const) {
      expect(ends.filter((end) => end.coverage === coverage).length).toBe(ledger[coverage]);
    }
    expect(Object.values(verdicts).reduce((sum, count) => sum + count, 0)).toBe(ledger.entries);
    expect(Object.values(failures).reduce((sum, count) => sum + count, 0)).toBe(events.filter(({ type }) => type === "failure").length);
    const unstored = ends.flatMap(({ counts }) => counts).reduce((sum, { total, stored }) => sum + total - stored, 0);
    expect(findings).toBe(events.filter(({ type }) => type === "finding").length + unstored);
    // What was not wholly read is never clean.
    for (const end of ends) if (end.coverage === "none" || end.coverage === "partial") expect(end.verdict).not.toBe("clean");
  });

  it("loses one entry to a deadline and reads its siblings", async () => {
    const line = "<p>客户王小明，身份证号440308199901101512，电话13900139002，卡号6222021001116245702。</p>\n";
    const root = tree({ "a.txt": "机密★10年\n", "b.htm": line.repeat(300_000), "c.txt": "机密★10年\n" });
    // The long page takes half a minute and more; a line of text takes less than the deadline however busy the machine is.
    const events = await eventsOf(root, { limits: { ...defaultLimits, entryTime: 3_000 }, jobs: 2 });
    const fates = events.flatMap((event) => (event.type === "entry-end" ? [`${event.path.slice(-5)} ${event.coverage}`] : []));
    // What was found in it by then stands.
    expect(fates).toEqual(["a.txt full", expect.stringMatching(/^b\.htm (?:none|partial)$/), "c.txt full"]);
    expect(summaryOf(events).failures).toEqual({ timeout: 1 });
    expect(summaryOf(events).complete).toBe(true);
  });

  it("ends a worker that outgrows the process's memory, and goes on", async () => {
    const root = tree({ "a.csv": "6222021001116245702,13900139002\n".repeat(200_000), "b.txt": "x\n" });
    const events = await eventsOf(root, { limits: { ...defaultLimits, processMemory: 1 }, jobs: 1 });
    expect(summaryOf(events).failures["out-of-memory"]).toBeGreaterThan(0);
    expect(summaryOf(events).ledger.entries).toBe(2);
  });

  it("ends well when it is interrupted: every entry met has its end, and the scan says it is incomplete", async () => {
    const files: Record<string, string> = {};
    for (let index = 0; index < 60; index++)
      files[`${String(index).padStart(3, "0")}.csv`] = "6222021001116245702,13900139002\n".repeat(4_000);
    const root = tree(files);
    const abort = new AbortController();
    const events = await eventsOf(root, { jobs: 2 }, abort.signal, ({ type }) => {
      if (type === "entry-end") abort.abort();
    });
    const { complete, ledger, failures } = summaryOf(events);
    expect(complete).toBe(false);
    expect(failures.interrupted).toBeGreaterThan(0);
    expect(ledger.full + ledger.partial + ledger.none).toBe(ledger.entries);
  });

  it("examines the name of what it cannot read", async () => {
    const root = tree({ "机密★10年.bin": Buffer.from([0, 1, 2, 3, 0, 0, 9, 0]) });
    const events = await eventsOf(root);
    expect(events.flatMap((event) => (event.type === "finding" ? [event.finding.location.kind] : []))).toEqual(["name"]);
    expect(summaryOf(events).failures).toEqual({ "unsupported-format": 1 });
    expect(summaryOf(events).verdicts.violation).toBe(1);
  });

  it("judges by zone", async () => {
    const root = tree({ "a.txt": "机密★10年\n" });
    const verdicts = async (zone: string): Promise<unknown> => {
      const events = await eventsOf(root, { zone });
      return events.flatMap((event) => (event.type === "finding" ? [event.finding.judgement.is] : []));
    };
    expect(await verdicts("internet")).toEqual(["critical"]);
    expect(await verdicts("classified:jimi")).toEqual(["inventory"]);
    expect(await verdicts("classified:mimi")).toEqual(["critical"]);
  });

  it("counts exactly what it does not store", async () => {
    const root = tree({ "a.csv": `卡号\n${"6222021001116245702\n".repeat(500)}` });
    const events = await eventsOf(root, { limits: { ...defaultLimits, findingsPerEntry: 20 } });
    // Twenty of the cells, and the table that stands for all of them.
    expect(events.filter(({ type }) => type === "finding").length).toBe(21);
    expect(summaryOf(events).findings).toBe(501);
    expect(summaryOf(events).subjects).toBe(1);
  });
});

describe("people", () => {
  it("are counted once over all files and by directory, against the limits", async () => {
    const ids = Array.from({ length: 60 }, (_, index) => residentId(index));
    const list = (some: readonly string[]): string => `身份证号\n${some.join("\n")}\n`;
    const root = tree({ "a/one.csv": list(ids), "a/copy.csv": list(ids), "b/two.csv": list(ids.slice(0, 10)) });
    const { subjects, quantity, directories } = summaryOf(await eventsOf(root));
    expect([subjects, quantity]).toEqual([60, { subjects: 60, by: {}, share: 0.024 }]);
    expect(directories?.map(({ path, subjects: people }) => [path.slice(root.length), people])).toEqual([["/a", 60]]);
  });
});

/** GB 11643: weights and check characters. */
function residentId(serial: number): string {
  const digits = `44030819850101${String(100 + serial)}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return digits + "10X98765432".charAt(weights.reduce((sum, weight, index) => sum + weight * Number(digits[index]), 0) % 11);
}

it("counts what a personal device leaves out, and does not name it", async () => {
  const root = tree({ "日记/a.txt": "机密★10年\n", "b.txt": "今天下雨\n" });
  const leaveOut = { exclude: ["日记"], isolation: "none" } as const;
  const personal = await eventsOf(root, { ...leaveOut, zone: "personal" });
  expect(summaryOf(personal).ledger.excluded).toBe(1);
  expect(JSON.stringify(personal.slice(1))).not.toContain("日记");
  expect((await eventsOf(root, { ...leaveOut, zone: "internet" })).filter(({ type }) => type === "excluded")).toHaveLength(1);
});
