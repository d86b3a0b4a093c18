import { toByteString } from "../util/path.ts";
import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { FailureError } from "../model/failure.ts";
import { memorySource } from "./shared/bytes.ts";
import { readCfb } from "./shared/cfb.ts";
import type { Cfb, CfbEntry } from "./shared/cfb.ts";
import { writeCfb } from "./shared/cfbWrite.ts";
import type { CfbStreamToWrite } from "./shared/cfbWrite.ts";
import { embeddedObject } from "./shared/embedded.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import type { Sink } from "./shared/flow.ts";
import { innerEntry } from "./shared/inner.ts";
import { unpackRtf } from "./shared/lzfu.ts";
import { mapiLabel, mapiText, mapiType } from "./shared/mapi.ts";

/** 32 MiB of a text that is held; bodies of mail have some 100 KiB. */
const textLimit = 32 * 1024 * 1024;
/** 128 MiB: an embedded message or object is held as a file of its own. */
const objectLimit = 128 * 1024 * 1024;

/** Outlook items (MS-OXMSG): mail, contacts, appointments, tasks; attachments and embedded messages as members. */
export const msg: Extractor = {
  id: "msg",
  title: { zh: "Outlook 邮件（MSG）", en: "Outlook items (msg)" },
  version: 1,
  access: "any",
  accepts: async (probe) => (await probe.members()).has("__properties_version1.0"),
  extract,
};

/** The text and byte properties of a storage, and the numbers beside them. */
interface Properties {
  readonly streams: readonly { readonly id: number; readonly type: number; readonly entry: CfbEntry }[];
  readonly numbers: ReadonlyMap<number, number>;
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const cfb = await readCfb(input.bytes);
  if (cfb === undefined) {
    sink.failure("corrupt", "compound file without a directory", false);
    yield* sink.drain();
    return;
  }
  if (cfb.damage !== undefined) sink.failure("corrupt", cfb.damage, true);
  const message = await readProperties(cfb, cfb.root, 32);
  const codepage = message.numbers.get(0x3ffd) ?? message.numbers.get(0x3fde) ?? 0;
  const bodyPage = message.numbers.get(0x3fde) ?? codepage;
  const reader: Reader = { cfb, sink, codepage };
  await tell(reader, message, "properties");
  yield* sink.drain();
  yield* readBodies(input, reader, message, bodyPage);
  for (const child of cfb.root.children) {
    if (!/^__recip_version1\.0_/i.test(child.name)) continue;
    await tell(reader, await readProperties(cfb, child, 8), "recipient");
    yield* sink.drain();
  }
  const names = new Map<string, number>();
  for (const child of cfb.root.children) {
    if (!sink.open || input.signal.aborted) break;
    if (/^__attach_version1\.0_/i.test(child.name)) yield* readAttachment(input, reader, child, names);
  }
  if (input.signal.aborted) sink.failure("interrupted", "interrupted between attachments", true);
  yield* sink.drain();
}

interface Reader {
  readonly cfb: Cfb;
  readonly sink: Sink;
  readonly codepage: number;
}

async function readProperties(cfb: Cfb, storage: CfbEntry, header: number): Promise<Properties> {
  const streams: { id: number; type: number; entry: CfbEntry }[] = [];
  const numbers = new Map<number, number>();
  for (const entry of storage.children) {
    if (entry.name.toLowerCase() === "__properties_version1.0" && entry.kind === "stream") {
      const bytes = Buffer.from(await (await cfb.stream(entry)).bytes(1024 * 1024));
      for (let at = header; at + 16 <= bytes.length; at += 16) {
        if (bytes.readUInt16LE(at) === 3) numbers.set(bytes.readUInt16LE(at + 2), bytes.readUInt32LE(at + 8));
      }
      continue;
    }
    // Values of a list hang on its own name: `__substg1.0_8005101F-00000002`.
    const match = /^__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})(-[0-9A-F]{8})?$/i.exec(entry.name);
    if (match === null) continue;
    const type = Number.parseInt(match[2] ?? "", 16);
    if ((type & 0x1000) !== 0 && match[3] === undefined) continue;
    streams.push({ id: Number.parseInt(match[1] ?? "", 16), type: type & 0xefff, entry });
  }
  streams.sort((one, other) => one.id - other.id);
  return { streams, numbers };
}

async function textOf(reader: Reader, one: { type: number; entry: CfbEntry }, codepage: number): Promise<string> {
  const stream = await reader.cfb.stream(one.entry);
  if (stream.damage !== undefined) reader.sink.failure("corrupt", `a property is damaged: ${stream.damage}`, true);
  if (stream.size > textLimit) reader.sink.failure("too-large", "a property is larger than is held in memory", true);
  return mapiText(one.type, await stream.bytes(textLimit), codepage);
}

/** All texts of an item as properties, each value once. */
async function tell(reader: Reader, properties: Properties, id: string): Promise<void> {
  const names: string[] = [];
  const seen = new Set<string>();
  const flow = createFlow(reader.sink, {
    id: reader.sink.unique(id),
    roles: ["property"],
    place: (mark) => ({ kind: "property", name: names[mark] ?? "" }),
  });
  for (const one of properties.streams) {
    const label = mapiLabel(one.id);
    if (label === undefined || (one.type !== mapiType.text && one.type !== mapiType.text8)) continue;
    const text = (await textOf(reader, one, reader.codepage)).trim();
    if (text === "" || seen.has(text)) continue;
    seen.add(text);
    flow.line(toByteString(`${label}: ${text}`), names.push(label) - 1);
  }
  flow.flush();
}

async function* readBodies(input: ExtractInput, reader: Reader, message: Properties, bodyPage: number): AsyncGenerator<Extracted, void> {
  const { sink, cfb } = reader;
  let read = false;
  for (const one of message.streams) {
    if (one.id !== 0x1000 || (one.type !== mapiType.text && one.type !== mapiType.text8)) continue;
    const text = await textOf(reader, one, one.type === mapiType.text8 ? bodyPage : 0);
    const flow = createFlow(sink, { id: "body", roles: ["body"], place: (mark) => ({ kind: "line", line: mark, column: 1 }) });
    for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) flow.line(toByteString(line), index + 1);
    flow.flush();
    read ||= text.trim() !== "";
  }
  yield* sink.drain();
  for (const one of message.streams) {
    if (one.id !== 0x1013 || !sink.open) continue;
    const stream = await cfb.stream(one.entry);
    if (stream.size === 0) continue;
    if (!input.budget.take("members", 1)) {
      sink.stop("too-large", "limit of members reached");
      return;
    }
    read = true;
    // Text of 16 bits gets the mark by which a reader of HTML knows it.
    const wide = one.type === mapiType.text;
    const source = wide ? memorySource(Buffer.concat([Buffer.from([0xff, 0xfe]), await stream.bytes(textLimit)])) : stream.source();
    yield {
      type: "member",
      entry: innerEntry(input.entry, { name: "body.html", key: "html", size: stream.size }),
      open: () => Promise.resolve(source),
    };
    if (stream.damage !== undefined) sink.failure("corrupt", `the body is damaged: ${stream.damage}`, true);
  }
  const packed = message.streams.find(({ id, type }) => id === 0x1009 && type === mapiType.binary);
  // Outlook makes plain text and HTML of the RTF, so it is read only where it stands alone.
  if (read || packed === undefined || !sink.open) return;
  const rtf = unpackRtf(await (await cfb.stream(packed.entry)).bytes(textLimit));
  if (rtf === undefined) sink.failure("corrupt", "the packed body cannot be unpacked", true);
  else if (rtf.length > 0) {
    if (!input.budget.take("members", 1) || !input.budget.take("inflated", rtf.length)) {
      sink.stop("too-large", "the packed body is beyond the limits");
      return;
    }
    yield {
      type: "member",
      entry: innerEntry(input.entry, { name: "body.rtf", key: "rtf", size: rtf.length }),
      open: () => Promise.resolve(memorySource(rtf)),
    };
  }
}

async function* readAttachment(
  input: ExtractInput,
  reader: Reader,
  storage: CfbEntry,
  names: Map<string, number>,
): AsyncGenerator<Extracted, void> {
  const { cfb, sink } = reader;
  const properties = await readProperties(cfb, storage, 8);
  const named = async (id: number): Promise<string> => {
    const one = properties.streams.find((stream) => stream.id === id && (stream.type === mapiType.text || stream.type === mapiType.text8));
    return one === undefined ? "" : (await textOf(reader, one, reader.codepage)).trim();
  };
  const data = properties.streams.find(({ id }) => id === 0x3701);
  const embedded = data?.type === mapiType.object && data.entry.kind === "storage";
  const message = embedded && data.entry.children.some(({ name }) => name.toLowerCase() === "__properties_version1.0");
  const fallback = message ? "message" : "attachment";
  const base = (await named(0x3707)) || (await named(0x3704)) || (await named(0x3001)) || fallback;
  const clean = base.replace(/[\x00-\x1f\x7f]+/g, " ");
  const count = (names.get(clean) ?? 0) + 1;
  names.set(clean, count);
  const name = `${count === 1 ? clean : `${clean}-${count}`}${message && !/\.msg$/i.test(clean) ? ".msg" : ""}`;
  yield* sink.drain();
  if (!input.budget.take("members", 1)) {
    sink.stop("too-large", "limit of members reached");
    return;
  }
  const inner = innerEntry(input.entry, { name, key: storage.name });
  if (data === undefined) {
    // By reference: a path or an address is all there is.
    const path = (await named(0x370d)) || (await named(0x3708));
    const flow = createFlow(sink, { id: sink.unique("link"), roles: ["link"], place: () => ({ kind: "property", name }) });
    flow.line(toByteString(path), 0);
    flow.flush();
  } else if (message) {
    yield { type: "member", entry: inner, open: async () => memorySource(await copyMessage(cfb, data.entry)) };
  } else if (embedded) {
    yield* embeddedObject(input, sink, cfb, data.entry);
  } else if (data.entry.kind === "stream") {
    const stream = await cfb.stream(data.entry);
    yield { type: "member", entry: { ...inner, size: stream.size }, open: () => Promise.resolve(stream.source()) };
    if (stream.damage !== undefined) {
      sink.item({
        type: "failure",
        failure: { stage: "extract", code: "corrupt", path: inner.path, detail: `attachment is damaged: ${stream.damage}`, partial: true },
      });
    }
  }
  yield* sink.drain();
}

/** An embedded message as a file: it has 24 bytes before its properties, one that is a file 32. */
async function copyMessage(cfb: Cfb, storage: CfbEntry): Promise<Uint8Array> {
  const streams: CfbStreamToWrite[] = [];
  let left = objectLimit;
  for (const entry of cfb.entries) {
    if (entry.kind !== "stream" || !entry.path.startsWith(`${storage.path}/`)) continue;
    left -= entry.size + 128;
    if (left < 0) throw new FailureError("too-large", "embedded message is larger than is held in memory");
    const path = entry.path.slice(storage.path.length + 1).split("/");
    const bytes = await (await cfb.stream(entry)).bytes();
    const own = path.length === 1 && path[0]?.toLowerCase() === "__properties_version1.0";
    streams.push({ path, bytes: own ? Buffer.concat([bytes.subarray(0, 24), Buffer.alloc(8), bytes.subarray(24)]) : bytes });
  }
  return writeCfb(streams, storage.classId);
}
