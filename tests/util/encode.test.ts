import { describe, expect, it } from "vitest";
import { encode } from "../../src/util/encode.ts";

describe("encode", () => {
  it.each(["机密★10年", "秘密⭐5年", "✩✪✭※☆", "䶮", "䢺ﷺ"])("writes %s in GB18030 as its decoder reads it", (text) => {
    expect(new TextDecoder("gb18030").decode(encode(text, "gb18030"))).toBe(text);
  });

  it("says what cannot be written", () => {
    expect(encode("⭐", "big5")).toBeUndefined();
    expect(encode("😀", "gb18030")).toBeUndefined();
  });
});
