import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { picture } from "../../src/format/picture.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { encode } from "../../src/util/encode.ts";
import { eventsOf, tree } from "../scan/support.ts";
import { endure } from "./hostile.ts";
import { run } from "./support.ts";
import { zipOf } from "./zipWriter.ts";

/** A TIFF structure: tags of bytes, one of them a directory of its own. */
function tiff(tags: readonly (readonly [tag: number, type: number, value: Buffer])[], little: boolean = true): Buffer {
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(2);
    if (little) bytes.writeUInt16LE(value);
    else bytes.writeUInt16BE(value);
    return bytes;
  };
  const long = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    if (little) bytes.writeUInt32LE(value);
    else bytes.writeUInt32BE(value);
    return bytes;
  };
  let data = 8 + 2 + 12 * tags.length + 4;
  const values: Buffer[] = [];
  const entries = tags.map(([tag, type, value]) => {
    const inside = value.length <= 4;
    const place = inside ? Buffer.concat([value, Buffer.alloc(4 - value.length)]) : long(data);
    if (!inside) {
      values.push(value);
      data += value.length;
    }
    return Buffer.concat([word(tag), word(type), long(value.length), place]);
  });
  return Buffer.concat([Buffer.from(little ? "II*\0" : "MM\0*", "latin1"), long(8), word(tags.length), ...entries, long(0), ...values]);
}

function segment(marker: number, ...data: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(data);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(bytes.length + 2, 2);
  return Buffer.concat([head, bytes]);
}

/** Frame header: so many pixels wide and high. */
function frame(size: number): Buffer {
  const bytes = Buffer.alloc(15, 1);
  bytes[0] = 8;
  bytes.writeUInt16BE(size, 1);
  bytes.writeUInt16BE(size, 3);
  return segment(0xc0, bytes);
}

const gbk = (text: string): Buffer => Buffer.from(encode(text, "gb18030") ?? []);
const xmp =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description dc:source="来源" xmpMM:DocumentID="13800138009"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">机密★10年 &amp; &#x5ba2;</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>';
const iptc = Buffer.concat([Buffer.from([0x1c, 2, 120, 0, 8]), gbk("说明文字")]);
const exif = tiff([
  [0x010e, 2, Buffer.from("客户名单 13800138000\0")],
  [0x013b, 2, gbk("作者甲乙\0")],
  [0x9286, 7, Buffer.concat([Buffer.from("UNICODE\0"), Buffer.from("用户注释", "utf16le")])],
  [0x9c9b, 1, Buffer.from("标题\0", "utf16le")],
  [0x0132, 2, Buffer.from("2026:11:26 00:00:00\0")],
]);

function jpeg(size: number): Buffer {
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe1, Buffer.from("Exif\0\0", "latin1"), exif),
    segment(0xe1, Buffer.from("http://ns.adobe.com/xap/1.0/\0", "latin1"), Buffer.from(xmp)),
    segment(0xed, Buffer.from("Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0d", "latin1"), iptc, Buffer.alloc(1)),
    segment(0xfe, gbk("注释内容")),
    frame(size),
    segment(0xda, Buffer.alloc(10)),
    Buffer.alloc(500, 7),
    Buffer.from([0xff, 0xd9]),
  ]);
}

const inJpeg =
  "metadata [property]: ImageDescription: 客户名单 13800138000\nArtist: 作者甲乙\nUserComment: 用户注释\nXPTitle: 标题\ndc:source: 来源\ndc:title: 机密★10年 & 客\nCaption: 说明文字\nComment: 注释内容\n";

/** A profile as ImageMagick writes it: its kind, its length, hexadecimal digits in lines of 36 bytes. */
function profile(kind: string, data: Buffer): readonly [string, Buffer] {
  const digits = data.toString("hex").replaceAll(/.{72}/g, "$&\n");
  const text = deflateSync(`\n${kind}\n${String(data.length).padStart(8)}\n${digits}\n`);
  return ["zTXt", Buffer.concat([Buffer.from(`Raw profile type ${kind}\0\0`), text])];
}

function png(size: number, ...chunks: readonly (readonly [string, Buffer])[]): Buffer {
  const header = Buffer.alloc(13, 1);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  const all: readonly (readonly [string, Buffer])[] = [["IHDR", header], ...chunks, ["IEND", Buffer.alloc(0)]];
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    ...all.map(([type, data]) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(data.length);
      return Buffer.concat([length, Buffer.from(type, "latin1"), data, Buffer.alloc(4)]);
    }),
  ]);
}

function chunk(type: string, ...data: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(data);
  const head = Buffer.from(`${type}\0\0\0\0`, "latin1");
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

function box(type: string, ...data: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(data);
  const head = Buffer.from(`\0\0\0\0${type}`, "latin1");
  head.writeUInt32BE(body.length + 8, 0);
  return Buffer.concat([head, body]);
}

const xmpTold = "dc:source: 来源\ndc:title: 机密★10年 & 客\n";
const film = box(
  "moov",
  box("mvhd", Buffer.alloc(100)),
  box(
    "udta",
    box("\xa9nam", Buffer.from([0, 12, 0, 0]), Buffer.from("影片名称")),
    box(
      "meta",
      Buffer.alloc(4),
      box("hdlr", Buffer.alloc(24)),
      box("ilst", box("\xa9cmt", box("data", Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]), Buffer.from("项目说明")))),
    ),
    box("XMP_", Buffer.from(xmp)),
  ),
);
const filmTold = `metadata [property]: nam: 影片名称\ncmt: 项目说明\n${xmpTold}`;

describe("texts beside the pixels", () => {
  test.each([
    ["JPEG", jpeg(1000), inJpeg],
    [
      "PNG",
      png(
        1000,
        ["tEXt", Buffer.from("Title\0Plain")],
        ["zTXt", Buffer.concat([Buffer.from("Comment\0\0"), deflateSync(gbk("压缩的注释"))])],
        ["iTXt", Buffer.concat([Buffer.from("Author\0\0\0zh\0作者\0"), Buffer.from("国际文字")])],
        ["iTXt", Buffer.concat([Buffer.from("XML:com.adobe.xmp\0\x01\0\0\0"), deflateSync(xmp)])],
        ["eXIf", exif],
      ),
      "metadata [property]: Title: Plain\nComment: 压缩的注释\nAuthor: 国际文字\ndc:source: 来源\ndc:title: 机密★10年 & 客\nImageDescription: 客户名单 13800138000\nArtist: 作者甲乙\nUserComment: 用户注释\nXPTitle: 标题\n",
    ],
    [
      "PNG with profiles by ImageMagick",
      png(
        1000,
        profile("exif", Buffer.concat([Buffer.from("Exif\0\0"), exif])),
        profile("8bim", Buffer.concat([Buffer.from("3842494d040400000000000d1c02780008", "hex"), Buffer.from("Caption8\0")])),
        profile("iptc", Buffer.concat([Buffer.from("1c02500008", "hex"), Buffer.from("By-line8")])),
        profile("xmp", Buffer.from(xmp)),
        profile("icc", Buffer.from("no text")),
      ),
      `metadata [property]: ImageDescription: 客户名单 13800138000\nArtist: 作者甲乙\nUserComment: 用户注释\nXPTitle: 标题\nCaption: Caption8\nAuthor: By-line8\n${xmpTold}`,
    ],
    [
      "GIF",
      Buffer.concat([
        Buffer.from("GIF89a\xe8\x03\xe8\x03\x80\0\0", "latin1"),
        Buffer.alloc(6),
        Buffer.from([0x21, 0xfe, 8]),
        gbk("动图注释"),
        Buffer.from([0, 0x3b]),
      ]),
      "metadata [property]: Comment: 动图注释\n",
    ],
    [
      "WebP",
      Buffer.concat([
        Buffer.from("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xe7\x03\0\xe7\x03\0EXIF", "latin1"),
        Buffer.from([exif.length, 0, 0, 0]),
        exif,
      ]),
      "metadata [property]: ImageDescription: 客户名单 13800138000\nArtist: 作者甲乙\nUserComment: 用户注释\nXPTitle: 标题\n",
    ],
    [
      "TIFF",
      tiff(
        [
          [0x010d, 2, Buffer.from("大端文档名\0")],
          [700, 1, Buffer.from(xmp)],
        ],
        false,
      ),
      "metadata [property]: DocumentName: 大端文档名\ndc:source: 来源\ndc:title: 机密★10年 & 客\n",
    ],
    [
      "JPEG with XMP in UTF-16",
      Buffer.concat([
        Buffer.from([0xff, 0xd8]),
        segment(0xe1, Buffer.from("http://ns.adobe.com/xap/1.0/\0\xfe\xff", "latin1"), Buffer.from(xmp, "utf16le").swap16()),
        frame(1000),
        segment(0xda, Buffer.alloc(10)),
      ]),
      `metadata [property]: ${xmpTold}`,
    ],
    [
      "AVI",
      Buffer.concat([
        Buffer.from("RIFF\0\0\0\0AVI ", "latin1"),
        chunk("LIST", Buffer.from("hdrl"), Buffer.alloc(20)),
        chunk("LIST", Buffer.from("INFO"), chunk("INAM", gbk("影片甲\0")), chunk("ISFT", Buffer.from("Recorder"))),
        chunk("_PMX", Buffer.from(xmp)),
      ]),
      `metadata [property]: Title: 影片甲\nISFT: Recorder\n${xmpTold}`,
    ],
    ["MP4", Buffer.concat([box("ftyp", Buffer.from("isom\0\0\0\0")), box("mdat", Buffer.alloc(5000)), film]), filmTold],
    ["QuickTime without a type", Buffer.concat([box("wide"), box("mdat", Buffer.alloc(100)), film]), filmTold],
    [
      "JPEG 2000",
      Buffer.concat([
        box("jP  ", Buffer.from("\r\n\x87\n", "latin1")),
        box("uuid", Buffer.from("be7acfcb97a942e89c71999491e3afac", "hex"), Buffer.from(xmp)),
      ]),
      `metadata [property]: ${xmpTold}`,
    ],
    [
      "Photoshop",
      Buffer.concat([
        Buffer.from("8BPS\0\x01\0\0\0\0\0\0\0\x03\0\0\x03\xe8\0\0\x03\xe8\0\x08\0\x03\0\0\0\0", "latin1"),
        Buffer.from([0, 0, 0, 26]),
        Buffer.from("8BIM\x04\x04\0\0\0\0\0\x0d", "latin1"),
        iptc,
        Buffer.alloc(1),
      ]),
      "metadata [property]: Caption: 说明文字\n",
    ],
  ])("%s", async (_, bytes, expected) => {
    expect(await picture.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
    const result = await run(picture, memorySource(bytes));
    expect(result.texts).toEqual([expected]);
    expect(result.failures).toEqual(["no-text file whole"]);
  });
});

test("a small picture is textless unless a text stands in it", async () => {
  const root = tree({ "bare.png": png(16), "told.jpg": jpeg(16), "large.jpg": jpeg(1000) });
  const events = await eventsOf(root, { isolation: "none" });
  const ends = events.flatMap((event) => (event.type === "entry-end" ? [`${event.path.slice(root.length + 1)} ${event.coverage}`] : []));
  expect(ends).toEqual(["bare.png textless", "large.jpg partial", "told.jpg full"]);
  const found = events.flatMap((event) =>
    event.type === "finding" && event.finding.infoType === "CN_MOBILE" ? [event.finding.path.slice(root.length + 1)] : [],
  );
  expect(found).toEqual(["large.jpg", "told.jpg"]);
});

test("cut, bent and garbled pictures", async () => {
  await endure(picture, jpeg(1000), 3);
  await endure(picture, png(1000, ["eXIf", exif], ["tEXt", Buffer.from("a\0b")]), 8);
  await endure(picture, tiff([[0x010d, 2, Buffer.from("name of a document\0")]]), 4);
});

/** The head of a PNG of this size, which is all that is looked at. */
function pngOf(width: number, height: number): Buffer {
  const head = Buffer.alloc(25);
  head.write("IHDR", 0, "latin1");
  head.writeUInt32BE(width, 4);
  head.writeUInt32BE(height, 8);
  head.set([8, 0, 0, 0, 0], 12);
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a0000000d", "hex"),
    head.subarray(0, 21),
    Buffer.from("0000000049454e44ae426082", "hex"),
  ]);
}

test("pictures below 300×300 are without text, alone and in documents; thumbnails stand in the ledger", async () => {
  const document = zipOf([
    { name: "[Content_Types].xml", data: "<Types/>" },
    { name: "word/document.xml", data: "<w:document><w:body><w:p><w:r><w:t>text</w:t></w:r></w:p></w:body></w:document>" },
    { name: "docProps/thumbnail.png", data: pngOf(256, 181) },
    { name: "word/media/image1.png", data: pngOf(299, 299) },
    { name: "word/media/image2.png", data: pngOf(300, 10) },
  ]);
  const root = tree({ "a.png": pngOf(299, 299), "b.png": pngOf(300, 299), "c.png": pngOf(10, 300), "d.docx": document });
  const events = await eventsOf(root, { isolation: "none" });
  const coverage = events.flatMap((event) =>
    event.type === "entry-end" ? [`${event.path.slice(root.length + 1)} ${event.coverage}`] : [],
  );
  expect(coverage.toSorted()).toEqual([
    "a.png textless",
    "b.png none",
    "c.png none",
    "d.docx full",
    "d.docx!/docProps/thumbnail.png textless",
    "d.docx!/word/media/image1.png textless",
    "d.docx!/word/media/image2.png none",
  ]);
});

/** A QuickDraw picture of so many points, with what a file has before it or without. */
function pict(size: number, version: readonly number[], before: number): Buffer {
  const head = Buffer.alloc(10);
  head.writeInt16BE(size, 6);
  head.writeInt16BE(size, 8);
  return Buffer.concat([Buffer.alloc(before), head, Buffer.from(version), Buffer.alloc(40)]);
}

test.each([
  [[0, 0x11, 2, 0xff, 0x0c, 0], 0],
  [[0, 0x11, 2, 0xff, 0x0c, 0], 512],
  [[0x11, 1, 1, 0, 10], 512],
])("PICT %j behind %d bytes: needs a person as other pictures do, unless it is small", async (version, before) => {
  const events = await eventsOf(tree({ "a.pct": pict(400, version, before), "b.pct": pict(40, version, before) }), { isolation: "none" });
  expect(events.flatMap((event) => (event.type === "failure" ? [event.failure.detail] : []))).toEqual(["PICT: needs a person or OCR"]);
  expect(events.flatMap((event) => (event.type === "entry-end" ? [event.format] : []))).toEqual(["picture", "small-picture"]);
});

test("films and JPEG 2000: cut, bent and garbled boxes", async () => {
  await endure(picture, Buffer.concat([box("ftyp", Buffer.from("isom\0\0\0\0")), film]), 12);
  // A box that holds itself, and ones without a length.
  const looping = Buffer.concat([
    box("ftyp", Buffer.from("isom\0\0\0\0")),
    Buffer.from("\0\0\0\x01moov\0\0\0\0\0\0\0\x10\0\0\0\x04free", "latin1"),
  ]);
  expect((await run(picture, memorySource(looping))).failures).toEqual(["no-text file whole"]);
});
