/** Two halves of each entry: JavaScript has no fast 64-bit numbers. */
const low = new Int32Array(256);
const high = new Int32Array(256);
for (let index = 0; index < 256; index++) {
  let lowPart = index;
  let highPart = 0;
  for (let bit = 0; bit < 8; bit++) {
    const odd = lowPart & 1;
    lowPart = (lowPart >>> 1) | (highPart << 31);
    highPart >>>= 1;
    if (odd === 1) {
      lowPart ^= 0xd7870f42;
      highPart ^= 0xc96c5795;
    }
  }
  low[index] = lowPart;
  high[index] = highPart;
}

/** CRC-64 of ECMA-182, reflected, as xz uses it; `update` as often as wanted. */
export function createCrc64(): { update(bytes: Uint8Array): void; digest(): Buffer } {
  let lowPart = -1;
  let highPart = -1;
  return {
    update(bytes): void {
      let one = lowPart;
      let other = highPart;
      for (let at = 0; at < bytes.length; at++) {
        const index = (one ^ (bytes[at] as number)) & 0xff;
        one = ((one >>> 8) | (other << 24)) ^ (low[index] as number);
        other = (other >>> 8) ^ (high[index] as number);
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
