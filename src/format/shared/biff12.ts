/** A record of a binary workbook part ([MS-XLSB] 2.1.4). */
export interface Biff12Record {
  readonly type: number;
  readonly data: Buffer;
}

/** Types that are looked at here; cells are left to the reader of sheets. */
export const biff12 = { validation: 64, bundleSheet: 156, headerFooter: 479 } as const;

/** Records one behind the other; ends where the bytes do, or where no record can be. */
export function* biff12Records(bytes: Buffer): Generator<Biff12Record, void> {
  for (let at = 0; at < bytes.length;) {
    let type = bytes[at++] ?? 0;
    if ((type & 0x80) !== 0) type = (type & 0x7f) | (((bytes[at++] ?? 0) & 0x7f) << 7);
    let size = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[at++] ?? 0;
      size |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) break;
    }
    yield { type, data: bytes.subarray(at, at + size) };
    at += size;
  }
}

/** Reads the fields of a record in order; past its end everything is 0 and empty. */
export class Biff12Reader {
  private readonly data: Buffer;
  private at: number;

  constructor(data: Buffer, at = 0) {
    this.data = data;
    this.at = at;
  }

  u32(): number {
    this.at += 4;
    return this.at <= this.data.length ? this.data.readUInt32LE(this.at - 4) : 0;
  }

  skip(count: number): void {
    this.at += count;
  }

  /** A string with its length in front; FFFFFFFF for none. */
  string(): string {
    const length = this.u32();
    if (length === 0xffffffff || this.at + length * 2 > this.data.length) return "";
    this.at += length * 2;
    return this.data.toString("utf16le", this.at - length * 2, this.at);
  }

  /** Strings in a formula that begins with its length and ends with that of what belongs to it. */
  formulaStrings(): readonly string[] {
    const length = this.u32();
    const tokens = this.data.subarray(this.at, this.at + length);
    this.at += length;
    this.skip(this.u32());
    // A list of values is one string and nothing else.
    if (tokens[0] !== 0x17 || tokens.length < 3) return [];
    return [tokens.toString("utf16le", 3, 3 + tokens.readUInt16LE(1) * 2)];
  }
}
