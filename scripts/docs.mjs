// Writes docs/formats.md from the registries of the build and the last `npm run eval:formats -- --write`: `npm run docs`. With --check nothing is
// written, and the exit code is 1 where the page is not what would be written.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { format } from "node:util";

const dist = new URL("../dist/format/", import.meta.url);
const { extractors } = await import(new URL("registry.js", dist).href);
const { knownExtensions } = await import(new URL("extensions.js", dist).href);
const { empty, textlessKinds } = await import(new URL("textless.js", dist).href);

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
  cms: "what was signed, names in certificates; what is encrypted is told",
  "forms-control": "what they show and hold",
  xml: "records as rows, running text, attributes, links, comments; Word 2003: headers, footers, notes, comments, deletions, hidden text, watermarks, properties, objects; Excel 2003: cells, hidden rows, comments, links, names, headers, properties; flat Word packages as the document they are",
  text: "all of it; rows of csv, JSON and SQL with their columns; escapes (\\u673a) resolved",
  eml: "headers, bodies, attachments",
  mbox: "each mail with its attachments",
  msg: "headers, bodies, attachments",
  zip: "every member, names in GBK too; also behind programs and pictures",
  ole2: "properties; text of Visio drawings (.vsd), Works and Publisher",
  "mac-metadata": "names of a folder's files, comments, attributes such as where a file came from",
  gz: "what is compressed in it",
  tar: "every member",
  ppt: "slides, notes, masters, comments, text boxes, properties, embedded files",
  tnef: "attachments and properties",
  vcard: "every field",
  spreadsheetml: "cells, hidden sheets and rows, comments, headers, links, names, properties",
  "7z": "every member (LZMA, LZMA2, PPMd, BCJ2, bzip2, Deflate, Deflate64, Zstandard); volumes; hidden names with a password",
  rar: "every member, also with passwords, hidden names and over volumes (what is compressed needs an optional package; without it names and what is not read)",
  sqlite: "tables with column names, the write-ahead log, dropped pages, files in blobs",
  mdb: "tables with column names (needs an optional package)",
  pst: "items with their attachments",
  bz2: "what is compressed in it",
  xz: "what is compressed in it",
  zst: "what is compressed in it",
  lz4: "what is compressed in it",
  lzma: "what is compressed in it",
  lz: "what is compressed in it",
  z: "what is compressed in it",
  epub: "chapters in reading order with their number, contents, properties, everything else in the package; encrypted chapters are told",
  vsdx: "text and data of shapes page by page, links, notes, comments, masters, properties",
  xps: "glyphs joined to lines page by page, links, outline, properties; pages that are pictures or outlines are told",
  ipynb: "prose, code and outputs with the number of their cell; pages, pictures and attachments in them",
  "dbf-memo": "read with the table beside it; alone for runs of text",
  "self-extractor": "the archive behind the program, or in one of IExpress",
  cab: "every member (stored, MSZIP, LZX); sets of cabinets",
  chm: "every page, contents, index, title",
  warc: "what servers answered and browsers sent, addresses",
  cpio: "every member",
  ar: "every member",
  rpm: "every file of the package, what its header says",
  iso: "every member",
  metafile: "text that is drawn, comments",
  dbf: "records as rows with the texts of their memo file, deleted ones too",
  picture: "Exif, XMP, IPTC, comments; what the picture shows is told as not read",
  "recycle-record": "the name a deleted file had",
};

const result = new URL("../eval/formats/result.json", import.meta.url);
const { sets } = existsSync(result) ? JSON.parse(readFileSync(result, "utf8")) : { sets: [] };
const setTitles = {
  fixtures: "Files of the repository (`fixtures/`): made by scripts, by hand, by LibreOffice",
  corpus: "Files from public test suites, and documents with a token in each hiding place (not in the repository)",
};
const share = (found, all) => `${(Math.floor((found / all) * 1000) / 10).toFixed(1)} %`;

/** A set's table: what we find in its role and place, what others give at all. */
function measured({ set, formats, missing }) {
  const sum = (key) => formats.reduce((all, one) => all + one[key], 0);
  const all = { format: "total", files: sum("files"), strings: sum("strings"), found: sum("found"), peers: {} };
  return [
    `### ${setTitles[set]}`,
    "",
    "| format | files | texts | found | recall | other programs |",
    "|---|---|---|---|---|---|",
    ...[...formats, all].map(({ format: id, files, strings, found, peers }) =>
      format(
        "| %s | %d | %d | %d | %s | %s |",
        id,
        files,
        strings,
        found,
        share(found, strings),
        Object.entries(peers)
          .map(([name, count]) => `${name} ${share(count, strings)}`)
          .join(", "),
      ),
    ),
    "",
    ...missing.map(({ file, text, role, place, elsewhere, failures }) => {
      const asked = [role, place].filter((one) => one !== undefined).join(", ");
      const told = elsewhere === "" ? failures.join(", ") : `found as ${elsewhere}`;
      return `- missing: \`${file}\`: ${text.slice(0, 60)}${asked === "" ? "" : ` (${asked})`}${told === "" ? "" : `; ${told}`}`;
    }),
    ...(missing.length > 0 ? [""] : []),
  ];
}

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
  ...[...textlessKinds, empty].map(({ id, title }) =>
    format("| `%s` | %s | %s | %s |", id, title.zh, title.en, knownExtensions[id]?.extensions.join(" ") ?? ""),
  ),
  "",
  "## Measured",
  "",
  "Texts that are known to stand in files, from what made the files, from other programs or from a look into the bytes, never from our own reader",
  "(`eval/README.md`). Ours must be found in its role (header, hidden, comment …) and place (page, slide, cell, member); for other programs it is enough",
  "that the text is there at all. They were not made for all places: headers of a workbook are nothing catdoc's family would show,",
  "LibreOffice is asked for plain text (csv, PDF) on the command line, which leaves out more than its windows show. Names of properties",
  "and labels of form fields are given to the rules as names of columns and not counted here.",
  "`npm run eval:formats -- --corpus DIR --peers --write && npm run docs`. 本表按格式列出已知文本的检出率。",
  "",
  ...sets.flatMap(measured),
];
const page = new URL("../docs/formats.md", import.meta.url);
if (!process.argv.includes("--check")) writeFileSync(page, lines.join("\n"));
else if (readFileSync(page, "utf8") !== lines.join("\n")) {
  process.stdout.write("docs/formats.md is not what the registries say: run `npm run docs`\n");
  process.exitCode = 1;
}
