import { codepageOfLanguage, decodeCodepage } from "./codepage.ts";

/** 100,000 strings of a table. */
const countLimit = 100_000;

/**
 * Strings of an Sttb (MS-DOC 2.2.4): of UTF-16 when it begins with FFFF, else of bytes in the language's code page. `values`: the strings that
 * follow the table in a document's variables.
 */
export function readStrings(
  table: Buffer,
  place: { readonly from: number; readonly length: number },
  language: number,
): { readonly strings: readonly string[]; readonly end: number } {
  const end = Math.min(table.length, place.from + place.length);
  let at = place.from;
  const strings: string[] = [];
  if (place.length < 6 || at + 6 > end) return { strings, end: at };
  const wide = table.readUInt16LE(at) === 0xffff;
  if (wide) at += 2;
  const count = Math.min(table.readUInt16LE(at), countLimit);
  const extra = table.readUInt16LE(at + 2);
  at += 4;
  for (let index = 0; index < count && at + (wide ? 2 : 1) <= end; index++) {
    const length = wide ? table.readUInt16LE(at) * 2 : (table[at] ?? 0);
    at += wide ? 2 : 1;
    if (at + length > end) break;
    const raw = table.subarray(at, at + length);
    strings.push(wide ? raw.toString("utf16le") : decodeCodepage(raw, codepageOfLanguage(language)));
    at += length + extra;
  }
  return { strings, end: at };
}

/** Names of the people who commented: a list of strings without a count (MS-DOC 2.8.x GrpXstAtnOwners). */
export function readOwners(table: Buffer, place: { readonly from: number; readonly length: number }): readonly string[] {
  const end = Math.min(table.length, place.from + place.length);
  const owners: string[] = [];
  for (let at = place.from; at + 2 <= end && owners.length < 1000;) {
    const length = table.readUInt16LE(at) * 2;
    if (at + 2 + length > end) break;
    owners.push(table.toString("utf16le", at + 2, at + 2 + length));
    at += 2 + length;
  }
  return owners;
}

/** Values of the document's variables, in the order of their names, behind the table of the names (MS-DOC 2.9.318 StwUser). */
export function readValues(table: Buffer, from: number, to: number): readonly string[] {
  return readOwners(table, { from, length: Math.max(0, to - from) });
}

/** Positions of a PLC whose records have `size` bytes: one more than there are records. */
export function readPositions(table: Buffer, place: { readonly from: number; readonly length: number }, size: number): readonly number[] {
  const end = Math.min(table.length, place.from + place.length);
  const count = Math.floor((end - place.from - 4) / (4 + size)) + 1;
  const positions: number[] = [];
  for (let index = 0; index < count; index++) positions.push(table.readUInt32LE(place.from + 4 * index));
  return positions;
}
