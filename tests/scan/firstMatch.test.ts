import { describe, expect, test } from "vitest";

import { firstMatchOf, isEnough } from "../../src/judge/firstMatch.ts";
import { zipOf } from "../format/zipWriter.ts";
import { eventsOf, requestOf, tree } from "./support.ts";

const person = "客户张建国，身份证号 110101199003074477，手机 13682645189\n";
const filler = "会议要求各部门认真学习，确保各项工作落到实处，系统运行正常。\n".repeat(16_000);

async function said(
  files: Readonly<Record<string, string | Uint8Array>>,
  change: Parameters<typeof eventsOf>[1] = {},
): Promise<readonly string[]> {
  const root = tree(files);
  const events = await eventsOf(root, { zone: "internet", firstMatch: true, ...change });
  const shown = (path: string): string => path.slice(root.length + 1);
  return events.flatMap((event) => {
    if (event.type === "failure") return [`${shown(event.failure.path)} ${event.failure.code}${event.failure.partial ? "+" : "-"}`];
    return event.type === "entry-end" ? [`${shown(event.path)} ${event.verdict} ${event.coverage}`] : [];
  });
}

describe("with --first-match a file", () => {
  test("ends at its first finding that gates, which is said", async () => {
    expect(await said({ "a.txt": person + filler + person })).toEqual(["a.txt first-match+", "a.txt violation partial"]);
  });

  test("that was read to its end all the same is whole", async () => {
    expect(await said({ "a.txt": person })).toEqual(["a.txt violation full"]);
    expect(await said({ "a.txt": filler + person })).toEqual(["a.txt violation full"]);
  });

  test("with nothing that gates is read to its end", async () => {
    expect(await said({ "a.txt": `联系电话 13682645189\n${filler}` })).toEqual(["a.txt clean full"]);
    expect(await said({ "a.txt": person + filler }, { zone: "internet", failOn: "critical" })).toEqual(["a.txt violation full"]);
  });

  test("ends with what is nested in it", async () => {
    const zip = zipOf([
      { name: "1.txt", data: person },
      { name: "2.txt", data: person },
    ]);
    expect(await said({ "a.zip": zip, "b.txt": person })).toEqual([
      "a.zip!/1.txt violation full",
      "a.zip first-match+",
      "a.zip not-examined partial",
      "b.txt violation full",
    ]);
  });
});

test("what ends a file follows the zone and what gates", async () => {
  const root = tree({ "a.txt": "" });
  const of = async (zone: string, failOn: "violation" | "suspect" | "high") => firstMatchOf(await requestOf(root, { zone, failOn }));
  const internet = await of("internet", "violation");
  expect(isEnough(internet, "cn-secret/state-mark", "high", "critical")).toBe(true);
  expect(isEnough(internet, "cn-secret/state-mark", "medium", "critical")).toBe(false);
  expect(isEnough(await of("internet", "suspect"), "cn-secret/state-mark", "medium", "critical")).toBe(true);
  expect(isEnough(internet, "cn-secret/state-mark", "high", "info")).toBe(false);
  expect(isEnough(await of("internet", "high"), "cn-secret/state-mark", "medium", "medium")).toBe(false);
  // What a classified computer may hold hangs on the level of the mark.
  expect(isEnough(await of("classified:jimi", "violation"), "cn-secret/state-mark", "high", "critical")).toBe(false);
});
