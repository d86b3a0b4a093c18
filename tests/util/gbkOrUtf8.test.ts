import { isUtf8 } from "node:buffer";
import { expect, test } from "vitest";
import { encode } from "../../src/util/encode.ts";
import { detectEncodings } from "../../src/util/encoding.ts";
import { isGbkRatherThanUtf8 } from "../../src/util/gbkOrUtf8.ts";

test.each(["通知", "通知2024", "关于通知", "通 知"])("%s in GBK, where its bytes are UTF-8 too", (text) => {
  const bytes = encode(text, "gb18030") ?? Buffer.alloc(0);
  expect(isGbkRatherThanUtf8(bytes)).toBe(isUtf8(bytes));
  expect(detectEncodings(bytes, true)?.encodings[0]).toBe("gb18030");
});

test.each(["通知", "la casa è bella", "5 μm ± 2 Ω", "план", "«план» №", "ελ", "שלום", "é", "plain", "25°", ""].map((text) => [text]))(
  "%s in UTF-8",
  (text) => {
    // A single letter of a Western language may be either, and is no word of it.
    expect(isGbkRatherThanUtf8(Buffer.from(text))).toBe(text === "é");
  },
);
