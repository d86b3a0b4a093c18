/** A record: type and data. */
export type Written = readonly [type: number, data: Buffer];

export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16LE(value & 0xffff, index * 2);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

/** Flags and characters; as one byte each where they fit. */
export function characters(text: string): Buffer {
  return /[^\0-\xff]/.test(text)
    ? Buffer.concat([Buffer.from([1]), Buffer.from(text, "utf16le")])
    : Buffer.concat([Buffer.from([0]), Buffer.from(text, "latin1")]);
}

export function short(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), characters(text)]);
}

export function long(text: string): Buffer {
  return Buffer.concat([u16(text.length), characters(text)]);
}

export function record(type: number, ...data: readonly Buffer[]): Written {
  return [type, Buffer.concat(data)];
}

/** BOF of BIFF8. */
export function bof(kind: number): Written {
  return record(0x809, u16(0x0600, kind, 0x0dbb, 0x07cc), u32(0), u32(6));
}

export const eof: Written = record(0x0a);

export function bytesOf(records: readonly Written[]): Buffer {
  return Buffer.concat(records.flatMap(([type, data]) => [u16(type, data.length), data]));
}

/** The shared table, in records of at most 8224 bytes; strings are cut where a record is full. */
export function sst(strings: readonly string[], room = 8224): readonly Written[] {
  const records: [number, Buffer[], number][] = [[0xfc, [u32(strings.length), u32(strings.length)], 8]];
  const current = (): [number, Buffer[], number] => records.at(-1) ?? [0, [], 0];
  const open = (): void => {
    records.push([0x3c, [], 0]);
  };
  const add = (bytes: Buffer): void => {
    current()[1].push(bytes);
    current()[2] += bytes.length;
  };
  for (const text of strings) {
    if (room - current()[2] < 4) open();
    const wide = /[^\0-\xff]/.test(text);
    add(Buffer.concat([u16(text.length), Buffer.from([wide ? 1 : 0])]));
    for (let at = 0; at < text.length;) {
      let fits = Math.floor((room - current()[2]) / (wide ? 2 : 1));
      if (fits < 1) {
        open();
        add(Buffer.from([wide ? 1 : 0]));
        fits = Math.floor((room - 1) / (wide ? 2 : 1));
      }
      add(Buffer.from(text.slice(at, at + fits), wide ? "utf16le" : "latin1"));
      at += fits;
    }
  }
  return records.map(([type, pieces]) => [type, Buffer.concat(pieces)]);
}

/** A sheet to write. */
export interface WrittenSheet {
  readonly title: string;
  readonly hidden?: 0 | 1 | 2;
  readonly records: readonly Written[];
}

/** A workbook stream of BIFF8; `pass` stands behind its BOF. */
export function workbook(globals: readonly Written[], sheets: readonly WrittenSheet[], pass: readonly Written[] = []): Buffer {
  const sheetBytes = sheets.map(({ records }) => bytesOf([bof(0x10), ...records, eof]));
  const globalsOf = (from: number): Buffer => {
    let at = from;
    const bounds = sheets.map(({ title, hidden = 0 }, index) => {
      const bound = record(0x85, u32(at), Buffer.from([hidden, 0]), short(title));
      at += sheetBytes[index]?.length ?? 0;
      return bound;
    });
    return bytesOf([bof(0x05), ...pass, ...bounds, ...globals, eof]);
  };
  return Buffer.concat([globalsOf(globalsOf(0).length), ...sheetBytes]);
}
