/** Four tables of two halves each: JavaScript has no fast 64-bit numbers, and four bytes at a time take half the steps of one. */
const tables = 4;
const low: readonly Int32Array[] = Array.from({ length: tables }, () => new Int32Array(256));
const high: readonly Int32Array[] = Array.from({ length: tables }, () => new Int32Array(256));
for (let index = 0; index < 256; index++) {
  let lowPart = index;
  let highPart = 0;
  for (let bit = 0; bit < 8 * tables; bit++) {
    const odd = lowPart & 1;
    lowPart = (lowPart >>> 1) | (highPart << 31);
    highPart >>>= 1;
    if (odd === 1) {
      lowPart ^= 0xd7870f42;
      highPart ^= 0xc96c5795;
    }
    if (bit % 8 !== 7) continue;
    (low[(bit - 7) / 8] as Int32Array)[index] = lowPart;
    (high[(bit - 7) / 8] as Int32Array)[index] = highPart;
  }
}
const [low0, low1, low2, low3] = low as [Int32Array, Int32Array, Int32Array, Int32Array];
const [high0, high1, high2, high3] = high as [Int32Array, Int32Array, Int32Array, Int32Array];

/** CRC-64 of ECMA-182, reflected, as xz uses it; `update` as often as wanted. */
export function createCrc64(): { update(bytes: Uint8Array): void; digest(): Buffer } {
  let lowPart = -1;
  let highPart = -1;
  return {
    update(bytes): void {
      let one = lowPart;
      let other = highPart;
      let at = 0;
      for (const end = bytes.length - 3; at < end; at += 4) {
        const word =
          one ^
          ((bytes[at] as number) |
            ((bytes[at + 1] as number) << 8) |
            ((bytes[at + 2] as number) << 16) |
            ((bytes[at + 3] as number) << 24));
        const a = word & 0xff;
        const b = (word >>> 8) & 0xff;
        const c = (word >>> 16) & 0xff;
        const d = word >>> 24;
        one = other ^ (low3[a] as number) ^ (low2[b] as number) ^ (low1[c] as number) ^ (low0[d] as number);
        other = (high3[a] as number) ^ (high2[b] as number) ^ (high1[c] as number) ^ (high0[d] as number);
      }
      for (; at < bytes.length; at++) {
        const index = (one ^ (bytes[at] as number)) & 0xff;
        one = ((one >>> 8) | (other << 24)) ^ (low0[index] as number);
        other = (other >>> 8) ^ (high0[index] as number);
      }
      lowPart = one;
      highPart = other;
    },
    digest(): Buffer {
      const out = Buffer.alloc(8);
      out.writeInt32LE(~lowPart, 0);
      out.writeInt32LE(~highPart, 4);
      return out;
    },
  };
}
