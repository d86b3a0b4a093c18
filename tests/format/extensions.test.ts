import { expect, test } from "vitest";
import { disguisedExtension, knownExtensions } from "../../src/format/extensions.ts";

const cases: readonly (readonly [name: string, format: string, lie: string | undefined])[] = [
  ["a.docx", "docx", undefined],
  ["公文.DOCX", "docx", undefined],
  ["a.jpg", "docx", ".jpg"],
  ["a.dat", "docx", ".dat"],
  ["a.JPG", "pdf", ".jpg"],
  ["a.wps", "doc", undefined],
  ["a.doc", "rtf", undefined],
  ["export.xls", "html", undefined],
  ["export.xls", "text", undefined],
  ["a.docx.bak", "docx", undefined],
  ["a.docx.1", "docx", undefined],
  ["a", "docx", undefined],
  [".docx", "pdf", undefined],
  ["notes.weird", "text", undefined],
  ["notes.jpg", "text", ".jpg"],
  ["notes.exe", "text", ".exe"],
  ["picture.png", "picture", undefined],
  ["picture.jpg", "zip", ".jpg"],
  ["setup.exe", "zip", undefined],
  ["report.docx", "zip", ".docx"],
  ["report.docx", "program", ".docx"],
  ["report.pdf", "picture", ".pdf"],
  ["a.anything", "sqlite", undefined],
  ["年报.机密", "docx", undefined],
];

test.each(cases)("%s in %s", (name, format, lie) => {
  expect(disguisedExtension(name, format, false)).toBe(lie);
});

test("extensions are lower case and listed once", () => {
  for (const { extensions } of Object.values(knownExtensions)) {
    expect(extensions).toEqual([...new Set(extensions)]);
    for (const extension of extensions) expect(extension).toMatch(/^[a-z0-9]{1,10}$/);
  }
});
