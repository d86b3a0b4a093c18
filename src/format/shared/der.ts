/** What a DER structure (ITU-T X.690) holds that a person wrote, and the data it carries. */
export interface DerContent {
  readonly strings: readonly string[];
  readonly octets: readonly Uint8Array[];
}

/** Structures within structures; seals nest some ten deep. */
const deepest = 64;
/** Values read of one structure. */
const most = 10_000;

const decoders: Readonly<Record<number, (bytes: Buffer) => string>> = {
  0x0c: (bytes) => bytes.toString("utf8"),
  0x12: (bytes) => bytes.toString("latin1"),
  0x13: (bytes) => bytes.toString("latin1"),
  0x14: (bytes) => bytes.toString("latin1"),
  0x16: (bytes) => bytes.toString("latin1"),
  0x1a: (bytes) => bytes.toString("latin1"),
  0x1e: (bytes) => Buffer.from(bytes).swap16().toString("utf16le"),
};

/** Every string and octet string of a DER structure, in order; what does not parse is passed over. */
export function readDer(bytes: Uint8Array): DerContent {
  const strings: string[] = [];
  const octets: Uint8Array[] = [];
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const open: { at: number; readonly end: number }[] = [{ at: 0, end: whole.length }];
  for (let count = 0; count < most && open.length > 0; count++) {
    const inner = open.at(-1);
    if (inner === undefined || inner.at + 2 > inner.end) {
      open.pop();
      continue;
    }
    const tag = whole[inner.at] ?? 0;
    let length = whole[inner.at + 1] ?? 0;
    let start = inner.at + 2;
    if (length > 0x80 && length <= 0x84) {
      const size = length & 0x7f;
      length = start + size <= inner.end ? whole.readUIntBE(start, size) : inner.end;
      start += size;
    } else if (length >= 0x80) length = inner.end;
    const end = start + length;
    if (end > inner.end) {
      open.pop();
      continue;
    }
    inner.at = end;
    const decode = decoders[tag];
    if ((tag & 0x20) !== 0) {
      if (open.length < deepest) open.push({ at: start, end });
    } else if (decode !== undefined) {
      if (tag !== 0x1e || length % 2 === 0) strings.push(decode(whole.subarray(start, end)));
    } else if (tag === 0x04) octets.push(whole.subarray(start, end));
  }
  return { strings, octets };
}

/** One value of a structure, and where what it holds lies. */
export interface DerValue {
  readonly tag: number;
  readonly from: number;
  readonly to: number;
  /** Where the next one begins. */
  readonly next: number;
}

/** The value at `at`, also one whose length is not told (BER); undefined where none stands. */
export function derValue(bytes: Buffer, at: number, end: number, depth = 0): DerValue | undefined {
  if (at + 2 > end || depth > deepest) return undefined;
  const tag = bytes[at] ?? 0;
  const first = bytes[at + 1] ?? 0;
  let from = at + 2;
  if (first === 0x80) {
    // Ends with a value of nothing.
    let inner = from;
    while (inner + 2 <= end && bytes.readUInt16BE(inner) !== 0) {
      const value = derValue(bytes, inner, end, depth + 1);
      if (value === undefined) return { tag, from, to: end, next: end };
      inner = value.next;
    }
    return { tag, from, to: Math.min(inner, end), next: Math.min(inner + 2, end) };
  }
  let length = first;
  if (first > 0x80) {
    const size = first & 0x7f;
    if (size > 6 || from + size > end) return undefined;
    length = bytes.readUIntBE(from, size);
    from += size;
  }
  // Cut short, it holds what there is.
  const to = Math.min(from + length, end);
  return { tag, from, to, next: to };
}

/** The values that one holds. */
export function derValues(bytes: Buffer, { from, to }: Pick<DerValue, "from" | "to">): readonly DerValue[] {
  const values: DerValue[] = [];
  for (let at = from; at < to;) {
    const value = derValue(bytes, at, to);
    if (value === undefined) break;
    values.push(value);
    at = value.next;
  }
  return values;
}
