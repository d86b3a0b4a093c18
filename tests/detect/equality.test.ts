import { describe, expect, it } from "vitest";

import { createEngine } from "../../src/detect/engine.ts";
import type { Encoding, Table } from "../../src/model/chunk.ts";
import type { Matcher } from "../../src/model/rule.ts";
import { encode } from "../../src/util/encode.ts";
import { numbers, randomDocument } from "./support/documents.ts";
import { found, shipped } from "./support/examine.ts";

const { matchers, lexicon } = await shipped();

/** What GB18030 and Big5 cannot write is left out. */
function bytesOf(text: string, encoding: Encoding): Uint8Array {
  if (encoding === "utf16le") return Buffer.from(text, "utf16le");
  if (encoding === "utf16be") return Buffer.from(text, "utf16le").swap16();
  const writable = encoding === "utf8" ? text : [...text].filter((one) => encode(one, encoding) !== undefined).join("");
  return encode(writable, encoding) ?? new Uint8Array();
}

const encodings: readonly Encoding[] = ["utf8", "gb18030", "big5", "utf16le", "utf16be"];

describe("a glance", () => {
  const blind = matchers.map((matcher): Matcher => ({
    ...matcher,
    glance: () => true,
    triggers: matcher.triggers.map((one) =>
      one.kind === "digits" ? { ...one, before: Array.from({ length: 128 }, (_, code) => code) } : one,
    ),
  }));
  const table: Table = {
    id: "t",
    separator: ",",
    row: 1,
    head: [["姓名", "身份证号", "手机号", "卡号", "地址", "邮箱", "护照号", "密码"]],
  };

  it.each(encodings)("loses nothing of random documents in %s", async (encoding) => {
    const [sighted, all] = [createEngine(matchers, lexicon), createEngine(blind, lexicon)];
    let total = 0;
    for (const seed of [1, 2]) {
      const bytes = bytesOf(randomDocument(matchers, numbers(seed), 16_000), encoding);
      for (const one of [undefined, table]) {
        const expected = await found(all, bytes, encoding, one);
        total += expected.length;
        expect(await found(sighted, bytes, encoding, one)).toEqual(expected);
      }
    }
    expect(total).toBeGreaterThan(300);
  });
});

describe("the kernels", () => {
  it.each(encodings)("give the same findings of random documents in %s", async (encoding) => {
    const [fast, plain] = [createEngine(matchers, lexicon, "wasm"), createEngine(matchers, lexicon, "ts")];
    const bytes = bytesOf(randomDocument(matchers, numbers(5), 30_000), encoding);
    const expected = await found(plain, bytes, encoding);
    expect(expected.length).toBeGreaterThan(50);
    expect(await found(fast, bytes, encoding)).toEqual(expected);
  });
});
