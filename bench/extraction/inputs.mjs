// Seeded inputs: the same bytes on every machine.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { zip } from "../../scripts/fixtures/zip.mjs";
import { has } from "../shared/measure.mjs";
import { random } from "../shared/random.mjs";
import { convert } from "./libreOffice.mjs";

const surnames = [..."王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"];
const given = [..."伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英"];
const words = "客户 贷款 合同 审批 意见 通知 会议 纪要 风险 评级 授信 担保 抵押 利率 期限 还款 账户 支行 分行 部门".split(" ");

function name(source) {
  return source.pick(surnames) + source.pick(given) + source.pick(given);
}

function sentence(source) {
  let text = `${name(source)}，${source.digits(11)}，`;
  for (let count = 0; count < 18; count++) text += source.pick(words) + source.pick(given);
  return `${text}。`;
}

const types = (parts) =>
  `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${parts.map(([part, type]) => `<Override PartName="${part}" ContentType="application/vnd.openxmlformats-officedocument.${type}+xml"/>`).join("")}</Types>`;
const relations = (list) =>
  `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${list.map(([id, type, target]) => `<Relationship Id="${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}"/>`).join("")}</Relationships>`;

/** A document of `count` paragraphs, of two runs each. */
function docx(count) {
  const source = random(1);
  const body = [];
  for (let index = 0; index < count; index++) {
    const text = sentence(source);
    body.push(`<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>${text.slice(0, 9)}</w:t></w:r><w:r><w:t>${text.slice(9)}</w:t></w:r></w:p>`);
  }
  return zip([
    ["[Content_Types].xml", types([["/word/document.xml", "wordprocessingml.document.main"]])],
    ["_rels/.rels", relations([["r1", "officeDocument", "word/document.xml"]])],
    [
      "word/document.xml",
      `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body.join("")}</w:body></w:document>`,
    ],
  ]);
}

function cells(source, row) {
  return [
    String(row),
    name(source),
    source.digits(18),
    source.digits(11),
    source.digits(19),
    `北京市海淀区中关村大街${row % 977}号`,
    `c${row}@example.com`,
    `${source.digits(6)}.${source.digits(2)}`,
    source.pick(words),
    source.pick(words),
  ];
}

const numeric = new Set([0, 7]);

/** A workbook of `count` rows of ten cells, eight of them shared strings. */
function xlsx(count) {
  const source = random(2);
  const strings = new Map();
  const rows = [];
  for (let row = 1; row <= count; row++) {
    const told = cells(source, row).map((text, column) => {
      const reference = `${String.fromCharCode(65 + column)}${row}`;
      if (numeric.has(column)) return `<c r="${reference}"><v>${text}</v></c>`;
      if (!strings.has(text)) strings.set(text, strings.size);
      return `<c r="${reference}" s="1" t="s"><v>${strings.get(text)}</v></c>`;
    });
    rows.push(`<row r="${row}" spans="1:10">${told.join("")}</row>`);
  }
  const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
  return zip([
    [
      "[Content_Types].xml",
      types([
        ["/xl/workbook.xml", "spreadsheetml.sheet.main"],
        ["/xl/worksheets/sheet1.xml", "spreadsheetml.worksheet"],
        ["/xl/sharedStrings.xml", "spreadsheetml.sharedStrings"],
      ]),
    ],
    ["_rels/.rels", relations([["r1", "officeDocument", "xl/workbook.xml"]])],
    [
      "xl/workbook.xml",
      `<workbook ${main} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="客户" sheetId="1" r:id="r1"/></sheets></workbook>`,
    ],
    [
      "xl/_rels/workbook.xml.rels",
      relations([
        ["r1", "worksheet", "worksheets/sheet1.xml"],
        ["r2", "sharedStrings", "sharedStrings.xml"],
      ]),
    ],
    ["xl/worksheets/sheet1.xml", `<worksheet ${main}><sheetData>${rows.join("")}</sheetData></worksheet>`],
    ["xl/sharedStrings.xml", `<sst ${main}>${[...strings.keys()].map((text) => `<si><t>${text}</t></si>`).join("")}</sst>`],
  ]);
}

async function xls(count) {
  const { utils, write } = await import("xlsx");
  const source = random(3);
  const book = utils.book_new();
  const rows = Array.from({ length: count }, (_, row) =>
    cells(source, row).map((text, column) => (numeric.has(column) ? Number(text) : text)),
  );
  utils.book_append_sheet(book, utils.aoa_to_sheet(rows), "客户");
  return write(book, { type: "buffer", bookType: "biff8", bookSST: true });
}

/** The same rows as records ([MS-XLSB] 2.3), eight cells shared strings. */
function xlsb(count) {
  const source = random(2);
  const strings = new Map();
  const wide = (text) => Buffer.concat([u32(text.length), Buffer.from(text, "utf16le")]);
  const sheet = [record(129), record(148, Buffer.concat([u32(0), u32(count - 1), u32(0), u32(9)])), record(145)];
  for (let row = 1; row <= count; row++) {
    const told = [record(0, Buffer.concat([u32(row - 1), u32(0), Buffer.from([0x2c, 1, 0, 0, 0]), u32(0)]))];
    for (const [column, text] of cells(source, row).entries()) {
      if (numeric.has(column)) {
        const number = Buffer.alloc(16);
        number.writeUInt32LE(column, 0);
        number.writeDoubleLE(Number(text), 8);
        told.push(record(5, number));
        continue;
      }
      if (!strings.has(text)) strings.set(text, strings.size);
      told.push(record(7, Buffer.concat([u32(column), u32(0), u32(strings.get(text))])));
    }
    sheet.push(Buffer.concat(told));
  }
  sheet.push(record(146), record(130));
  const type = (name) => `application/vnd.ms-excel.${name}`;
  return zip([
    [
      "[Content_Types].xml",
      `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.bin" ContentType="${type("sheet.binary.macroEnabled.main")}"/><Override PartName="/xl/worksheets/sheet1.bin" ContentType="${type("worksheet")}"/><Override PartName="/xl/sharedStrings.bin" ContentType="${type("sharedStrings")}"/><Override PartName="/xl/styles.bin" ContentType="${type("styles")}"/></Types>`,
    ],
    ["_rels/.rels", relations([["r1", "officeDocument", "xl/workbook.bin"]])],
    [
      "xl/workbook.bin",
      Buffer.concat([
        record(131),
        record(143),
        record(156, Buffer.concat([u32(0), u32(1), wide("r1"), wide("客户")])),
        record(144),
        record(132),
      ]),
    ],
    [
      "xl/_rels/workbook.bin.rels",
      relations([
        ["r1", "worksheet", "worksheets/sheet1.bin"],
        ["r2", "sharedStrings", "sharedStrings.bin"],
        ["r3", "styles", "styles.bin"],
      ]),
    ],
    ["xl/styles.bin", Buffer.concat([record(278), record(617, u32(1)), record(47, Buffer.alloc(16)), record(618), record(279)])],
    ["xl/worksheets/sheet1.bin", Buffer.concat(sheet)],
    [
      "xl/sharedStrings.bin",
      Buffer.concat([
        record(159, Buffer.concat([u32(strings.size), u32(strings.size)])),
        ...[...strings.keys()].map((text) => record(19, Buffer.concat([Buffer.from([0]), wide(text)]))),
        record(160),
      ]),
    ],
  ]);
}

function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function record(type, data = Buffer.alloc(0)) {
  const head = type < 128 ? [type] : [(type & 127) | 128, type >> 7];
  return Buffer.concat([Buffer.from([...head, (data.length & 127) | 128, data.length >> 7]), data]);
}

/** Pages of 40 lines in a Chinese font that is not embedded (GBK-EUC-H), as many programs of banks write them. */
function pdf(pages) {
  const source = random(4);
  const lookup = gbkTable();
  const objects = [];
  const add = (text) => objects.push(Buffer.isBuffer(text) ? text : Buffer.from(text, "latin1"));
  const kids = Array.from({ length: pages }, (_, page) => `${5 + page * 2} 0 R`).join(" ");
  add("<</Type/Catalog/Pages 2 0 R>>");
  add(`<</Type/Pages/Count ${pages}/Kids[${kids}]>>`);
  add("<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/GBK-EUC-H/DescendantFonts[4 0 R]>>");
  add(
    "<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor<</Type/FontDescriptor/FontName/STSong-Light/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 880/Descent -120/CapHeight 700/StemV 80>>/DW 1000>>",
  );
  for (let page = 0; page < pages; page++) {
    let content = "BT /F1 10 Tf 12 TL 40 800 Td\n";
    for (let line = 0; line < 40; line++) {
      content += `<${Array.from(sentence(source).slice(0, 50), lookup).join("")}> Tj T*\n`;
    }
    content += "ET";
    add(`<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents ${6 + page * 2} 0 R>>`);
    add(`<</Length ${content.length}>>\nstream\n${content}\nendstream`);
  }
  const out = [Buffer.from("%PDF-1.5\n%\xe2\xe3\xcf\xd3\n", "latin1")];
  let length = out[0].length;
  const offsets = [];
  for (const [index, object] of objects.entries()) {
    offsets.push(length);
    const bytes = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from("\nendobj\n")]);
    out.push(bytes);
    length += bytes.length;
  }
  const lines = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  out.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${lines}trailer<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${length}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(out);
}

/** Hex of a character in GBK: Node decodes it but does not encode. */
function gbkTable() {
  const known = new Map();
  const decoder = new TextDecoder("gb18030");
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail !== 0x7f) known.set(decoder.decode(Uint8Array.of(lead, trail)), lead.toString(16) + trail.toString(16));
    }
  }
  return (character) => (character < "\x80" ? character.charCodeAt(0).toString(16).padStart(2, "0") : (known.get(character) ?? "3f"));
}

/** The same paragraphs as Word writes them in RTF: Chinese as Unicode escapes with two bytes of GBK for older readers. */
function rtf(count) {
  const source = random(1);
  const lookup = gbkTable();
  const escaped = (text) =>
    Array.from(text, (character) => {
      if (character < "\x80") return character;
      const code = character.charCodeAt(0);
      return `\\u${code > 32767 ? code - 65536 : code}\\'${lookup(character).slice(0, 2)}\\'${lookup(character).slice(2)}`;
    }).join("");
  const body = [];
  for (let index = 0; index < count; index++) {
    const text = sentence(source);
    body.push(`\\pard\\plain\\f0\\fs21{\\b ${escaped(text.slice(0, 9))}}{${escaped(text.slice(9))}}\\par\r\n`);
  }
  return Buffer.from(`{\\rtf1\\ansi\\ansicpg936\\uc2\\deff0{\\fonttbl{\\f0\\fnil\\fcharset134 SimSun;}}\r\n${body.join("")}}`, "latin1");
}

/** A presentation of `count` slides, of a title and twelve lines each. */
function pptx(count) {
  const source = random(5);
  const main =
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"';
  const tree = (shapes) =>
    `<p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>${shapes}</p:spTree></p:cSld>`;
  const shape = (id, lines, top) =>
    `<p:sp><p:nvSpPr><p:cNvPr id="${id}" name="x"/><p:cNvSpPr txBox="1"/><p:nvPr/></p:nvSpPr><p:spPr><a:xfrm><a:off x="500000" y="${top}"/><a:ext cx="8000000" cy="900000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr/>${lines.map((line) => `<a:p><a:r><a:t>${line}</a:t></a:r></a:p>`).join("")}</p:txBody></p:sp>`;
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const map =
    '<p:clrMap bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" folHlink="folHlink"/>';
  return zip([
    [
      "[Content_Types].xml",
      types([
        ["/ppt/presentation.xml", "presentationml.presentation.main"],
        ["/ppt/slideMasters/slideMaster1.xml", "presentationml.slideMaster"],
        ["/ppt/slideLayouts/slideLayout1.xml", "presentationml.slideLayout"],
        ...numbers.map((number) => [`/ppt/slides/slide${number}.xml`, "presentationml.slide"]),
      ]),
    ],
    ["_rels/.rels", relations([["r1", "officeDocument", "ppt/presentation.xml"]])],
    [
      "ppt/presentation.xml",
      `<p:presentation ${main}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="m"/></p:sldMasterIdLst><p:sldIdLst>${numbers.map((number) => `<p:sldId id="${255 + number}" r:id="s${number}"/>`).join("")}</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>`,
    ],
    [
      "ppt/_rels/presentation.xml.rels",
      relations([
        ["m", "slideMaster", "slideMasters/slideMaster1.xml"],
        ...numbers.map((number) => [`s${number}`, "slide", `slides/slide${number}.xml`]),
      ]),
    ],
    [
      "ppt/slideMasters/slideMaster1.xml",
      `<p:sldMaster ${main}>${tree("")}${map}<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="r1"/></p:sldLayoutIdLst></p:sldMaster>`,
    ],
    ["ppt/slideMasters/_rels/slideMaster1.xml.rels", relations([["r1", "slideLayout", "../slideLayouts/slideLayout1.xml"]])],
    ["ppt/slideLayouts/slideLayout1.xml", `<p:sldLayout ${main}>${tree("")}</p:sldLayout>`],
    ["ppt/slideLayouts/_rels/slideLayout1.xml.rels", relations([["r1", "slideMaster", "../slideMasters/slideMaster1.xml"]])],
    ...numbers.flatMap((number) => [
      [
        `ppt/slides/slide${number}.xml`,
        `<p:sld ${main}>${tree(
          shape(2, [name(source)], 300_000) +
            shape(
              3,
              Array.from({ length: 12 }, () => sentence(source)),
              1_300_000,
            ),
        )}</p:sld>`,
      ],
      [`ppt/slides/_rels/slide${number}.xml.rels`, relations([["r1", "slideLayout", "../slideLayouts/slideLayout1.xml"]])],
    ]),
  ]);
}

/** What is measured: each takes its peer a second or more. */
export const inputs = {
  docx: { file: "paragraphs.docx", make: () => docx(30_000), what: "30,000 paragraphs" },
  xlsx: { file: "rows.xlsx", make: () => xlsx(200_000), what: "200,000 × 10 cells" },
  xls: { file: "rows.xls", make: () => xls(20_000), what: "20,000 × 10 cells" },
  rtf: { file: "paragraphs.rtf", make: () => rtf(20_000), what: "20,000 paragraphs" },
  doc: { file: "long.doc", from: { file: "long.docx", make: () => docx(20_000) }, what: "20,000 paragraphs" },
  ppt: { file: "slides.ppt", from: { file: "slides.pptx", make: () => pptx(600) }, what: "600 slides of 12 lines" },
  xlsb: { file: "rows.xlsb", make: () => xlsb(60_000), what: "60,000 × 10 cells" },
  pdf: { file: "pages.pdf", make: () => pdf(1300), what: "1,300 pages" },
};

/** Path of an input under `dir`, made where it is not there; undefined where it takes LibreOffice to write it and that is not here. */
export async function inputFile(dir, kind) {
  const { file, make, from } = inputs[kind];
  const path = join(dir, file);
  if (existsSync(path)) return path;
  if (from === undefined) writeFileSync(path, await make());
  else {
    if (!(await has("soffice"))) return undefined;
    const source = join(dir, from.file);
    writeFileSync(source, await from.make());
    await convert(dir, source, kind);
  }
  return path;
}
