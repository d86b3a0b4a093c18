import { biff, BiffReader, BiffRecords, readBof } from "./biffRecord.ts";
import type { BiffStream } from "./biffRecord.ts";
import { formulaStrings } from "./biffFormula.ts";
import { numberText } from "./cellValue.ts";
import { cleanText, lineText } from "./biffText.ts";
import { createFlow } from "./flow.ts";
import type { Flow, Sink } from "./flow.ts";
import type { Extracted } from "../../model/chunk.ts";
import { giveProperties } from "./package.ts";
import { createSharedStrings, createStringsFiller } from "./sharedStrings.ts";
import type { SharedStrings } from "./sharedStrings.ts";
import { bytesOf } from "./xml.ts";

/** A sheet as the workbook's globals name it. */
export interface BiffSheetEntry {
  /** Offset of its BOF record. */
  readonly at: number;
  readonly title: string;
  readonly hidden: boolean;
}

/** What the globals of a workbook say. */
export interface BiffBook {
  readonly sheets: readonly BiffSheetEntry[];
  readonly strings: SharedStrings;
  /** Offset of what ends the globals. */
  readonly end: number;
  /** False where the stream ends inside a record or the table of strings is short. */
  readonly sound: boolean;
}

/** Sheets in a workbook that are looked at: memory lets Excel hold some hundreds. */
const sheetLimit = 4096;

/** Reads the globals that begin with a BOF record at 0: names, links, who wrote it, and the table of strings, which `sink` is told or the sheets ask for. */
export function* readBiffBook(sink: Sink, stream: BiffStream): Generator<Extracted, BiffBook> {
  const { bytes, version } = stream;
  const strings = createSharedStrings();
  const sheets: BiffSheetEntry[] = [];
  const users: string[] = [];
  const userNames: string[] = [];
  const names = createFlow(sink, { id: "names", roles: ["bookmark"], place: () => ({ kind: "property", name: "definedName" }) });
  const links = createFlow(sink, { id: "externals", roles: ["link"], place: () => ({ kind: "property", name: "externalLink" }) });
  const queries = createFlow(sink, { id: "connections", roles: ["property"], place: () => ({ kind: "property", name: "connection" }) });
  const records = new BiffRecords(stream, 0);
  const { record } = records;
  let sound = true;
  let depth = readBof(bytes, 0) === undefined ? 1 : 0;
  let count = 0;
  const tell = (flow: Flow, text: string): void => {
    const clean = cleanText(text);
    if (clean !== "") flow.line(bytesOf(clean), 1);
  };
  while (records.step()) {
    const bof = readBof(bytes, records.at);
    if (bof !== undefined && depth > 0 && bof.kind !== 0x20) {
      // The end of the globals is lost: a sheet begins.
      sound = false;
      break;
    }
    if (bof !== undefined) depth++;
    else if (record.type === biff.eof && record.from === record.to && --depth <= 0) break;
    const reader = new BiffReader(stream, record);
    switch (record.type) {
      case biff.codepage:
        stream.codepage = reader.u16();
        break;
      case biff.boundSheet: {
        const place = reader.u32();
        const hidden = (reader.u8() & 3) !== 0;
        reader.u8();
        if (sheets.length < sheetLimit) sheets.push({ at: place, title: reader.string(1), hidden });
        tell(names, sheets.at(-1)?.title ?? "");
        break;
      }
      case biff.sst:
        if (!(yield* readStrings(sink, reader, strings))) sound = false;
        records.skipTo(reader.next);
        break;
      case biff.name:
        readName(stream, reader, (text) => tell(names, text));
        break;
      case biff.nameComment: {
        reader.skip(12);
        const [name, comment] = [reader.u16(), reader.u16()];
        tell(names, `${reader.text(name)}: ${reader.text(comment)}`);
        break;
      }
      case biff.supBook: {
        const tabs = reader.u16();
        const length = reader.u16();
        if (length === 0x0401 || length === 0x3a01 || length > 255) break;
        tell(links, pathOf(reader.text(length)));
        for (let index = 0; index < tabs && !reader.done; index++) tell(links, reader.string(2));
        break;
      }
      case biff.externSheet:
        if (version < 8) tell(links, pathOf(reader.string(1)));
        break;
      case biff.externName:
        reader.skip(6);
        tell(names, reader.string(1));
        break;
      case biff.crn:
        readCached(reader, (text) => tell(links, text));
        break;
      case biff.pivotString:
        tell(queries, reader.text(reader.u16()));
        break;
      case biff.writeAccess:
        users.push("lastUser");
        userNames.push(bytesOf(cleanText(reader.string(version === 8 ? 2 : 1))));
        break;
      case biff.fileSharing:
        reader.skip(4);
        users.push("reservedBy");
        userNames.push(bytesOf(cleanText(reader.string(version === 8 ? 2 : 1))));
        break;
      default:
    }
    if ((++count & 0x3ff) === 0) yield* sink.drain();
  }
  for (const flow of [names, links, queries]) flow.flush();
  const told = userNames.flatMap((name, index) => (name === "" ? [] : [{ label: users[index] ?? "", name }]));
  yield* giveProperties(
    sink,
    "workbook",
    told.map(({ label }) => label),
    told.map(({ name }) => name),
  );
  yield* sink.drain();
  return { sheets, strings, end: records.at, sound: sound && !records.damaged };
}

function* readStrings(sink: Sink, reader: BiffReader, strings: SharedStrings): Generator<Extracted, boolean> {
  const filler = createStringsFiller(sink, strings);
  reader.skip(4);
  const count = reader.u32();
  for (let index = 0; index < count; index++) {
    if (reader.done) break;
    filler.add(bytesOf(lineText(reader.rich())));
    if ((index & 0xfff) === 0) yield* sink.drain();
    if (!sink.open) break;
  }
  filler.flush();
  return !reader.short;
}

/** NAME (Lbl, [MS-XLS] 2.4.150): a name, the strings of its formula, and in old files what menus say of it. */
function readName(stream: BiffStream, reader: BiffReader, tell: (text: string) => void): void {
  const flags = reader.u16();
  reader.u8();
  const length = reader.u8();
  const formula = reader.u16();
  reader.skip(stream.version >= 5 ? 4 : 0);
  const more = stream.version >= 5 ? [reader.u8(), reader.u8(), reader.u8(), reader.u8()] : [];
  const name = reader.text(length);
  const strings = formulaStrings(reader.take(formula), stream.version, stream.codepage);
  // A built-in name is one character that says which: a print area is no text.
  const told = (flags & 0x20) === 0 ? [name, ...strings] : strings;
  if (told.length > 0) tell(told.join(": "));
  for (const count of more) if (count > 0 && !reader.done) tell(reader.text(count));
}

/** Values of another workbook that were kept (CRN). */
function readCached(reader: BiffReader, tell: (text: string) => void): void {
  const last = reader.u8();
  const first = reader.u8();
  reader.skip(2);
  for (let column = first; column <= last && !reader.done; column++) {
    const kind = reader.u8();
    if (kind === 2) tell(reader.string(2));
    else if (kind === 1) tell(numberText(reader.double()));
    else reader.skip(8);
  }
}

/** A path to another workbook ([MS-XLS] 2.5.277), its control characters as what they stand for. */
function pathOf(text: string): string {
  return text
    .replace(/^[\0-\x02]/, "")
    .replaceAll("\x01", "")
    .replaceAll("\x02", "\\")
    .replaceAll("\x03", "\\")
    .replaceAll("\x04", "..\\");
}
