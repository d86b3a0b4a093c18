// Writes docs/formats.md from the registries of the build: `npm run docs`.
import { writeFileSync } from "node:fs";

import { format } from "node:util";

const dist = new URL("../dist/format/", import.meta.url);
const { extractors } = await import(new URL("registry.js", dist).href);
const { knownExtensions } = await import(new URL("extensions.js", dist).href);
const { textlessKinds } = await import(new URL("textless.js", dist).href);

/** What is read of each format beside its running text, by the id of its extractor. */
const places = {
  pdf: "pages, annotations, forms, bookmarks, properties, XMP, attachments, scripts; pages that are pictures are told",
  ofd: "pages in reading order with their templates, annotations, outlines, attachments, properties, seals, earlier versions; pages that are pictures are told",
  odf: "body, headers, footers, watermarks, notes, comments, deletions, hidden parts, text boxes, alternative text, fields, forms, links, names, validation, properties, embedded documents",
  docx: "every part: headers, footers, notes, comments, deletions, hidden text, text boxes, watermarks, fields, charts, diagrams, properties, custom XML, links, embedded files",
  xlsx: "cells as typed, hidden sheets and rows, comments, headers, text boxes, validation, names, links, properties, embedded files",
  pptx: "slides, hidden ones too, notes, comments, masters, tables, charts, diagrams, properties, embedded files",
  xlsb: "cells, hidden sheets, names",
  xls: "cells, hidden sheets, comments, headers, text boxes, names, properties",
  doc: "body, headers, footers, notes, comments, deletions, hidden text, text boxes, fields, properties, embedded files",
  rtf: "body, headers, footers, notes, comments, deletions, hidden text, text boxes, watermarks, fields, links, tables, properties, objects, pictures; pages packed into it",
  html: "text with tags taken out, tables, form fields, attributes, links, comments, scripts, hidden elements, embedded data",
  xml: "records as rows, running text, attributes, links, comments; Word 2003: headers, footers, notes, comments, deletions, hidden text, watermarks, properties, objects; Excel 2003: cells, hidden rows, comments, links, names, headers, properties; flat Word packages as the document they are",
  text: "all of it; rows of csv, JSON and SQL with their columns; escapes (\\u673a) resolved",
  eml: "headers, bodies, attachments",
  mbox: "each mail with its attachments",
  msg: "headers, bodies, attachments",
  zip: "every member, names in GBK too; also behind programs and pictures",
  ole2: "properties",
  "mac-metadata": "names of a folder's files, comments, attributes such as where a file came from",
  gz: "what is compressed in it",
  tar: "every member",
  ppt: "slides, notes, masters, comments, text boxes, properties, embedded files",
  tnef: "attachments and properties",
  vcard: "every field",
  "recycle-record": "the name a deleted file had",
};

const lines = [
  "# Formats",
  "",
  "<!-- Written by `npm run docs` from src/format; do not edit. -->",
  "",
  "A file is read by what it holds, never by its name. A name that lies (a docx called `.jpg` or `.dat`) gives a finding of severity info,",
  "`advisory/disguised-extension`, raised to low where the content has findings; it never gates. What cannot be read, or only in part, is told as",
  "a failure. 按内容识别格式，不看扩展名；扩展名与内容不符的另作提示。",
  "",
  "## Read",
  "",
  "| id | 格式 | format | names | read beside the text |",
  "|---|---|---|---|---|",
  ...extractors.map(({ id, title }) =>
    format("| `%s` | %s | %s | %s | %s |", id, title.zh, title.en, knownExtensions[id]?.extensions.join(" ") ?? "", places[id] ?? ""),
  ),
  "",
  "## Without text",
  "",
  "These can hold no text for the rules. They are counted apart and never called clean. An archive behind one of them is read all the same.",
  "",
  "| id | 种类 | kind | names |",
  "|---|---|---|---|",
  ...textlessKinds.map(({ id, title }) =>
    format("| `%s` | %s | %s | %s |", id, title.zh, title.en, knownExtensions[id]?.extensions.join(" ") ?? ""),
  ),
  "| `empty` | 空文件 | Empty files | |",
  "",
];
writeFileSync(new URL("../docs/formats.md", import.meta.url), lines.join("\n"));
