import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";

import { resolveRequest, scan } from "../src/index.ts";
import type { ScanEvent } from "../src/index.ts";

const scratch = mkdtempSync(join(tmpdir(), "zicha-api-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it("is used as its example says", async () => {
  writeFileSync(join(scratch, "note.txt"), "身份证号：440308199901101512\n");
  const resolved = await resolveRequest({
    targets: ["note.txt"],
    directory: scratch,
    zone: "internet",
    keyFile: join(scratch, "key"),
    createKey: true,
    isolation: "none",
  });
  if ("problems" in resolved) throw new Error(resolved.problems.map(({ detail }) => detail).join("; "));
  const events: ScanEvent[] = [];
  for await (const event of scan(resolved.request, new AbortController().signal)) events.push(event);
  expect(events[0]?.type).toBe("scan-start");
  const findings = events.flatMap((event) => (event.type === "finding" && event.finding.effect === "violation" ? [event.finding] : []));
  expect(findings.map(({ path, masked }) => [path, masked])).toEqual([[join(scratch, "note.txt"), "440308********1512"]]);
  expect(events.at(-1)).toMatchObject({ type: "scan-end", summary: { complete: true, ledger: { entries: 1, full: 1 } } });
  expect(JSON.stringify(events)).not.toContain("440308199901101512");
});

it("gives all problems of a request at once, and reads nothing", async () => {
  const resolved = await resolveRequest({
    targets: ["nowhere"],
    directory: scratch,
    zone: "moon",
    keyFile: join(scratch, "key"),
    createKey: false,
  });
  expect("problems" in resolved ? resolved.problems.map(({ code }) => code) : []).toEqual(["no-such-path", "zone"]);
});
