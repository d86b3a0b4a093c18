import { describe, expect, it } from "vitest";

import { CandidateList, DIGITS } from "../../src/detect/kernel/contract.ts";
import { createFallbackKernel } from "../../src/detect/kernel/fallback.ts";
import type { ByteEncoding } from "../../src/util/decode.ts";
import { encode } from "../../src/util/encode.ts";

const literals = ["机密", "★", "@", "密码", "password", "内部资料", "top secret//", "pin"];

function find(bytes: Uint8Array, encoding: ByteEncoding, block = bytes.length): string[] {
  const kernel = createFallbackKernel({ literals, digits: { min: 6, max: 20 } });
  const found: string[] = [];
  for (let from = 0; from < bytes.length; from += block) {
    const out = new CandidateList();
    kernel.find(bytes, from, Math.min(bytes.length, from + block), encoding, out);
    for (let index = 0; index < out.length; index++) {
      const [kind = 0, start = 0, end = 0] = out.records.subarray(3 * index, 3 * index + 3);
      found.push(`${kind === DIGITS ? "#" : (literals[kind] ?? "")}@${start}-${end}`);
    }
  }
  return found.toSorted();
}

describe("the plain kernel", () => {
  it.each<[string, ByteEncoding, string[]]>([
    ["卡号6222021001116245702。", "utf8", ["#@6-25"]],
    ["6222 0210 0111 6245 702", "utf8", ["#@0-23", "#@10-23", "#@15-23", "#@5-23"]],
    ["１３８００１３８０００", "utf8", ["#@0-33"]],
    ["１３８００１３８０００", "gb18030", ["#@0-22"]],
    ["12345", "utf8", []],
    ["123456789012345678901", "utf8", []],
    ["机密★10年 PassWord: x 内部资料", "utf8", ["password@15-23", "内部资料@27-39", "机密@0-6", "★@6-9"]],
    ["机密★10年 PassWord: x 内部资料", "gb18030", ["password@11-19", "内部资料@23-31", "机密@0-4", "★@4-6"]],
    ["a@b PIN TOP SECRET//SI", "utf8", ["@@1-2", "pin@4-7", "top secret//@8-20"]],
  ])("%s in %s", (text, encoding, expected) => {
    expect(find(encode(text, encoding) ?? new Uint8Array(), encoding)).toEqual(expected.toSorted());
  });

  it("gives the same candidates whatever the block", () => {
    const parts = [
      "机密",
      "★",
      "110101199003078670",
      " ",
      "6222 0210 0111 6245 702",
      "a@b.c",
      "密码password",
      "１２３４５６７",
      "\n",
      "丂",
      "x",
    ];
    let seed = 7;
    const next = (): number => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 1);
    for (const encoding of ["utf8", "gb18030", "big5"] as const) {
      let text = "";
      for (let index = 0; index < 400; index++) text += parts[next() % parts.length] ?? "";
      const bytes = encode(text.replace(encoding === "big5" ? /[机码丂]/g : /$^/, ""), encoding) ?? new Uint8Array();
      expect(bytes.length).toBeGreaterThan(1000);
      const whole = find(bytes, encoding);
      expect(whole.length).toBeGreaterThan(100);
      for (const block of [64, 97, 1000, 4096]) expect(find(bytes, encoding, block)).toEqual(whole);
    }
  });

  it("knows digits that belong to a four-byte character", () => {
    // 81 30 84 36 is one character; the digits after it begin the run.
    const bytes = Buffer.from([0x41, 0x81, 0x30, 0x84, 0x36, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37]);
    expect(find(bytes, "gb18030")).toEqual(["#@5-12"]);
  });
});
