import { constants, inflateRawSync, inflateSync } from "node:zlib";
import type { Budget } from "../../model/chunk.ts";
import { openOldPdf } from "./pdfCrypt.ts";

/** What a look at the bytes of a PDF shows, before any engine sees them. */
export interface PdfScan {
  /** Streams that would inflate beyond measure: only their first bytes are left in `data`. */
  readonly bombs: number;
  /** Forms that call themselves, or unfold into more than `unfoldLimit`: the calls are taken out of `data`. */
  readonly loops: number;
  /** Streams that do not inflate. */
  readonly damaged: number;
  /** Page contents that show text. */
  readonly textStreams: number;
  /** Nested beyond measure, in objects or in what is saved while a page is drawn: the second engine takes the square of it. */
  readonly nested: boolean;
  /** Metadata packets (XMP) as they stand in the file. */
  readonly metadata: readonly string[];
  /** There are packets that only an engine can decrypt. */
  readonly lockedMetadata: boolean;
  /** Embedded files that are not encrypted: number of the object, and its bytes as often as they are wanted. */
  readonly embedded: readonly { readonly object: number; bytes(): Buffer | undefined }[];
  /** Names of the entries of the information dictionary; those of an encrypted object stream are not seen. */
  readonly infoKeys: readonly string[];
  /** There are words for pictures, or there may be. */
  readonly tagged: boolean;
  /** Where bytes begin that follow the end mark, if there are more than some. */
  readonly tail: number | undefined;
  /** Object streams, inflated. */
  readonly objectStreams: readonly Buffer[];
  /** False when no font has a CMap: then no text can hide from PDFium for want of a font. */
  readonly compositeFonts: boolean;
  readonly encrypted: boolean;
  /** No end mark in the last bytes. */
  readonly truncated: boolean;
  /** The budget of inflated bytes did not suffice. */
  readonly spent: boolean;
}

/** 64 MiB: the largest content streams known (maps, plans) have some 30. */
const streamLimit = 64 * 1024 * 1024;
/** 200:1, once 10 MiB are out; text and drawings reach 20:1. Deflate's own bound is 1032:1. */
const ratioLimit = 200;
const ratioFrom = 10 * 1024 * 1024;
/** Compressed bytes that are left of a bomb: they give 1 MiB at most (PDFium takes up to 80 bytes for one), so its beginning is still read. */
const bombHead = 1024;
/** 64 MiB of content that a form may stand for when all its calls are followed. */
const unfoldLimit = 64 * 1024 * 1024;

/** Where the parts of a stream object lie. */
interface StreamObject {
  readonly number: number;
  readonly generation: number;
  readonly dictionary: string;
  readonly dictionaryAt: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Walks over the stream objects. `data` is changed in place where an engine would be led into a bomb or a loop. Encrypted documents are
 * not looked into but for the metadata of old ones: there the bound on the engine's memory must do.
 */
export function scanPdf(data: Buffer, budget: Budget, passwords: readonly string[]): PdfScan {
  const encrypted = data.includes("/Encrypt");
  // Neither engine gives the packets of these: pdf.js takes them for plain.
  const open = encrypted ? openOldPdf(data, passwords) : undefined;
  const metadata: string[] = [];
  const embedded: { object: number; bytes(): Buffer | undefined }[] = [];
  const forms = new Map<number, Form>();
  const objectStreams: Buffer[] = [];
  let bombs = 0;
  let damaged = 0;
  let textStreams = 0;
  let nested = openDictionaries(data) > mostOpen;
  let spent = false;
  let compositeFonts = encrypted || data.includes("/Type0");
  const specified = encrypted ? new Set<number>() : specifiedFiles(data);
  for (const stream of streams(data)) {
    const { dictionary } = stream;
    if (encrypted ? open === undefined || !packet.test(dictionary) : /\/Subtype\s*\/Image\b/u.test(dictionary)) continue;
    const held = data.subarray(stream.from, stream.to);
    const plain = open === undefined ? held : open(stream.number, stream.generation, held);
    const content = inflate(plain, dictionary, budget.ratio ?? ratioLimit);
    if (encrypted && typeof content !== "object") continue;
    if (content === "bomb") {
      bombs += 1;
      shorten(data, stream);
      continue;
    }
    if (content === "damaged") damaged += 1;
    if (typeof content !== "object") continue;
    if (!budget.take("inflated", content.length)) {
      spent = true;
      break;
    }
    if (/\/Type\s*\/ObjStm\b/u.test(dictionary)) {
      objectStreams.push(content);
      compositeFonts ||= content.includes("/Type0");
    } else if (packet.test(dictionary)) {
      if (metadata.length < mostMetadata) metadata.push(decodeXml(content));
    } else if (specified.has(stream.number) || /\/Type\s*\/EmbeddedFile\b/u.test(dictionary)) {
      const bytes = (): Buffer | undefined => {
        const again = inflate(data.subarray(stream.from, stream.to), dictionary, budget.ratio ?? ratioLimit);
        return typeof again === "object" ? again : undefined;
      };
      embedded.push({ object: stream.number, bytes });
    } else if (/\/Subtype\s*\/Form\b/u.test(dictionary)) {
      forms.set(stream.number, { stream, length: content.length, calls: formCalls(content) });
    } else if (!/\/(?:Sub)?[Tt]ype\b|\/Length1\b/u.test(dictionary) && showsText(content)) {
      textStreams += 1;
      nested ||= savedStates(content) > mostOpen;
    }
  }
  return {
    bombs,
    damaged,
    textStreams,
    nested,
    loops: cutLoops(data, forms, objectStreams),
    metadata,
    lockedMetadata: encrypted && open === undefined && data.includes("/XML"),
    embedded,
    infoKeys: findInfoKeys(data, objectStreams),
    tagged: encrypted || [data, ...objectStreams].some((bytes) => bytes.includes("/Alt") || bytes.includes("/ActualText")),
    tail: findTail(data),
    objectStreams,
    compositeFonts,
    encrypted,
    truncated: !data.subarray(-endWithin).includes("%%EOF"),
    spent,
  };
}

const packet = /\/Subtype\s*\/XML\b/u;

/** Numbers of the streams that file specifications name (ISO 32000-1, 7.11.3); those in object streams have a type of their own. */
function specifiedFiles(data: Buffer): ReadonlySet<number> {
  const found = new Set<number>();
  for (let at = data.indexOf("/EF"); at !== -1 && found.size < mostSpecified; at = data.indexOf("/EF", at + 3)) {
    const listed = /^\/EF\s*<<([^<>]*)>>/u.exec(data.toString("latin1", at, at + 300))?.[1] ?? "";
    for (const [, number] of listed.matchAll(/\/U?F\s+(\d{1,10})\s+\d+\s+R/gu)) found.add(Number(number));
  }
  return found;
}

/** 20,000, as for archives. */
const mostSpecified = 20_000;

/** More bytes than this after the end mark are no padding: something was appended. */
const longestPadding = 1024;

function findTail(data: Buffer): number | undefined {
  const mark = data.lastIndexOf("%%EOF");
  if (mark === -1) return undefined;
  let from = mark + 5;
  while (from < data.length && (data[from] ?? 0) <= 0x20) from += 1;
  return data.length - from > longestPadding ? from : undefined;
}

/** 200 entries; office software writes a document's own properties there, labels among them. */
const mostInfoKeys = 200;

function findInfoKeys(data: Buffer, objectStreams: readonly Buffer[]): readonly string[] {
  let at = data.lastIndexOf("/Info");
  while (at > 0 && (data[at + 5] ?? 0) > 0x20) at = data.lastIndexOf("/Info", at - 1);
  if (at === -1) return [];
  const info = follow({ text: data.toString("latin1", at, at + 40), at }, /\/Info\s+(\d{1,10})\s+\d+\s+R/u, data, objectStreams);
  const text = info?.text.slice(0, 1 + info.text.indexOf(">>")) ?? "";
  const keys = [...text.matchAll(/\/([^\s/<>[\](){}%]{1,127})\s*[(<]/gu)].map(([, name = ""]) => decodeName(name));
  return keys.filter((key) => !key.endsWith("Date")).slice(0, mostInfoKeys);
}

/** `#E6#A0#87` in a name is a byte each. */
function decodeName(name: string): string {
  const bytes = name.replace(/#([0-9a-fA-F]{2})/gu, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Operators that begin, and that show text. */
function showsText(content: Buffer): boolean {
  return content.includes("BT") && (content.includes("Tj") || content.includes("TJ"));
}

/** 2,000: a page saves its state 28 times within itself (ISO 32000-1, annex C), objects nest some dozens deep. */
const mostOpen = 2_000;

/** States of drawing that are saved and not restored; 0 where there are too few letters for more than `mostOpen`. */
function savedStates(content: Buffer): number {
  let letters = 0;
  for (let at = content.indexOf(0x71); at !== -1 && letters <= mostOpen; at = content.indexOf(0x71, at + 1)) letters += 1;
  if (letters <= mostOpen) return 0;
  let open = 0;
  let before = 0x20;
  for (const byte of content) {
    if (before <= 0x20) {
      if (byte === 0x71 /* q */) open += 1;
      else if (byte === 0x51 /* Q */ && open > 0) open -= 1;
    }
    before = byte;
  }
  return open;
}

/** Dictionaries that are begun and not ended. */
function openDictionaries(data: Buffer): number {
  let open = 0;
  for (let at = data.indexOf("<<"); at !== -1; at = data.indexOf("<<", at + 2)) open += 1;
  for (let at = data.indexOf(">>"); at !== -1; at = data.indexOf(">>", at + 2)) open -= 1;
  return open;
}

/** Bytes at the end in which readers look for the end mark. */
const endWithin = 2048;

/** A document has one packet, and one for each picture from a camera. */
const mostMetadata = 1000;

/** Dictionaries are shorter than this. */
const longestDictionary = 64 * 1024;

function* streams(data: Buffer): Iterable<StreamObject> {
  let done = 0;
  for (let at = data.indexOf("stream"); at !== -1; at = data.indexOf("stream", Math.max(done, at + 6))) {
    const after = data[at + 6];
    if (after !== 0x0d && after !== 0x0a) continue;
    const from = at + 6 + (after === 0x0d && data[at + 7] === 0x0a ? 2 : 1);
    const windowAt = Math.max(done, at - longestDictionary);
    const window = data.toString("latin1", windowAt, at);
    const header = window.lastIndexOf("obj");
    const [, number, generation] = /(\d{1,10})\s+(\d{1,5})\s+$/u.exec(window.slice(Math.max(0, header - 24), Math.max(0, header))) ?? [];
    if (header === -1 || number === undefined) continue;
    const dictionary = window.slice(header + 3);
    const to = streamEnd(data, from, dictionary);
    yield { number: Number(number), generation: Number(generation), dictionary, dictionaryAt: windowAt + header + 3, from, to };
    done = to;
  }
}

/** Where the dictionary says, when the end mark is there; else at the next end mark. */
function streamEnd(data: Buffer, from: number, dictionary: string): number {
  const length = /\/Length\s+(\d{1,10})(?!\d|\s+\d+\s+R)/u.exec(dictionary)?.[1];
  if (length !== undefined) {
    const to = from + Number(length);
    if (data.subarray(to, to + 12).includes("endstream")) return to;
  }
  const end = data.indexOf("endstream", from);
  return end === -1 ? data.length : end;
}

/** Ends a stream after its first bytes. Filling the rest would not do: in the midst of a block, any bytes inflate to something. */
function shorten(data: Buffer, { dictionary, dictionaryAt, from, to }: StreamObject): void {
  const end = from + bombHead;
  const mark = Buffer.from("\nendstream ");
  if (end + mark.length > to) return;
  const length = /\/Length\s+(\d{1,10})(\s+\d+\s+R)?/u.exec(dictionary);
  const digits = length?.[1] ?? "";
  if (length !== null && digits !== "") {
    const at = dictionaryAt + length.index + length[0].indexOf(digits);
    // Object 0 does not exist: readers then look for the end mark.
    const value = length[2] === undefined && digits.length >= String(bombHead).length ? String(bombHead) : "0";
    data.write(value.padStart(digits.length, "0"), at, "latin1");
  }
  data.fill(0x20, end, to);
  data.set(mark, end);
}

/** The content of a stream that is plain or deflated, however often; undefined for other filters. */
function inflate(held: Buffer, dictionary: string, ratio: number): Buffer | "bomb" | "damaged" | undefined {
  const filter = /\/Filter\s*(\[[^\]]*\]|\/\w+)/u.exec(dictionary)?.[1] ?? "";
  const filters = filter.match(/\w+/gu) ?? [];
  if (!filters.every((name) => name === "FlateDecode" || name === "Fl")) return undefined;
  let content = held;
  for (const _ of filters) {
    const limit = Math.min(streamLimit, Math.max(ratioFrom, ratio * held.length));
    const options = { maxOutputLength: limit, finishFlush: constants.Z_SYNC_FLUSH };
    try {
      content = inflateSync(content, options);
    } catch (error) {
      if (error instanceof RangeError) return "bomb";
      try {
        // Without header and checksum, which engines do not look at either.
        content = inflateRawSync(content.subarray(2), options);
      } catch (again) {
        return again instanceof RangeError ? "bomb" : "damaged";
      }
    }
  }
  return content;
}

function decodeXml(bytes: Buffer): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  return bytes.toString("utf8");
}

interface Form {
  readonly stream: StreamObject;
  readonly length: number;
  /** How often it calls what it knows by that name. */
  readonly calls: ReadonlyMap<string, number>;
}

/** 1 MiB: beyond it calls are no longer told apart, the engine's memory is bounded all the same. */
const longestForm = 1024 * 1024;

function formCalls(content: Buffer): ReadonlyMap<string, number> {
  const calls = new Map<string, number>();
  if (!content.includes("Do")) return calls;
  for (const [, name] of content.toString("latin1", 0, longestForm).matchAll(/\/([^\s/<>[\](){}%]{1,127})\s+Do\b/gu)) {
    if (name !== undefined) calls.set(name, (calls.get(name) ?? 0) + 1);
  }
  return calls;
}

/** A call of a form from a form, and where in the file its object's number stands; undefined when that is compressed. */
interface Call {
  readonly form: number;
  readonly times: number;
  readonly at: number | undefined;
}

/** Takes out calls that lead back, and those of forms that would unfold too far. Gives the count of forms that were changed. */
function cutLoops(data: Buffer, forms: ReadonlyMap<number, Form>, objectStreams: readonly Buffer[]): number {
  const sizes = new Map<number, number>();
  const open = new Set<number>();
  let cut = 0;
  const cutCalls = (form: Form, calls: readonly Call[]): void => {
    cut += 1;
    for (const { at } of calls) {
      if (at === undefined) data.fill(0, form.stream.from, form.stream.to);
      else for (let digit = at; (data[digit] ?? 0) >= 0x30 && (data[digit] ?? 0) <= 0x39; digit += 1) data[digit] = 0x30;
    }
  };
  const sizeOf = (number: number, form: Form): number => {
    const known = sizes.get(number);
    if (known !== undefined) return known;
    open.add(number);
    let size = form.length;
    const calls = form.calls.size === 0 ? [] : callsOf(data, form, forms, objectStreams);
    const back = calls.filter((call) => open.has(call.form));
    if (back.length > 0) cutCalls(form, back);
    for (const call of calls) {
      const called = forms.get(call.form);
      if (called === undefined || back.includes(call)) continue;
      size += call.times * (open.size < deepestForms ? sizeOf(call.form, called) : unfoldLimit);
    }
    if (size > unfoldLimit) {
      cutCalls(form, calls);
      size = form.length;
    }
    open.delete(number);
    sizes.set(number, size);
    return size;
  };
  for (const [number, form] of forms) sizeOf(number, form);
  return cut;
}

/** PDFium itself follows 40 levels or so. */
const deepestForms = 200;

function callsOf(data: Buffer, form: Form, forms: ReadonlyMap<number, Form>, objectStreams: readonly Buffer[]): readonly Call[] {
  const { dictionary, dictionaryAt } = form.stream;
  const own: Text = { text: dictionary, at: dictionaryAt };
  const resources = follow(own, /\/Resources\s+(\d{1,10})\s+\d+\s+R/u, data, objectStreams) ?? own;
  const listed = follow(resources, /\/XObject\s+(\d{1,10})\s+\d+\s+R/u, data, objectStreams) ?? resources;
  const calls: Call[] = [];
  for (const match of listed.text.matchAll(/\/([^\s/<>[\](){}%]{1,127})\s+(\d{1,10})\s+\d+\s+R/gu)) {
    const [whole, name = "", number = ""] = match;
    const times = form.calls.get(name);
    if (times === undefined || !forms.has(Number(number))) continue;
    const inMatch = whole.indexOf(number, name.length + 1);
    calls.push({ form: Number(number), times, at: listed.at === undefined ? undefined : listed.at + match.index + inMatch });
  }
  return calls;
}

/** Text of an object, and where it stands in the file; undefined when it is compressed. */
interface Text {
  readonly text: string;
  readonly at: number | undefined;
}

/** The object that `reference` names in `from`; undefined when it names none. */
function follow(from: Text, reference: RegExp, data: Buffer, objectStreams: readonly Buffer[]): Text | undefined {
  const number = reference.exec(from.text)?.[1];
  if (number === undefined) return undefined;
  const plain = Math.max(data.lastIndexOf(`\n${number} 0 obj`), data.lastIndexOf(`\r${number} 0 obj`));
  if (plain !== -1) {
    const end = data.indexOf("endobj", plain);
    const text = data.toString("latin1", plain, Math.min(end === -1 ? data.length : end, plain + longestDictionary));
    return { text, at: plain };
  }
  for (const stream of objectStreams) {
    // Begins with pairs of number and offset; the first object's offset is 0, and the objects follow in that order.
    const head = stream.toString("latin1", 0, longestDictionary);
    const pairs = /^(?:\s*\d+\s+\d+)+/u.exec(head)?.[0] ?? "";
    const offset = new RegExp(`(?:^|\\s)${number}\\s+(\\d+)`, "u").exec(pairs)?.[1];
    if (offset === undefined) continue;
    const at = pairs.length + Number(offset);
    return { text: stream.toString("latin1", at, at + longestDictionary), at: undefined };
  }
  return undefined;
}
