import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import { rangeSource, readRange } from "./shared/bytes.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import { innerEntry, told } from "./shared/inner.ts";

/** The lead, of old versions; what counts lies behind it. */
const leadLength = 96;
const headerMagic = 0x8eade801;
/** 64 MiB: the header of a package of 100,000 files; rpm itself refuses more than 256. */
const headerLimit = 64 * 1024 * 1024;
/** Tags that people write, by number: summary, description, host, vendor, packager, address, and who changed what. */
const tags: ReadonlyMap<number, string> = new Map([
  [1004, "summary"],
  [1005, "description"],
  [1007, "build host"],
  [1011, "vendor"],
  [1015, "packager"],
  [1020, "url"],
  [1081, "changelog by"],
  [1082, "changelog"],
]);
/** Types of tags: a string, strings one behind the other, and such in several languages. */
const textTypes: ReadonlySet<number> = new Set([6, 8, 9]);

/** RPM packages, version 3 and 4 (rpm's `format.md`): what their header says, and the cpio archive in them, however it is compressed, as a member. */
export const rpm: Extractor = {
  id: "rpm",
  title: { zh: "RPM 软件包", en: "RPM package" },
  version: 1,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => Buffer.from(head.subarray(0, 4)).toString("latin1") === "\xed\xab\xee\xdb",
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, bytes } = input;
  const signature = await headerAt(input, leadLength);
  // Only the first header is filled up to eights.
  const header = signature === undefined ? undefined : await headerAt(input, signature.end + ((8 - (signature.end % 8)) % 8));
  if (header === undefined) {
    yield told(entry, "corrupt", "header of the package is damaged or cut off", false);
    return;
  }
  const sink = createSink(input.budget, entry.path);
  const flow = createFlow(sink, { id: "properties", roles: ["property"], place: () => ({ kind: "property", name: "header" }) });
  for (const text of textsOf(header)) flow.line(Buffer.from(text, "utf8").toString("latin1"), 0);
  flow.flush();
  yield* sink.drain();
  const left = bytes.size === undefined ? Number.MAX_SAFE_INTEGER : bytes.size - header.end;
  if (left <= 0 || !input.budget.take("members", 1)) {
    yield left <= 0 ? told(entry, "corrupt", "package is cut off", true) : told(entry, "too-large", "limit of members reached", true);
    return;
  }
  const size = bytes.size === undefined ? undefined : left;
  yield {
    type: "member",
    entry: innerEntry(entry, { name: "payload", key: header.end, size }),
    open: () => Promise.resolve(rangeSource(bytes, header.end, left)),
  };
}

interface Header {
  readonly index: Buffer;
  readonly store: Buffer;
  /** Offset behind it. */
  readonly end: number;
}

async function headerAt({ bytes }: ExtractInput, from: number): Promise<Header | undefined> {
  const begin = Buffer.from(await readRange(bytes, from, 16));
  if (begin.length < 16 || begin.readUInt32BE(0) !== headerMagic) return undefined;
  const indexLength = begin.readUInt32BE(8) * 16;
  const storeLength = begin.readUInt32BE(12);
  if (indexLength + storeLength > headerLimit) return undefined;
  const all = Buffer.from(await readRange(bytes, from + 16, indexLength + storeLength));
  if (all.length < indexLength + storeLength) return undefined;
  return { index: all.subarray(0, indexLength), store: all.subarray(indexLength), end: from + 16 + all.length };
}

function* textsOf({ index, store }: Header): Generator<string, void> {
  for (let at = 0; at + 16 <= index.length; at += 16) {
    const name = tags.get(index.readUInt32BE(at));
    if (name === undefined || !textTypes.has(index.readUInt32BE(at + 4))) continue;
    let from = index.readUInt32BE(at + 8);
    for (let count = index.readUInt32BE(at + 12); count > 0 && from < store.length; count--) {
      const end = store.indexOf(0, from);
      const text = store.toString("utf8", from, end < 0 ? store.length : end);
      if (text !== "") yield `${name}: ${text.replaceAll(/\s+/g, " ")}`;
      if (end < 0) break;
      from = end + 1;
    }
  }
}
