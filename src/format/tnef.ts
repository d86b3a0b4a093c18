import { toByteString } from "../util/path.ts";
import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { memorySource, rangeSource, readRange } from "./shared/bytes.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import type { Sink } from "./shared/flow.ts";
import { innerEntry } from "./shared/inner.ts";
import { unpackRtf } from "./shared/lzfu.ts";
import { mapiLabel, mapiText, mapiType } from "./shared/mapi.ts";

const signature = 0x223e9f78;
/** 32 MiB of properties are held; an attachment's own bytes are not. */
const propertiesLimit = 32 * 1024 * 1024;

/** Outlook's `winmail.dat` (MS-OXTNEF): what Exchange puts round the attachments of a message. */
export const tnef: Extractor = {
  id: "tnef",
  title: { zh: "Outlook 附件包（winmail.dat）", en: "Outlook attachment bundle (winmail.dat)" },
  version: 1,
  access: "any",
  streaming: true,
  accepts: ({ head }) => head.length >= 15 && Buffer.from(head.subarray(0, 4)).readUInt32LE(0) === signature,
  extract,
};

/** One attribute: where its data lie. */
interface Attribute {
  readonly level: number;
  readonly id: number;
  readonly from: number;
  readonly length: number;
}

/** What is known of the attachment being gathered. */
interface Attachment {
  title: string;
  data: Attribute | undefined;
  object: Uint8Array | undefined;
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  let codepage = 0;
  let attachment: Attachment | undefined;
  let number = 0;
  const names = new Map<string, number>();
  const finish = function* (): Generator<Extracted, void> {
    if (attachment === undefined) return;
    const { title, data, object } = attachment;
    attachment = undefined;
    if (data === undefined && object === undefined) return;
    yield* sink.drain();
    if (!input.budget.take("members", 1)) {
      sink.stop("too-large", "limit of members reached");
      return;
    }
    const clean = title.replace(/[\x00-\x1f\x7f]+/g, " ").trim() || (object === undefined ? "attachment" : "message.dat");
    const count = (names.get(clean) ?? 0) + 1;
    names.set(clean, count);
    const source = object === undefined ? rangeSource(input.bytes, data?.from ?? 0, data?.length ?? 0) : memorySource(object);
    const entry = innerEntry(input.entry, { name: count === 1 ? clean : `${clean}-${count}`, key: ++number, size: source.size });
    yield { type: "member", entry, open: () => Promise.resolve(source) };
  };
  for await (const attribute of attributes(input, sink)) {
    if (!sink.open || input.signal.aborted) break;
    const { id, from, length } = attribute;
    const data = (): Promise<Uint8Array> => readRange(input.bytes, from, Math.min(length, propertiesLimit));
    if (id === 0x9007) codepage = Buffer.concat([await data(), Buffer.alloc(4)]).readUInt32LE(0);
    else if (id === 0x9002) {
      yield* finish();
      attachment = { title: "", data: undefined, object: undefined };
    } else if (id === 0x800f) (attachment ??= { title: "", data: undefined, object: undefined }).data = attribute;
    else if (id === 0x8010) {
      attachment ??= { title: "", data: undefined, object: undefined };
      attachment.title ||= mapiText(mapiType.text8, await data(), codepage);
    } else if (id === 0x8004 || id === 0x800c) {
      const text = mapiText(mapiType.text8, await data(), codepage);
      tellLines(sink, id === 0x8004 ? "Subject" : undefined, text);
    } else if (id === 0x9003 || id === 0x9005) {
      const properties = readProperties(await data(), sink);
      if (id === 0x9005) {
        attachment ??= { title: "", data: undefined, object: undefined };
        const long = properties.find((one) => one.id === 0x3707);
        if (long !== undefined) attachment.title = mapiText(long.type, long.value, codepage) || attachment.title;
        const object = properties.find((one) => one.id === 0x3701 && one.type === mapiType.object);
        // The interface comes before what it is an interface of.
        if (object !== undefined) attachment.object = object.value.subarray(16);
      } else yield* tellMessage(input, sink, properties, codepage);
    }
    yield* sink.drain();
  }
  yield* finish();
  if (input.signal.aborted) sink.failure("interrupted", "interrupted between attachments", true);
  yield* sink.drain();
}

async function* attributes(input: ExtractInput, sink: Sink): AsyncGenerator<Attribute, void> {
  for (let at = 6; ;) {
    const header = Buffer.from(await readRange(input.bytes, at, 9));
    if (header.length === 0 && (input.bytes.size === undefined || at === input.bytes.size)) return;
    if (header.length < 9 || (header[0] !== 1 && header[0] !== 2)) {
      sink.failure("corrupt", "attributes end early", true);
      return;
    }
    const length = header.readUInt32LE(5);
    const size = input.bytes.size;
    const cut = size !== undefined && at + 9 + length > size;
    if (cut) sink.failure("corrupt", "the last attribute is cut off", true);
    yield { level: header[0], id: header.readUInt16LE(1), from: at + 9, length: cut ? Math.max(0, size - at - 9) : length };
    at += 9 + length + 2;
  }
}

interface Property {
  readonly id: number;
  readonly type: number;
  readonly value: Uint8Array;
}

/** Properties as MS-OXTNEF 2.1.3.4 packs them; ends at the first that does not fit. */
function readProperties(data: Uint8Array, sink: Sink): readonly Property[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const found: Property[] = [];
  let at = 4;
  const take = (length: number): Buffer => {
    if (length < 0 || at + length > bytes.length) throw new RangeError("past the end");
    at += length;
    return bytes.subarray(at - length, at);
  };
  const padded = (length: number): Buffer => {
    const value = take(length);
    at = Math.min(bytes.length, at + ((4 - (length % 4)) % 4));
    return value;
  };
  try {
    const count = bytes.readUInt32LE(0);
    for (let index = 0; index < count; index++) {
      const key = take(4);
      const type = key.readUInt16LE(0);
      const id = key.readUInt16LE(2);
      if (id >= 0x8000) {
        take(16);
        if (take(4).readUInt32LE(0) === 0) take(4);
        else padded(take(4).readUInt32LE(0));
      }
      const single = type & 0xefff;
      const varying = [0x1e, 0x1f, 0x0d, 0x102].includes(single);
      const values = varying || (type & 0x1000) !== 0 ? take(4).readUInt32LE(0) : 1;
      if (values > bytes.length) throw new RangeError("past the end");
      for (let one = 0; one < values; one++) {
        const wide = [5, 6, 7, 0x14, 0x40].includes(single) ? 8 : single === 0x48 ? 16 : 4;
        const value = varying ? padded(take(4).readUInt32LE(0)) : take(wide);
        found.push({ id, type: single, value });
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    sink.failure("corrupt", "properties end early", true);
  }
  return found;
}

function* tellMessage(input: ExtractInput, sink: Sink, properties: readonly Property[], codepage: number): Generator<Extracted, void> {
  for (const { id, type, value } of properties) {
    const label = mapiLabel(id);
    if (type !== mapiType.text && type !== mapiType.text8) continue;
    if (id === 0x1000) tellLines(sink, undefined, mapiText(type, value, codepage));
    else if (label !== undefined) tellLines(sink, label, mapiText(type, value, codepage));
  }
  yield* sink.drain();
  const html = properties.find(({ id }) => id === 0x1013);
  const packed = properties.find(({ id, type }) => id === 0x1009 && type === mapiType.binary);
  const rtf = html !== undefined || packed === undefined ? undefined : unpackRtf(packed.value);
  const body = html?.value ?? rtf;
  if (body === undefined || body.length === 0) return;
  if (!input.budget.take("members", 1) || !input.budget.take("inflated", body.length)) {
    sink.stop("too-large", "limit of members or of inflated bytes reached");
    return;
  }
  const entry = innerEntry(input.entry, { name: html === undefined ? "body.rtf" : "body.html", key: "body", size: body.length });
  yield { type: "member", entry, open: () => Promise.resolve(memorySource(body)) };
}

function tellLines(sink: Sink, label: string | undefined, text: string): void {
  if (text.trim() === "") return;
  const flow = createFlow(sink, {
    id: sink.unique(label === undefined ? "body" : "property"),
    roles: [label === undefined ? "body" : "property"],
    place: (mark) => (label === undefined ? { kind: "line", line: mark, column: 1 } : { kind: "property", name: label }),
  });
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries())
    flow.line(toByteString(label === undefined ? line : `${label}: ${line}`), index + 1);
  flow.flush();
}
