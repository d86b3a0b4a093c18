import { join } from "node:path";
import { expect, it } from "vitest";

import { extractText } from "../../src/scan/extract.ts";
import { defaultLimits } from "../../src/scan/limits.ts";
import { zipOf } from "../format/zipWriter.ts";
import { eventsOf, tree } from "./support.ts";

const document = zipOf([
  { name: "[Content_Types].xml", data: "<Types/>" },
  // The rest of a word between two runs: only a reader of documents joins it.
  { name: "word/document.xml", data: "<w:document><w:p><w:r><w:t>机</w:t></w:r><w:r><w:t>密★10年</w:t></w:r></w:p></w:document>" },
]);

it("reads a compressed document inside an archive as what it is", async () => {
  const root = tree({ "a.zip": zipOf([{ name: "a.docx", data: document }]) });
  const formats: string[] = [];
  const options = { limits: defaultLimits, passwords: [], signal: new AbortController().signal };
  for await (const item of extractText(join(root, "a.zip"), options)) if (item.type === "entry") formats.push(item.format);
  expect(formats).toEqual(["zip", "docx"]);
  const events = await eventsOf(root, { isolation: "none" });
  expect(events.flatMap((event) => (event.type === "finding" ? [event.finding.masked] : []))).toEqual(["机密★10年"]);
});
