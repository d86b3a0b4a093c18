import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { readRange } from "./shared/bytes.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import { told } from "./shared/inner.ts";
import { bytesOf } from "./shared/xml.ts";

/**
 * Controls in Office documents (ActiveX, MS-OFORMS: text boxes, check boxes, lists, buttons, labels) as documents keep them, `activeX1.bin` or the
 * stream `contents` of an object: what they show and hold.
 */
export const formsControl: Extractor = {
  id: "forms-control",
  title: { zh: "Office 文档内的 ActiveX 控件", en: "ActiveX controls in Office documents" },
  version: 1,
  access: "any",
  accepts: ({ head }) => parse(Buffer.from(head.buffer, head.byteOffset, head.length)) !== undefined,
  extract,
};

/** A property of a kind of control, by its bit in the mask: bytes in the data block, 0 for none; a name where a string follows it. */
interface Property {
  readonly size: 0 | 1 | 2 | 4;
  readonly text?: string;
}

interface Kind {
  /** Bytes of the mask that says which properties there are. */
  readonly mask: 4 | 8;
  readonly properties: readonly Property[];
  /** Bit of the size on the form: 8 bytes beside the strings, before or behind them. */
  readonly extent: number;
  readonly extentFirst: boolean;
}

const plain = (...sizes: readonly (0 | 1 | 2 | 4)[]): readonly Property[] => sizes.map((size) => ({ size }));
const text = (name: string): Property => ({ size: 4, text: name });

const kinds: readonly Kind[] = [
  {
    mask: 8,
    properties: [
      ...plain(4, 4, 4, 4, 1, 1, 1, 1, 0, 2, 4, 2, 2, 2, 2, 2, 1, 1, 1, 0, 1, 1),
      text("Value"),
      text("Caption"),
      ...plain(4, 4, 4, 2, 2, 2, 0, 0),
      text("GroupName"),
    ],
    extent: 8,
    extentFirst: true,
  },
  // Buttons, then labels.
  { mask: 4, properties: [...plain(4, 4, 4), text("Caption"), ...plain(4, 0, 1, 2, 2, 0, 2)], extent: 5, extentFirst: false },
  { mask: 4, properties: [...plain(4, 4, 4), text("Caption"), ...plain(4, 0, 1, 4, 2, 2, 2, 2, 2)], extent: 5, extentFirst: false },
];

/** A string of a control, where it lies and whether each character is one byte. */
interface Text {
  readonly name: string;
  readonly from: number;
  readonly length: number;
  readonly narrow: boolean;
}

/** The class that stands before a control in a file of its own: those of Forms 2.0 end so, from the fifth byte on. */
const classEnd = "42ecce119e0d00aa006002f3";

/** The strings of a control, whose sizes must sum up to what it says; undefined for anything else. */
function parse(bytes: Buffer): readonly Text[] | undefined {
  const at = bytes.toString("hex", 4, 16) === classEnd ? 16 : 0;
  if (bytes.length < at + 12 || bytes.readUInt16LE(at) !== 0x0200) return undefined;
  const size = bytes.readUInt16LE(at + 2);
  for (const kind of kinds) {
    const texts = parseKind(bytes, at + 4, size, kind);
    if (texts !== undefined) return texts;
  }
  return undefined;
}

function parseKind(
  bytes: Buffer,
  from: number,
  size: number,
  { mask, properties, extent, extentFirst }: Kind,
): readonly Text[] | undefined {
  const set = (bit: number): boolean => ((bytes[from + (bit >> 3)] ?? 0) & (1 << (bit & 7))) !== 0;
  for (let bit = properties.length; bit < mask * 8; bit++) if (set(bit)) return undefined;
  const aligned = (offset: number, unit: number): number => from + Math.ceil((offset - from) / unit) * unit;
  let at = from + mask;
  const counts: { readonly name: string; readonly count: number }[] = [];
  for (const [bit, property] of properties.entries()) {
    if (!set(bit) || property.size === 0) continue;
    at = aligned(at, property.size);
    if (at + property.size > bytes.length) return undefined;
    if (property.text !== undefined) counts.push({ name: property.text, count: bytes.readUInt32LE(at) });
    at += property.size;
  }
  at = aligned(at, 4);
  const beside = set(extent) ? 8 : 0;
  if (extentFirst) at += beside;
  const texts = counts.map(({ name, count }): Text => {
    const length = count & 0x7fff_ffff;
    const found = { name, from: at, length, narrow: count >>> 31 === 1 };
    at = aligned(at + length, 4);
    return found;
  });
  if (!extentFirst) at += beside;
  return at === from + size ? texts : undefined;
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const bytes = Buffer.from(await readRange(input.bytes, 0, Math.min(input.bytes.size ?? largest, largest)));
  const texts = parse(bytes);
  if (texts === undefined) {
    yield told(input.entry, "corrupt", "the control cannot be read", false);
    return;
  }
  const sink = createSink(input.budget, input.entry.path);
  const flow = createFlow(sink, {
    id: "control",
    roles: ["form"],
    place: (index) => ({ kind: "property", name: texts[index]?.name ?? "" }),
  });
  for (const [index, { from, length, narrow }] of texts.entries()) {
    const held = bytes.subarray(from, from + length);
    for (const line of held.toString(narrow ? "latin1" : "utf16le").split(/[\r\n\0]+/)) if (line !== "") flow.line(bytesOf(line), index);
  }
  flow.flush();
  if (texts.some(({ from, length }) => from + length > bytes.length)) sink.failure("corrupt", "the control is cut off", true);
  yield* sink.drain();
}

/** A control says its size in 16 bits; font and pictures follow. */
const largest = 2 * 65_536;
