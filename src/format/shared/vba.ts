import type { Extracted } from "../../model/chunk.ts";
import type { Cfb, CfbEntry } from "./cfb.ts";
import { decodeCodepage } from "./codepage.ts";
import { createFlow } from "./flow.ts";
import type { Sink } from "./flow.ts";
import { bytesOf } from "./xml.ts";

/** Streams of a project that hold no source. */
const compiled: RegExp = /^(dir|_VBA_PROJECT|__SRP_.*)$/i;

/** 64 projects of macros: a file has one, one that holds others some. */
const projectLimit = 64;

/**
 * Tells the source of every macro project in a compound file (MS-OVBA), whichever storage it lies in. What is beside the source in a project's
 * storages (forms) is told as not read.
 */
export async function* readVba(cfb: Cfb, sink: Sink): AsyncGenerator<Extracted, void> {
  let number = 0;
  let projects = 0;
  for (const storage of cfb.entries) {
    if (storage.kind !== "storage" || storage.name.toUpperCase() !== "VBA") continue;
    const directory = storage.children.find(({ name }) => name.toLowerCase() === "dir");
    if (directory === undefined) continue;
    if (++projects > projectLimit) {
      sink.failure("too-large", "more projects of macros than are read", true);
      break;
    }
    const project = readDirectory(decompress(await bytesOfStream(cfb, directory), 0, sink) ?? Buffer.alloc(0));
    for (const module of storage.children) {
      if (module.kind !== "stream" || compiled.test(module.name) || module.size === 0) continue;
      const bytes = await bytesOfStream(cfb, module);
      const source = decompress(bytes, project.offsets.get(module.name.toLowerCase()) ?? sourceOffset(bytes), sink);
      if (source === undefined) {
        sink.failure("corrupt", "source of a macro cannot be read", true);
        continue;
      }
      const flow = createFlow(sink, { id: `macro${++number}`, roles: ["code"], place: (line) => ({ kind: "line", line, column: 1 }) });
      for (const [index, line] of decodeCodepage(source, project.codepage)
        .split(/\r\n|\r|\n/)
        .entries())
        flow.line(bytesOf(line), index + 1);
      flow.flush();
      yield* sink.drain();
    }
    const outer = storage.path.slice(0, Math.max(0, storage.path.length - storage.name.length));
    const form = cfb.entries.some(({ kind, name, path }) => kind === "stream" && /^[fo]$/i.test(name) && path.startsWith(outer));
    if (form) sink.failure("unsupported-format", "forms of macros are not read", true);
  }
  yield* sink.drain();
}

async function bytesOfStream(cfb: Cfb, entry: CfbEntry): Promise<Buffer> {
  const bytes = await (await cfb.stream(entry)).bytes();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

interface Project {
  readonly codepage: number;
  /** Where the source begins in the stream of a module, by the stream's name in lower case. */
  readonly offsets: ReadonlyMap<string, number>;
}

/** Records of the project's directory: number, length, data (MS-OVBA 2.3.4.2). */
function readDirectory(bytes: Buffer): Project {
  const offsets = new Map<string, number>();
  let codepage = 0;
  let name = "";
  for (let at = 0; at + 6 <= bytes.length;) {
    const id = bytes.readUInt16LE(at);
    // The version's length does not count two of its bytes.
    const length = id === 0x09 ? 6 : bytes.readUInt32LE(at + 2);
    const from = at + 6;
    const to = from + length;
    if (to > bytes.length) break;
    if (id === 0x03 && length === 2) codepage = bytes.readUInt16LE(from);
    else if (id === 0x1a) name = decodeCodepage(bytes.subarray(from, to), codepage);
    else if (id === 0x32) name = bytes.toString("utf16le", from, to);
    else if (id === 0x31 && length === 4) offsets.set(name.toLowerCase(), bytes.readUInt32LE(from));
    at = to;
  }
  return { codepage, offsets };
}

/** Where source begins that the directory does not tell: it always starts with an attribute, right behind three bytes of packing. */
function sourceOffset(bytes: Buffer): number {
  return Math.max(0, bytes.indexOf("\0Attribut\0e ", "latin1") - 3);
}

/** Unpacks a container (MS-OVBA 2.4.1) from `from`; undefined when there is none, what came before damage else. */
function decompress(bytes: Buffer, from: number, sink: Pick<Sink, "budget" | "failure">): Buffer | undefined {
  if (bytes[from] !== 1) return undefined;
  const chunks: Buffer[] = [];
  for (let at = from + 1; at + 2 <= bytes.length;) {
    const head = bytes.readUInt16LE(at);
    const end = Math.min(bytes.length, at + 3 + (head & 0xfff));
    if (((head >>> 12) & 7) !== 3) break;
    if (!sink.budget.take("inflated", 4096)) {
      sink.failure("too-large", "limit of inflated bytes reached", true);
      return Buffer.concat(chunks);
    }
    chunks.push((head & 0x8000) === 0 ? bytes.subarray(at + 2, end) : unpack(bytes, at + 2, end));
    at = end;
  }
  return chunks.length === 0 ? undefined : Buffer.concat(chunks);
}

/** One chunk: groups of eight tokens, each a byte or a copy of what stands before it in the chunk. */
function unpack(bytes: Buffer, from: number, end: number): Buffer {
  const out = Buffer.alloc(4096);
  let filled = 0;
  for (let at = from; at < end;) {
    const flags = bytes[at++] ?? 0;
    for (let bit = 0; bit < 8 && at < end && filled < 4096; bit++) {
      if (((flags >>> bit) & 1) === 0) {
        out[filled++] = bytes[at++] ?? 0;
        continue;
      }
      if (at + 2 > end) return out.subarray(0, filled);
      const token = bytes.readUInt16LE(at);
      at += 2;
      const wide = Math.max(4, Math.ceil(Math.log2(Math.max(2, filled))));
      const back = (token >>> (16 - wide)) + 1;
      if (back > filled) return out.subarray(0, filled);
      for (let left = (token & (0xffff >>> wide)) + 3; left > 0 && filled < 4096; left--) {
        out[filled] = out[filled - back] ?? 0;
        filled++;
      }
    }
  }
  return out.subarray(0, filled);
}
