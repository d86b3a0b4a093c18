import { describe, expect, it } from "vitest";

import { characterStart, decode, decodedLength } from "../../src/util/decode.ts";
import type { ByteEncoding } from "../../src/util/decode.ts";
import { encode } from "../../src/util/encode.ts";

const texts = [
  "身份证号：110101199003078670，手机１３８００１３８０００。",
  "a\r\nb\rc\nd",
  "機密★10年 ㈱ ﬁ ½ Ⅹ ‐ — \u200b零宽",
  "😀表情𠮷野家",
];

describe("decode", () => {
  for (const encoding of ["utf8", "gb18030"] as const satisfies readonly ByteEncoding[]) {
    it(`finds the byte of every unit and the unit of every byte in ${encoding}`, () => {
      for (const text of texts) {
        const bytes = encoding === "utf8" ? Buffer.from(text) : encode(text, encoding);
        if (bytes === undefined) continue;
        const decoded = decode(bytes, 0, bytes.length, encoding);
        for (let index = 0; index < decoded.text.length; index++) {
          const unit = decoded.text.charCodeAt(index);
          if (unit >= 0xdc00 && unit <= 0xdfff) continue;
          const offset = decoded.offsetOf(index);
          expect(characterStart(bytes, offset, 0, encoding)).toBe(offset);
          expect(decoded.offsetOf(decoded.indexOf(offset))).toBe(offset);
        }
        expect(decoded.offsetOf(decoded.text.length)).toBe(bytes.length);
      }
    });
  }

  it.each([
    ["１２３ＡＢＣ：（　）", "123ABC:( )"],
    ["a\u200bb\ufeffc\u00add", "abcd"],
    ["1–2‐3−4", "1-2-3-4"],
    ["一\r\n二\r三", "一\n二\n三"],
    ["Ⅹ㈱ﬁ", "X(株)fi"],
  ])("normalises %j", (text, expected) => {
    const bytes = Buffer.from(text);
    expect(decode(bytes, 0, bytes.length, "utf8").text).toBe(expected);
  });

  it("steps over broken bytes as the decoder does", () => {
    const bytes = Buffer.from([0xe6, 0x9c, 0x41, 0xff, 0xf0, 0x9f, 0x98, 0xe5, 0xaf, 0x86, 0x31]);
    const decoded = decode(bytes, 0, bytes.length, "utf8");
    expect(decoded.text).toBe("\ufffdA\ufffd\ufffd密1");
    expect([...decoded.text].map((_, index) => decoded.offsetOf(index))).toEqual([0, 2, 3, 4, 7, 10]);
  });
});

describe("decodedLength", () => {
  it.each(["utf8", "gb18030", "big5"] as const)("is the length of what decode gives, between any two characters in %s", (encoding) => {
    const plain = [...texts, "ⅠⅡ\u0300é㍿ｶﾞ", "\ud55c\uae00 ䷀"].map((text) =>
      encoding === "utf8" ? Buffer.from(text) : encode(text, encoding),
    );
    const broken = [Buffer.from([0xe6, 0x9c, 0x41, 0xff, 0xf0, 0x9f, 0x98, 0xe5, 0xaf, 0x86, 0x31, 0xe0, 0x80, 0x80, 0xe5, 0xaf])];
    for (const bytes of [...plain, ...broken]) {
      if (bytes === undefined) continue;
      const starts = [...bytes.keys(), bytes.length].filter((at) => characterStart(bytes, at, 0, encoding) === at);
      for (const from of starts)
        for (const to of starts.filter((at) => at >= from))
          expect(decodedLength(bytes, from, to, encoding)).toBe(decode(bytes, from, to, encoding).text.length);
    }
  });
});

describe("characterStart", () => {
  it("finds the start of a character whose second byte is a digit or a letter", () => {
    // 丂 is 81 40, a four-byte character is 81 30 84 36 (©).
    const bytes = Buffer.from([0x20, 0x81, 0x30, 0x84, 0x36, 0x81, 0x40, 0x31]);
    expect([0, 1, 2, 3, 4, 5, 6, 7].map((at) => characterStart(bytes, at, 0, "gb18030"))).toEqual([0, 1, 1, 1, 1, 5, 5, 7]);
  });
});
