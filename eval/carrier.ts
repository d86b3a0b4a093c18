import { writeZip } from "../dist/format/shared/zipWrite.js";
import type { Rendered } from "./template.ts";

/** Encodings that plain text comes in. */
export type Encoding = "utf8" | "gb18030" | "utf16le";
export const encodings: readonly Encoding[] = ["utf8", "gb18030", "utf16le"];

let encoded: ReadonlyMap<string, Buffer> | undefined;

/** GB 18030, turned round from the decoder: characters of two bytes, then those of four in the basic plane. */
function gb18030(text: string): Buffer {
  encoded ??= gb18030Table();
  const pieces = [...text].map((character) => {
    const bytes = character < "\u0080" ? Buffer.from(character, "latin1") : encoded?.get(character);
    if (bytes === undefined) throw new Error(`U+${character.codePointAt(0)?.toString(16)} is not in the basic plane`);
    return bytes;
  });
  return Buffer.concat(pieces);
}

function gb18030Table(): ReadonlyMap<string, Buffer> {
  const table = new Map<string, Buffer>();
  const decoder = new TextDecoder("gb18030");
  const put = (...bytes: readonly number[]): void => {
    const character = decoder.decode(Uint8Array.from(bytes));
    if ([...character].length === 1 && character !== "\ufffd" && !table.has(character)) table.set(character, Buffer.from(bytes));
  };
  for (let lead = 0x81; lead <= 0xfe; lead++) for (let trail = 0x40; trail <= 0xfe; trail++) put(lead, trail);
  for (let one = 0x81; one <= 0x84; one++) {
    for (let two = 0x30; two <= 0x39; two++)
      for (let three = 0x81; three <= 0xfe; three++) for (let four = 0x30; four <= 0x39; four++) put(one, two, three, four);
  }
  return table;
}

/** The bytes of a document. */
export function write(document: Rendered, encoding: Encoding): Uint8Array {
  const body = document.places.find(({ place }) => place === "body")?.text ?? "";
  if (document.carrier === "docx") return docx(document);
  if (document.carrier === "xlsx") return xlsx(body, document.numbers);
  if (encoding === "gb18030") return gb18030(body);
  if (encoding === "utf16le") return Buffer.from(`\ufeff${body}`, "utf16le");
  return Buffer.from(body);
}

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);
}

function paragraph(text: string): string {
  return `<w:p><w:r><w:t xml:space="preserve">${escaped(text)}</w:t></w:r></w:p>`;
}

const office = "application/vnd.openxmlformats-officedocument";
const relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/** A WordprocessingML package (ECMA-376): a line is a paragraph, lines with tabs are rows of a table. */
function docx(document: Rendered): Uint8Array {
  const body: string[] = [];
  let table: string[] = [];
  const parts: { name: string; data: string }[] = [];
  const relations: string[] = [];
  const references: string[] = [];
  const types: string[] = [];
  const close = (): void => {
    if (table.length > 0) body.push(`<w:tbl>${table.join("")}</w:tbl>`);
    table = [];
  };
  for (const { place, text } of document.places) {
    if (place === "textbox")
      body.push(
        `<w:p><w:r><w:pict><v:shape><v:textbox><w:txbxContent>${paragraph(text)}</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>`,
      );
    if (place !== "header" && place !== "footer" && place !== "watermark") continue;
    const kind = place === "footer" ? "footer" : "header";
    const id = `r${parts.length + 1}`;
    const tag = kind === "header" ? "hdr" : "ftr";
    const inner =
      place === "watermark"
        ? `<w:p><w:r><w:pict><v:shape id="PowerPlusWaterMarkObject1"><v:textpath string="${escaped(text)}"/></v:shape></w:pict></w:r></w:p>`
        : paragraph(text);
    parts.push({ name: `word/${kind}${id}.xml`, data: `<w:${tag} xmlns:w="w" xmlns:v="v">${inner}</w:${tag}>` });
    relations.push(`<Relationship Id="${id}" Type="${relation}/${kind}" Target="${kind}${id}.xml"/>`);
    references.push(`<w:${kind}Reference w:type="default" r:id="${id}"/>`);
    types.push(`<Override PartName="/word/${kind}${id}.xml" ContentType="${office}.wordprocessingml.${kind}+xml"/>`);
  }
  for (const line of (document.places.find(({ place }) => place === "body")?.text ?? "").split("\n")) {
    if (line.includes("\t"))
      table.push(
        `<w:tr>${line
          .split("\t")
          .map((cell) => `<w:tc>${paragraph(cell)}</w:tc>`)
          .join("")}</w:tr>`,
      );
    else {
      close();
      body.push(paragraph(line));
    }
  }
  close();
  const properties = document.places.filter(({ place }) => place === "property");
  if (properties.length > 0) {
    const custom = properties.map(
      ({ key, text }, index) =>
        `<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="${index + 2}" name="${escaped(key ?? "")}"><vt:lpwstr>${escaped(text)}</vt:lpwstr></property>`,
    );
    parts.push({
      name: "docProps/custom.xml",
      data: `<Properties xmlns="${office}/custom-properties" xmlns:vt="vt">${custom.join("")}</Properties>`,
    });
    types.push(`<Override PartName="/docProps/custom.xml" ContentType="${office}.custom-properties+xml"/>`);
  }
  const main = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="${relation}" xmlns:v="urn:schemas-microsoft-com:vml"><w:body>${body.join("")}<w:sectPr>${references.join("")}</w:sectPr></w:body></w:document>`;
  return zip([
    {
      name: "[Content_Types].xml",
      data: `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="${office}.wordprocessingml.document.main+xml"/>${types.join("")}</Types>`,
    },
    {
      name: "_rels/.rels",
      data: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${relation}/officeDocument" Target="word/document.xml"/></Relationships>`,
    },
    { name: "word/document.xml", data: main },
    {
      name: "word/_rels/document.xml.rels",
      data: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${relations.join("")}</Relationships>`,
    },
    ...parts,
  ]);
}

/** A SpreadsheetML package (ECMA-376): one sheet, every cell an inline text; with `numbers` what a number holds exactly is one. */
function xlsx(body: string, numbers: boolean): Uint8Array {
  const rows = body
    .trimEnd()
    .split("\n")
    .map((line, row) => {
      const cells = line.split(",").map((cell, column) => {
        const place = `${String.fromCodePoint(65 + column)}${row + 1}`;
        return numbers && /^[1-9]\d{0,14}$/.test(cell)
          ? `<c r="${place}"><v>${cell}</v></c>`
          : `<c r="${place}" t="inlineStr"><is><t>${escaped(cell)}</t></is></c>`;
      });
      return `<row r="${row + 1}">${cells.join("")}</row>`;
    });
  return zip([
    {
      name: "[Content_Types].xml",
      data: `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="${office}.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${office}.spreadsheetml.worksheet+xml"/></Types>`,
    },
    {
      name: "_rels/.rels",
      data: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${relation}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    },
    {
      name: "xl/workbook.xml",
      data: `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${relation}"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>`,
    },
    {
      name: "xl/_rels/workbook.xml.rels",
      data: `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${relation}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    },
    {
      name: "xl/worksheets/sheet1.xml",
      data: `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows.join("")}</sheetData></worksheet>`,
    },
  ]);
}

function zip(members: readonly { readonly name: string; readonly data: string }[]): Uint8Array {
  return writeZip(members.map(({ name, data }) => ({ name, bytes: Buffer.from(data) })));
}
