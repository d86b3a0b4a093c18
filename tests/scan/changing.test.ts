import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

import { eventsOf, summaryOf, tree } from "./support.ts";

it("tells what went, was replaced or grew after the walk had met it, and reads the rest", async () => {
  const note = "今天下雨。".repeat(100);
  const root = tree({
    "a.txt": note,
    "b-gone.txt": note,
    "c-link.txt": note,
    "d-directory.txt": note,
    "e-other.txt": note,
    "f-shorter.txt": note,
    "h.txt": `机密★10年\n${note}\n`,
    "z-grows.csv": "6222021001116245702,13900139002\n".repeat(20_000),
  });
  const at = (name: string): string => join(root, name);
  let growing: NodeJS.Timeout | undefined;
  // All are listed at once, and read so slowly that the first is told before the second goes out.
  const events = await eventsOf(root, { zone: "internet", jobs: 1, readRate: 3_000, limits: { entryTime: 60_000 } }, undefined, (event) => {
    if (event.type !== "entry-end" || growing !== undefined) return;
    rmSync(at("b-gone.txt"));
    rmSync(at("c-link.txt"));
    symlinkSync("/dev/zero", at("c-link.txt"));
    rmSync(at("d-directory.txt"));
    mkdirSync(at("d-directory.txt"));
    writeFileSync(at("new"), "机密★10年\n");
    renameSync(at("new"), at("e-other.txt"));
    writeFileSync(at("f-shorter.txt"), "短");
    growing = setInterval(() => appendFileSync(at("z-grows.csv"), "6222021001116245702,13900139002\n"), 5);
  });
  clearInterval(growing);
  const fates = events.flatMap((event) => (event.type === "entry-end" ? [`${event.path.slice(root.length + 1)} ${event.coverage}`] : []));
  expect(fates).toEqual([
    "a.txt full",
    "b-gone.txt none",
    "c-link.txt none",
    "d-directory.txt none",
    "e-other.txt full",
    "f-shorter.txt full",
    "h.txt full",
    "z-grows.csv partial",
  ]);
  expect(
    events.flatMap((event) => (event.type === "failure" ? [`${event.failure.path.slice(root.length + 1)} ${event.failure.code}`] : [])),
  ).toEqual(["b-gone.txt not-found", "c-link.txt changed", "d-directory.txt changed", "z-grows.csv changed"]);
  // What stood there when it was read counts, not what the walk had met.
  const marks = events.flatMap((event) =>
    event.type === "finding" && event.finding.dataClass === "state-secret" ? [event.finding.path] : [],
  );
  expect(marks.map((path) => path.slice(root.length + 1))).toEqual(["e-other.txt", "h.txt"]);
  expect(summaryOf(events).complete).toBe(true);
});
