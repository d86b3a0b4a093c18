import { expect, it } from "vitest";
import { eventsOf, summaryOf, tree } from "./support.ts";

const root = tree({
  "lesson.txt": "国家秘密的密级分为绝密、机密、秘密三级。\n例如：“机密★10年”表示该件为机密级。\n机密级应当知悉到人。\n",
  "marked.txt": "机密★10年\n关于开展自查的通知\n国家秘密的密级分为绝密、机密、秘密三级。\n",
  "plain.txt": "保守国家秘密是公民的基本义务。\n",
});

it("is left out, and tells once of a file that only speaks of levels when it is switched on; it never gates", async () => {
  const off = await eventsOf(root, { zone: "internet" });
  expect(off.some((event) => event.type === "finding" && event.finding.infoType === "MARK_MENTION")).toBe(false);
  const on = await eventsOf(root, { zone: "internet", enabledRules: ["cn-secret/mention"] });
  const found = on.flatMap((event) => (event.type === "finding" && event.finding.infoType === "MARK_MENTION" ? [event.finding] : []));
  expect(found.map(({ path, severity, effect, location }) => [path.split("/").at(-1), severity, effect, location.kind])).toEqual([
    ["lesson.txt", "info", "recorded", "whole"],
  ]);
  expect(on.flatMap((event) => (event.type === "entry-end" ? [event.verdict] : []))).toEqual(["clean", "violation", "clean"]);
  expect(summaryOf(on).findings).toBe(summaryOf(off).findings + 1);
});
