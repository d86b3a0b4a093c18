import { decodeCodepage } from "./codepage.ts";

/** Bytes behind a token, by token, in version 8 ([MS-XLS] 2.5.198) and 5; those of variable length are handled apart. */
const sizes8: Readonly<Record<number, number>> = {
  0x01: 4,
  0x02: 4,
  0x1c: 1,
  0x1d: 1,
  0x1e: 2,
  0x1f: 8,
  0x20: 7,
  0x21: 2,
  0x22: 3,
  0x23: 4,
  0x24: 4,
  0x25: 8,
  0x26: 6,
  0x27: 6,
  0x28: 6,
  0x29: 2,
  0x2a: 4,
  0x2b: 8,
  0x2c: 4,
  0x2d: 8,
  0x39: 6,
  0x3a: 6,
  0x3b: 10,
  0x3c: 6,
  0x3d: 10,
};
const sizes5: Readonly<Record<number, number>> = {
  ...sizes8,
  0x23: 14,
  0x24: 3,
  0x25: 6,
  0x2a: 3,
  0x2b: 6,
  0x2c: 3,
  0x2d: 6,
  0x39: 24,
  0x3a: 17,
  0x3b: 20,
  0x3c: 17,
  0x3d: 20,
};
/** [MS-XLSB] 2.5.97: rows take four bytes. */
const sizes12: Readonly<Record<number, number>> = {
  ...sizes8,
  0x20: 14,
  0x24: 6,
  0x25: 12,
  0x2a: 6,
  0x2b: 12,
  0x2c: 6,
  0x2d: 12,
  0x3a: 8,
  0x3b: 14,
  0x3c: 8,
  0x3d: 14,
};

/**
 * Strings a formula holds, in order. `tokens` is the formula without its length. `version`: of BIFF, 12 for binary workbooks of 2007 and later. Ends with
 * the first token that is not known: where it ends is not known either.
 */
export function formulaStrings(tokens: Uint8Array, version: number, codepage: number): readonly string[] {
  const found: string[] = [];
  // Few formulas hold any: the byte of the token is looked for first.
  if (!tokens.includes(0x17) || version < 5) return found;
  const bytes = Buffer.from(tokens.buffer, tokens.byteOffset, tokens.length);
  const sizes = version === 12 ? sizes12 : version === 8 ? sizes8 : sizes5;
  for (let at = 0; at < bytes.length;) {
    const token = bytes[at++] ?? 0;
    if (token === 0x17 && version === 12) {
      if (at + 2 > bytes.length) break;
      const end = at + 2 + bytes.readUInt16LE(at) * 2;
      found.push(bytes.toString("utf16le", at + 2, end));
      at = end;
      continue;
    }
    if (token === 0x17) {
      const count = bytes[at++] ?? 0;
      if (version === 8) {
        const wide = ((bytes[at++] ?? 0) & 1) === 1;
        const end = at + (wide ? count * 2 : count);
        found.push(bytes.toString(wide ? "utf16le" : "latin1", at, end));
        at = end;
      } else {
        found.push(decodeCodepage(bytes.subarray(at, at + count), codepage));
        at += count;
      }
      continue;
    }
    if (token === 0x19) {
      const choose = ((bytes[at] ?? 0) & 4) !== 0;
      const count = at + 3 <= bytes.length ? bytes.readUInt16LE(at + 1) : 0;
      at += choose ? 3 + 2 * (count + 1) : 3;
      continue;
    }
    if (token === 0x18) {
      // Extended: elements of lists, behind a sub-type four bytes, or where a table is named ([MS-XLSB] 2.5.97.54) twelve.
      at += version === 12 && bytes[at] === 0x19 ? 13 : 5;
      continue;
    }
    const base = token >= 0x20 ? 0x20 | (token & 0x1f) : token;
    if (base >= 0x03 && base <= 0x16) continue;
    const size = sizes[base];
    if (size === undefined) break;
    at += size;
  }
  return found;
}
