import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

import { zipOf } from "../format/zipWriter.ts";
import { eventsOf, tree } from "./support.ts";

/** A mobile number in two runs: only a reader of documents sees it whole, the XML around it would hide it. */
const docx = zipOf([
  {
    name: "[Content_Types].xml",
    data: '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
  },
  {
    name: "_rels/.rels",
    data: '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
  },
  {
    name: "word/document.xml",
    data: '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>手机号：1381234</w:t></w:r><w:r><w:t>5678</w:t></w:r></w:p></w:body></w:document>',
  },
]);

test("a document that was compressed into an archive is read as a document", async () => {
  const root = tree({ "a.zip": zipOf([{ name: "b.docx", data: docx }]), "c.docx.gz": gzipSync(docx) });
  const events = await eventsOf(root, { isolation: "none" });
  const found = events.flatMap((event) =>
    event.type === "finding" ? [[event.finding.path.slice(root.length + 1), event.finding.infoType]] : [],
  );
  expect(found).toEqual([
    ["a.zip!/b.docx", "CN_MOBILE"],
    ["c.docx.gz!/c.docx", "CN_MOBILE"],
  ]);
  expect(events.filter((event) => event.type === "failure")).toEqual([]);
});
