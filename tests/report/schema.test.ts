import { expect, test } from "vitest";
import { gitlabCodeQuality } from "../../src/report/gitlabCodeQuality.ts";
import { json } from "../../src/report/json.ts";
import { ndjson } from "../../src/report/ndjson.ts";
import { sarif } from "../../src/report/sarif.ts";
import { cleanEvents, events, text, unreadEvents } from "./events.ts";
import { problemsOf } from "./schema.ts";

const scans = [
  ["whole", events],
  ["clean", cleanEvents],
  ["unread", unreadEvents],
  ["nothing at all", []],
  ...events.map((_event, stop) => [`stopped after ${stop}`, events.slice(0, stop)] as const),
] as const;

test.each([
  ["json", json, "report.schema.json"],
  ["sarif", sarif, "sarif-profile.schema.json"],
  ["gitlab-codequality", gitlabCodeQuality, "gitlab-codequality.schema.json"],
] as const)("%s fits its schema wherever the scan stops", async (_name, reporter, schema) => {
  for (const [name, given] of scans) {
    for (const locale of ["zh", "en"] as const) {
      expect(problemsOf(JSON.parse(await text(reporter, given, { locale })), schema), name).toEqual([]);
    }
  }
});

test("each line of ndjson fits its schema", async () => {
  for (const line of (await text(ndjson, events)).trimEnd().split("\n"))
    expect(problemsOf(JSON.parse(line), "event.schema.json")).toEqual([]);
});

test("the check sees what is wrong", () => {
  const finding = events.flatMap((event) => (event.type === "finding" ? [event.finding] : []))[0];
  expect(problemsOf({ type: "finding", finding }, "event.schema.json")).toEqual([]);
  expect(problemsOf({ type: "finding", finding: { ...finding, severity: "grave" } }, "event.schema.json")).toEqual(["$: fits 0 of oneOf"]);
  expect(problemsOf([{ description: "x" }], "gitlab-codequality.schema.json")).toEqual([
    "$[0]: no check_name",
    "$[0]: no fingerprint",
    "$[0]: no severity",
    "$[0]: no location",
  ]);
});
