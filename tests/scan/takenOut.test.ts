import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { collect } from "../../src/deliver/collect.ts";
import type { RunReport } from "../../src/model/delivery.ts";
import type { ScanEvent } from "../../src/model/event.ts";
import type { RequestInput } from "../../src/scan/request.ts";
import { scan } from "../../src/scan/main.ts";
import { openState } from "../../src/scan/state/state.ts";
import { requestOf, summaryOf } from "./support.ts";

const parts = ["a", "b", "c", "d"];
const root = process.getuid?.() === 0 && process.platform === "linux";

let medium: string;
let state: string;
let keyFile: string;
beforeEach(() => {
  const scratch = mkdtempSync(join(tmpdir(), "zicha-medium-"));
  medium = join(scratch, "medium");
  state = join(scratch, "state");
  keyFile = join(scratch, "key");
  mkdirSync(medium);
  writeFileSync(keyFile, "07".repeat(32));
});
afterEach(() => {
  if (root) spawnSync("umount", ["-l", medium], { stdio: "ignore" });
});

function fill(): void {
  for (const part of parts) {
    mkdirSync(join(medium, part));
    writeFileSync(join(medium, part, "mark.txt"), `机密★10年\n${"今天下雨。".repeat(100)}\n`);
  }
}

/** A scan with state; `first` is done when the first entry is told. */
async function run(
  change: Partial<RequestInput> = {},
  first: () => void = () => undefined,
): Promise<{ events: readonly ScanEvent[]; told: RunReport | undefined }> {
  const request = await requestOf(medium, { keyFile, createKey: false, zone: "internet", jobs: 1, ...change });
  const opened = await openState(state, request, 0);
  if ("problem" in opened) throw new Error(JSON.stringify(opened.problem));
  const collected = collect(false);
  const events: ScanEvent[] = [];
  for await (const event of scan(request, new AbortController().signal, [], opened.state)) {
    if (event.type === "entry-end" && !events.some(({ type }) => type === "entry-end")) first();
    events.push(event);
    collected.on(event);
  }
  return { events, told: collected.report(0, opened.state.lastGating) };
}

const places = (events: readonly ScanEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === "finding" ? [event.finding.path.slice(medium.length)] : []));

describe("a medium that is taken out while it is examined", () => {
  it.each([
    ["its directory goes", true],
    ["its mount goes", root],
  ] as const)("ends as not examined, with all that was found: %s", async (way, possible) => {
    if (!possible) return;
    const mount = way === "its mount goes";
    if (mount) expect(spawnSync("mount", ["-t", "tmpfs", "none", medium]).status).toBe(0);
    fill();
    expect(places((await run()).events)).toHaveLength(4);

    // Other limits, so that everything is read again; so slowly that most is to come when the first file is told.
    const slowly = { limits: { entryTime: 61_000 }, readRate: 1_500 };
    const { events, told } = await run(slowly, () => {
      if (mount) spawnSync("umount", ["-l", medium]);
      else renameSync(medium, `${medium}.out`);
    });
    expect(places(events)[0]).toBe("/a/mark.txt");
    expect(events.flatMap((event) => (event.type === "failure" ? [event.failure] : [])).at(-1)).toMatchObject({
      stage: "walk",
      code: "not-found",
      path: medium,
      partial: false,
    });
    const { complete, ledger } = summaryOf(events);
    expect([complete, ledger.unwalked]).toEqual([true, 1]);
    // What is out of reach is not put right.
    expect(told?.change).toEqual({ new: 0, worse: 0, gone: 0 });
    if (mount) return;

    renameSync(`${medium}.out`, medium);
    const back = await run();
    expect(places(back.events)).toHaveLength(4);
    expect(back.told?.change).toEqual({ new: 0, worse: 0, gone: 0 });
    // Of what was out of reach the state still knows what it knew.
    expect(summaryOf(back.events).carried).toBeGreaterThan(0);
  });
});
