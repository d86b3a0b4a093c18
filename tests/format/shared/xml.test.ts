import { describe, expect, test } from "vitest";
import { attribute, attributesOf, bytesOf, createXmlScanner, textOf, trimBytes, xmlPieces } from "../../../src/format/shared/xml.ts";

function scan(document: string, step: number): { events: string; sound: boolean } {
  let events = "";
  const bytes = Buffer.from(document).toString("latin1");
  const scanner = createXmlScanner({
    open: (name, attributes) => {
      events += `<${name}${attributes}>`;
    },
    close: (name) => {
      events += `</${name}>`;
    },
    text: (text) => {
      events += text;
    },
  });
  for (let at = 0; at < bytes.length; at += step) scanner.push(bytes.slice(at, at + step));
  const sound = scanner.end();
  return { events: textOf(events), sound };
}

const documents: readonly { title: string; document: string; events: string; sound?: boolean }[] = [
  { title: "elements and text", document: "<w:a x='1'>机<b/>密</w:a>", events: "<a x='1'>机<b></b>密</a>" },
  { title: "a > inside a value", document: `<a f="A1>0" g='"'>x</a>`, events: `<a f="A1>0" g='"'>x</a>` },
  { title: "references", document: "<a>&lt;&#65;&#x4E2D;&amp;amp;&unknown;&#xD800;</a>", events: "<a><A中&amp;&unknown;\ufffd</a>" },
  { title: "comments, instructions and CDATA", document: "<?xml v?><!-- <x> --><a><![CDATA[<y>&amp;]]></a>", events: "<a><y>&amp;</a>" },
  { title: "a document type with a subset", document: `<!DOCTYPE a [<!ENTITY b "]>"><!ELEMENT c (d)>]><a>&b;</a>`, events: "<a>&b;</a>" },
  { title: "a name space in the value", document: `<a xmlns:w="u:v"/>`, events: `<a xmlns:w="u:v"></a>` },
  { title: "a tag that does not end", document: "<a>x<b", events: "<a>x", sound: false },
  { title: "an element that does not end", document: "<a><b>x</b>", events: "<a><b>x</b>", sound: false },
  { title: "a lone ampersand at the end", document: "<a>R&D &", events: "<a>R&D &", sound: false },
];

describe("the scanner tells the same whatever the pieces", () => {
  test.each(documents)("$title", ({ document, events, sound = true }) => {
    for (const step of [1, 2, 3, 5, 7, 1000]) expect({ step, ...scan(document, step) }).toEqual({ step, events, sound });
  });
});

test("tags that never end cost no square", () => {
  const started = process.cpuUsage();
  for (const filler of ["<", "<a ", `<a b="`, "<!DOCTYPE [", "<!--", "<a b='\"'", "&", "<a x"]) {
    const scanner = createXmlScanner({ open: () => undefined, close: () => undefined, text: () => undefined });
    const piece = filler.repeat(Math.ceil(131_072 / filler.length));
    for (let count = 0; count < 256; count++) scanner.push(piece);
    expect(scanner.end()).toBe(filler === "&");
  }
  const used = process.cpuUsage(started);
  expect((used.user + used.system) / 1e6).toBeLessThan(20);
});

test("attributes by name, with or without a prefix", () => {
  const tag = ` r:id="rId1" idx = 'x' w:val="&#x673a;" name="n>"`;
  expect(attribute(tag, "id")).toBe("rId1");
  expect(attribute(tag, "idx")).toBe("x");
  expect(textOf(attribute(tag, "val") ?? "")).toBe("机");
  expect(attribute(tag, "name")).toBe("n>");
  expect(attribute(tag, "none")).toBeUndefined();
  expect(attributesOf(` xmlns:w="u" w:a="1" b='2'`)).toEqual([
    ["a", "1"],
    ["b", "2"],
  ]);
});

describe("encodings", () => {
  const text = `<a>机密★</a>`;
  test.each([
    { title: "UTF-8", bytes: Buffer.from(text) },
    { title: "UTF-8 with a mark", bytes: Buffer.from(`\ufeff${text}`) },
    { title: "UTF-16 LE with a mark", bytes: Buffer.from(`\ufeff${text}`, "utf16le") },
    { title: "UTF-16 LE without", bytes: Buffer.from(text, "utf16le") },
    { title: "UTF-16 BE with a mark", bytes: Buffer.from(`\ufeff${text}`, "utf16le").swap16() },
    { title: "a declared encoding nobody knows", bytes: Buffer.from(`<?xml version="1.0" encoding="x-none"?>${text}`) },
  ])("$title", async ({ bytes }) => {
    for (const step of [1, 3, 100]) {
      let told = "";
      const pieces = async function* (): AsyncGenerator<Uint8Array> {
        for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
      };
      for await (const piece of xmlPieces(pieces())) told += piece;
      expect(
        textOf(told)
          .replace(/^\ufeff/, "")
          .replace(/^<\?.*?\?>/, ""),
      ).toBe(text);
    }
  });
});

test("trimming a byte string keeps characters that end in A0", () => {
  expect(textOf(trimBytes(bytesOf(" \t添加\r\n")))).toBe("添加");
  expect(textOf(trimBytes(bytesOf("删")))).toBe("删");
  expect(trimBytes(" \n ")).toBe("");
});
