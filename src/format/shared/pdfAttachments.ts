import { createHash } from "node:crypto";
import type { Extracted } from "../../model/chunk.ts";
import type { Entry } from "../../model/entry.ts";
import { memorySource } from "./bytes.ts";
import { attachmentBytes, attachmentName, listAttachments } from "./pdfDocument.ts";
import { attempt, largestFile } from "./pdfReader.ts";
import type { PdfFile, PdfReader } from "./pdfReader.ts";

/** Characters of a member's name. */
const longestName = 255;

/** Attached files; without a reader only those that stand in the bytes. */
export async function* attachmentMembers(
  file: PdfFile,
  reader: PdfReader | undefined,
  ofPages: readonly number[],
): AsyncIterable<Extracted> {
  const { input, failure, scan } = file;
  const { entry, budget } = input;
  const listed = reader === undefined ? { value: [] } : attempt(reader.pdfium, () => [...listAttachments(reader.document), ...ofPages]);
  const handles = "value" in listed ? listed.value : [];
  if ("code" in listed) yield failure(listed.code, `attachments: ${listed.detail}`, true);
  /** Files to which PDFium finds no bytes. */
  const unread: { readonly name: string; readonly number: number }[] = [];
  const names = new Map<string, number>();
  const given = new Set<string>();
  /** Undefined when it was given before. */
  const member = (name: string, bytes: Buffer): Extracted | undefined => {
    const digest = createHash("sha256").update(bytes).digest("hex");
    if (given.has(digest)) return undefined;
    given.add(digest);
    const plain = name.replaceAll("!/", "!_").slice(0, longestName);
    const times = (names.get(plain) ?? 0) + 1;
    names.set(plain, times);
    const unique = times === 1 ? plain : `${plain} (${times})`;
    const inner: Entry = {
      path: `${entry.path}!/${unique}`,
      key: `${entry.key}!/${unique}`,
      root: entry.root,
      size: bytes.length,
      modified: entry.modified,
      stamp: undefined,
      depth: entry.depth + 1,
    };
    return { type: "member", entry: inner, open: () => Promise.resolve(memorySource(bytes)) };
  };
  const readings: (() => { readonly name: string; readonly bytes: Buffer | undefined })[] = [
    ...handles.map((handle, index) => () => ({
      name: (reader === undefined ? "" : attachmentName(reader.document, handle).trim()) || `attachment${index + 1}`,
      bytes: reader === undefined ? undefined : attachmentBytes(reader.document, handle, largestFile),
    })),
    // Files that no name leads to: assets of rich media, remains of an earlier revision.
    ...(scan.tail === undefined ? [] : [() => ({ name: "appended", bytes: file.data.subarray(scan.tail, file.length) })]),
    ...scan.embedded.map(({ object, bytes }) => () => ({
      name: (unread.length === 1 ? unread[0]?.name : undefined) ?? `embedded${object}`,
      bytes: bytes(),
    })),
  ];
  /** Index of the last that is no stray stream: those behind it may be what was not found under its name. */
  const lastNamed = readings.length - scan.embedded.length - 1;
  for (const [index, reading] of readings.entries()) {
    if (input.signal.aborted) {
      yield failure("interrupted", `stopped before attachment ${index + 1}`, true);
      return;
    }
    const read = reader !== undefined && index < handles.length ? attempt(reader.pdfium, reading) : { value: reading() };
    if ("code" in read) {
      yield failure(read.code, `attachment ${index + 1}: ${read.detail}`, true);
      continue;
    }
    const { name, bytes } = read.value;
    if (bytes === undefined) {
      unread.push({ name, number: index + 1 });
      continue;
    }
    const found = member(name, bytes);
    if (found === undefined) continue;
    if (index > lastNamed) unread.shift();
    // What is not encrypted was counted when the bytes were looked over.
    if (!budget.take("members", 1) || (scan.encrypted && !budget.take("inflated", bytes.length))) {
      yield failure("too-large", `attachments from ${index + 1} on were not read`, true);
      return;
    }
    yield found;
  }
  for (const { number } of unread) yield failure("corrupt", `attachment ${number} has no readable bytes`, true);
}
