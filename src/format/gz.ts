import { crc32 } from "node:zlib";
import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import { decodeName } from "./shared/archiveName.ts";
import { readRange } from "./shared/bytes.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import { createInflationGuard, inflateRaw } from "./shared/inflation.ts";
import { innerEntry, told } from "./shared/inner.ts";
import { unpackedName } from "./shared/unpackedName.ts";
import { limitOf, streamSource } from "./shared/zipMember.ts";
import type { MemberDamage } from "./shared/zipMember.ts";

/** 64 KiB: longest header looked at; names and comments are short. */
const headerLimit = 64 * 1024;

/** gzip (RFC 1952): what is inside is one member, of as many compressed parts as there are. */
export const gz: Extractor = {
  id: "gz",
  title: { zh: "GZIP 压缩文件", en: "gzip file" },
  version: 1,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => head[0] === 0x1f && head[1] === 0x8b && head[2] === 8 && (head[3] ?? 0xff) < 0x20,
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry } = input;
  const header = await readHeader(input, 0);
  if (header === undefined) {
    yield told(entry, "corrupt", "gzip header is cut off", false);
    return;
  }
  if (header.comment !== "") {
    const sink = createSink(input.budget, entry.path);
    const flow = createFlow(sink, { id: "comment", roles: ["comment"], place: () => ({ kind: "property", name: "comment" }) });
    flow.line(Buffer.from(header.comment, "utf8").toString("latin1"), 0);
    flow.flush();
    yield* sink.drain();
  }
  const damages: MemberDamage[] = [];
  const inner = innerEntry(entry, { name: header.name || unpackedName(entry.path), key: "gz", modified: header.modified });
  yield {
    type: "member",
    entry: inner,
    open: () => Promise.resolve(streamSource(pieces(input, header, damages), undefined, () => limitOf(input.bytes, damages[0]))),
  };
  for (const { code, detail } of damages) yield told(entry, code, detail, true);
}

interface Header {
  readonly name: string;
  readonly comment: string;
  readonly modified: string | undefined;
  readonly dataOffset: number;
}

async function readHeader(input: ExtractInput, from: number): Promise<Header | undefined> {
  let bytes = Buffer.from(await readRange(input.bytes, from, 512));
  const whole = parseHeader(bytes, from);
  if (whole !== undefined || bytes.length < 512) return whole;
  bytes = Buffer.from(await readRange(input.bytes, from, headerLimit));
  return parseHeader(bytes, from);
}

function parseHeader(bytes: Buffer, from: number): Header | undefined {
  if (bytes.length < 10 || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8) return undefined;
  const flags = bytes[3] ?? 0;
  let at = 10;
  if ((flags & 4) !== 0) {
    if (at + 2 > bytes.length) return undefined;
    at += 2 + bytes.readUInt16LE(at);
  }
  const text = (): string | undefined => {
    const end = bytes.indexOf(0, at);
    if (end < 0) return undefined;
    const raw = bytes.subarray(at, end);
    at = end + 1;
    return decodeName(raw);
  };
  const name = (flags & 8) === 0 ? "" : text();
  const comment = (flags & 16) === 0 ? "" : text();
  if ((flags & 2) !== 0) at += 2;
  if (name === undefined || comment === undefined || at > bytes.length) return undefined;
  const seconds = bytes.readUInt32LE(4);
  return {
    name: name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1),
    comment,
    modified: seconds === 0 ? undefined : new Date(seconds * 1000).toISOString(),
    dataOffset: from + at,
  };
}

/** All parts one behind the other. What is wrong is told once the pieces have ended; what came before it stays. */
async function* pieces(input: ExtractInput, first: Header, damages: MemberDamage[]): AsyncGenerator<Uint8Array, void> {
  const guard = createInflationGuard(input.budget, input.signal);
  for (let header: Header | undefined = first; header !== undefined;) {
    const part = inflateRaw((offset, length) => readRange(input.bytes, offset, length), header.dataOffset);
    let crc = 0;
    let length = 0;
    for await (const piece of part.pieces()) {
      const refused = guard.allow(piece.length, header.dataOffset + part.taken());
      if (refused !== undefined) {
        damages.push(refused);
        return;
      }
      crc = crc32(piece, crc);
      length += piece.length;
      yield piece;
    }
    if (part.broken()) {
      damages.push({ code: "corrupt", detail: "compressed data is damaged or cut off" });
      return;
    }
    const end = header.dataOffset + part.taken();
    const trailer = Buffer.from(await readRange(input.bytes, end, 8));
    if (trailer.length < 8) {
      damages.push({ code: "corrupt", detail: "compressed data is cut off" });
      return;
    }
    if (trailer.readUInt32LE(0) !== crc >>> 0 || trailer.readUInt32LE(4) !== length % 0x1_0000_0000) {
      damages.push({ code: "corrupt", detail: "checksum differs" });
    }
    header = await readHeader(input, end + 8);
    if (header === undefined && !(await onlyZeros(input, end + 8)))
      damages.push({ code: "corrupt", detail: "bytes behind the end are not read" });
  }
}

/** Tapes are filled up with zeros. */
async function onlyZeros(input: ExtractInput, from: number): Promise<boolean> {
  for (let at = from; ;) {
    const block = await readRange(input.bytes, at, 64 * 1024);
    if (block.length === 0) return true;
    if (block.some((byte) => byte !== 0)) return false;
    at += block.length;
  }
}
