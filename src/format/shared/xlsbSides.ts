import type { Extracted, ExtractInput } from "../../model/chunk.ts";
import { FailureError } from "../../model/failure.ts";
import { biff12, Biff12Reader, biff12Records } from "./biff12.ts";
import { createFlow } from "./flow.ts";
import type { Flow } from "./flow.ts";
import type { OfficePackage, Part } from "./package.ts";
import { headerLines, sheetMark, sheetPlace } from "./sheetFlows.ts";
import { bytesOf } from "./xml.ts";
import { memberBytes } from "./zipMember.ts";

/** 256 MiB of one part. */
const partLimit = 256 * 1024 * 1024;
const sheetPart: RegExp = /^xl\/(work|chart|dialog|macro)sheets\/[^/]+\.bin$/i;

/** What stands beside the cells of a binary workbook: headers and footers, texts and lists of validation, each in a flow of its role. */
export async function* readXlsbSides(from: OfficePackage, input: ExtractInput): AsyncGenerator<Extracted, void> {
  const titles = await sheetTitles(from, input);
  let number = 0;
  for (const part of from.parts) {
    if (!sheetPart.test(part.name) || !from.sink.open) continue;
    const bytes = await bytesOfPart(from, part, input);
    if (bytes === undefined) continue;
    readSides(from, bytes, ++number, titles.get(part.name.toLowerCase()) ?? part.name);
    yield* from.sink.drain();
  }
}

function readSides(from: OfficePackage, bytes: Buffer, number: number, title: string): void {
  const make = (role: "header" | "footer" | "form"): Flow =>
    createFlow(from.sink, {
      id: `beside${number}-${role}`,
      roles: role === "form" ? ["body", role] : [role],
      place: (mark) => sheetPlace(title, mark),
    });
  const flows = { header: make("header"), footer: make("footer"), form: make("form") };
  for (const { type, data } of biff12Records(bytes)) {
    if (type === biff12.headerFooter) {
      const reader = new Biff12Reader(data, 2);
      for (let index = 0; index < 6; index++) {
        for (const line of headerLines(reader.string())) flows[index % 2 === 0 ? "header" : "footer"].line(bytesOf(line), sheetMark(1, 1));
      }
    } else if (type === biff12.validation) {
      const reader = new Biff12Reader(data, 4);
      const ranges = reader.u32();
      const row = reader.u32();
      reader.skip(4);
      const column = reader.u32();
      reader.skip(Math.max(0, ranges * 16 - 12));
      const texts = [
        reader.string(),
        reader.string(),
        reader.string(),
        reader.string(),
        ...reader.formulaStrings(),
        ...reader.formulaStrings(),
      ];
      const mark = sheetMark(Math.min(row, 1_048_575) + 1, Math.min(column, 16_383) + 1);
      for (const text of texts) if (text.trim() !== "") flows.form.line(bytesOf(text.replaceAll("\0", ",").trim()), mark);
    }
  }
  for (const flow of Object.values(flows)) flow.flush();
}

/** Titles of sheets by their parts. */
async function sheetTitles(from: OfficePackage, input: ExtractInput): Promise<ReadonlyMap<string, string>> {
  const titles = new Map<string, string>();
  const part = from.part("xl/workbook.bin");
  const bytes = part === undefined ? undefined : await bytesOfPart(from, part, input);
  if (part === undefined || bytes === undefined) return titles;
  const targets = new Map((await from.relations(part.name)).map(({ id, target }) => [id, target]));
  for (const { type, data } of biff12Records(bytes)) {
    if (type !== biff12.bundleSheet) continue;
    const reader = new Biff12Reader(data, 8);
    const target = targets.get(reader.string());
    if (target !== undefined) titles.set(target.toLowerCase(), reader.string());
  }
  return titles;
}

/** Undefined where the member cannot be read: the reader of sheets tells that. */
async function bytesOfPart(from: OfficePackage, part: Part, input: ExtractInput): Promise<Buffer | undefined> {
  try {
    const { bytes } = await memberBytes(from.zip, part.member, input, partLimit);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    return undefined;
  }
}
