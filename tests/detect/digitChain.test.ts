import { expect, it } from "vitest";
import { DigitChain, digitSize } from "../../src/detect/kernel/digitChain.ts";
import type { ByteEncoding } from "../../src/util/decode.ts";

const encodings: readonly ByteEncoding[] = ["utf8", "gb18030", "big5"];
const groups: Readonly<Record<ByteEncoding, readonly string[]>> = {
  utf8: ["1", "23", "456", "7890", "12345678901", "1234567890123456789012345678901234567", "\uff11\uff12", "x", "  "],
  gb18030: ["1", "23", "456", "7890", "12345678901", "\u00a3\u00b1\u00a3\u00b2", "x", "  "],
  big5: ["1", "23", "456", "7890", "12345678901", "\u00a2\u00b0\u00a2\u00b1", "x", "  "],
};

/** What is known of a chain. */
function known(chain: DigitChain, taken: boolean): unknown {
  const { head, low, high, count, length, end } = chain;
  if (!taken) return "none";
  return {
    head,
    low,
    high,
    count,
    length,
    end,
    digits: Array.from(chain.digits.subarray(0, count)),
    kinds: Array.from(chain.kinds.subarray(0, length)),
  };
}

it.each(encodings)("goes on to the next group as if it read it alone, in %s", (encoding) => {
  let seed = 1;
  const below = (limit: number): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) % limit;
  const pick = (list: readonly string[]): string => list[below(list.length)] ?? "";
  for (let round = 0; round < 300; round++) {
    const text = Array.from({ length: 40 }, () => pick(groups[encoding]) + pick([" ", " ", "-", ".", "\n"])).join("");
    const bytes = Uint8Array.from(Buffer.from(text, encoding === "utf8" ? "utf8" : "latin1"));
    const length = bytes.length - below(8);
    const chain = new DigitChain();
    // Candidates begin with digits, of groups or within them.
    const begins = Array.from(bytes.keys()).filter((at) => at < length && digitSize(bytes, at, encoding) > 0);
    for (let index = 0; index < begins.length; index += 1 + below(below(4) === 0 ? 30 : 3)) {
      const at = begins[index] ?? 0;
      const read = index === 0 ? chain.read(bytes, at, length, encoding) : chain.readNext(bytes, at, length, encoding);
      const alone = new DigitChain();
      expect(known(chain, read)).toEqual(known(alone, alone.read(bytes, at, length, encoding)));
    }
  }
});
