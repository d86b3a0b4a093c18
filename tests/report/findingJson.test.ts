import { expect, test } from "vitest";

import type { Finding } from "../../src/model/finding.ts";
import { Buffered } from "../../src/report/shared/buffered.ts";
import { FindingWriter } from "../../src/report/shared/findingJson.ts";
import { isMark } from "../../src/report/shared/words.ts";
import { events } from "./events.ts";

const findings = events.flatMap((event) => (event.type === "finding" ? [event.finding] : []));
const [first] = findings;
if (first === undefined) throw new Error("no finding");

test.each<[string, Finding]>([
  ...findings.map((finding, index): [string, Finding] => [`recorded ${index}`, finding]),
  ["quotes, escapes and lone surrogates", { ...first, path: 'a"b\\c\u0007\uD800\u2028𠀀.txt', excerpt: "\n", masked: "" }],
  ["a member unknown to the writer", { ...first, later: { deep: ["x", null, 1.5, true] } } as Finding],
  ["members that are not there", { ...first, level: undefined as never, suppression: { reason: "r", by: "b" } }],
])("writes what JSON.stringify writes, marks in quotes: %s", (_name, finding) => {
  let written = "";
  const out = new Buffered({ write: (text: string | Uint8Array) => void (written += Buffer.from(text).toString()) });
  const writer = new FindingWriter(out, "<", ">");
  const json = (one: Finding): string => {
    written = "";
    void writer.write(one);
    void out.flush();
    return written.slice(1, -1);
  };
  const quote = (one: Finding): Finding => (isMark(one) ? { ...one, masked: `“${one.masked}”`, excerpt: `“${one.excerpt}”` } : one);
  expect(json(finding)).toBe(JSON.stringify(quote(finding)));
  // What it remembers of the first does not change the second.
  const other = { ...finding, evidence: [], judgement: { is: "allowed", references: ["，"] } } as Finding;
  expect([json(other), json(finding)]).toEqual([JSON.stringify(quote(other)), JSON.stringify(quote(finding))]);
});
