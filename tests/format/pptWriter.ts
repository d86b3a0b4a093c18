import { cfbOf } from "./cfbWriter.ts";
import type { WrittenStream } from "./cfbWriter.ts";

/** A record; `parts` are its data, or the records of a container. */
export function record(type: number, instance: number, ...parts: readonly Buffer[]): Buffer {
  return raw(0, type, instance, parts);
}

/** A record that holds records. */
export function container(type: number, instance: number, ...parts: readonly Buffer[]): Buffer {
  return raw(15, type, instance, parts);
}

function raw(version: number, type: number, instance: number, parts: readonly Buffer[]): Buffer {
  const data = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt16LE(version | (instance << 4), 0);
  head.writeUInt16LE(type, 2);
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data]);
}

export function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeInt32LE(value | 0, 4 * index);
  return bytes;
}

export const chars = (text: string): Buffer => record(0x0fa0, 0, Buffer.from(text, "utf16le"));
export const text = (instance: number, value: string): Buffer => record(0x0fba, instance, Buffer.from(value, "utf16le"));

/** A shape with text, as a text box has it. */
export const box = (value: string): Buffer => container(0xf004, 0, container(0xf00d, 0, chars(value)));

/** A slide of these records; hidden ones say so in their SSSlideInfoAtom. */
export function slide(parts: readonly Buffer[], hidden = false): Buffer {
  const info = Buffer.alloc(16);
  info.writeUInt16LE(hidden ? 4 : 0, 10);
  return container(0x03ee, 0, record(0x03ef, 0, Buffer.alloc(24)), record(0x03f9, 0, info), ...parts);
}

/** The document: lists name objects by number; their placeholders' text stands behind each. */
export function documentOf(
  lists: readonly (readonly { object: number; id: number; texts: readonly string[] }[])[],
  more: readonly Buffer[] = [],
): Buffer {
  return container(
    0x03e8,
    0,
    record(0x03e9, 0, Buffer.alloc(40)),
    ...more,
    ...lists.map((list, index) =>
      container(
        0x0ff0,
        index,
        ...list.flatMap(({ object, id, texts }) => [record(0x03f3, 0, numbers(object, 0, texts.length, id, 0)), ...texts.map(chars)]),
      ),
    ),
  );
}

/** One save: the objects written by it, by number; object 1 is the document. */
export type WrittenEdit = readonly (readonly [object: number, record: Buffer])[];

/** A presentation of these saves, the last one the current one. */
export function presentationOf(
  edits: readonly WrittenEdit[],
  options: { readonly token?: number; readonly streams?: readonly WrittenStream[] } = {},
): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  const add = (bytes: Buffer): number => {
    const place = at;
    parts.push(bytes);
    at += bytes.length;
    return place;
  };
  let last = 0;
  for (const edit of edits) {
    const entries = edit.map(([object, bytes]) => numbers(object | (1 << 20), add(bytes)));
    const directory = add(record(0x1772, 0, ...entries));
    last = add(record(0x0ff5, 0, numbers(0, 0, last, directory, 1, 10, 0)));
  }
  const user = record(0x0ff6, 0, numbers(20, options.token ?? 0xe391c05f, last, 0, 0));
  return cfbOf([
    { path: "PowerPoint Document", data: Buffer.concat(parts) },
    { path: "Current User", data: user },
    ...(options.streams ?? []),
  ]);
}
