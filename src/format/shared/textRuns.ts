import type { Extracted, Role } from "../../model/chunk.ts";
import type { ByteSource } from "../../model/entry.ts";
import { detectEncodings } from "../../util/encoding.ts";
import { readRange } from "./bytes.ts";
import { decodeCodepage, decodeLatin } from "./codepage.ts";
import { createFlow } from "./flow.ts";
import type { Sink } from "./flow.ts";
import { bytesOf } from "./xml.ts";

/** 1 MiB is looked at at a time; a run that lies across two blocks is told in both. */
const block = 1024 * 1024;
const overlap = 4096;
/** 16 MiB: damaged bytes cost 0.8 s of CPU a MiB at most, and an entry has less than a minute. */
const limit = 16 * 1024 * 1024;
/** Needs no look at its encoding. */
const ascii = /^[\t\r\n\x20-\x7e]*$/;

/** Characters of a run, from and to, by pairs. */
const wide: Uint8Array = table([
  9, 9, 10, 10, 13, 13, 0x20, 0x7e, 0xa0, 0xff, 0x2010, 0x2642, 0x3000, 0x303f, 0x4e00, 0x9fff, 0xff01, 0xff5e,
]);
const narrow: Uint8Array = table([9, 9, 10, 10, 13, 13, 0x20, 0x7e, 0x81, 0xfe]);

function table(ranges: readonly number[]): Uint8Array {
  const allowed = new Uint8Array(0x1_0000);
  for (let at = 0; at < ranges.length; at += 2) allowed.fill(1, ranges[at], (ranges[at + 1] ?? 0) + 1);
  return allowed;
}

/** Runs of at least `least` characters. By hand: on noise an expression falls back to an engine that takes 640 MB for 1 MiB. */
function* runsOf(text: string, allowed: Uint8Array, least: number): Generator<{ readonly run: string; readonly index: number }, void> {
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    if (at < text.length && allowed[text.charCodeAt(at)] === 1) continue;
    if (at - from >= least) yield { run: text.slice(from, at), index: from };
    from = at + 1;
  }
}

/** How runs are told. */
export interface TextRunOptions {
  readonly flow: string;
  readonly roles: readonly [Role, ...Role[]];
  /** Bytes that are not UTF-16 as text; undefined where they are none. */
  decode(bytes: Buffer): string | undefined;
}

/**
 * Runs of bytes that read as text, of UTF-16 or of GBK, in what has no structure that could be followed: so that a damaged file whose readable
 * part held something still says so. Told as body unless `options` says otherwise, each at its offset.
 */
export async function* giveTextRuns(
  sink: Sink,
  source: ByteSource,
  options: TextRunOptions = { flow: "runs", roles: ["body"], decode: readable },
): AsyncGenerator<Extracted, void> {
  const size = Math.min(limit, source.size ?? limit);
  const flow = createFlow(sink, { id: options.flow, roles: options.roles, place: (bytes) => ({ kind: "offset", bytes }) });
  for (let at = 0; at < size && sink.open; at += block) {
    const bytes = Buffer.from(await readRange(source, at, Math.min(block + overlap, size - at)));
    if (bytes.length === 0) break;
    for (const odd of [0, 1]) {
      for (const { run, index } of runsOf(bytes.toString("utf16le", odd, odd + ((bytes.length - odd) & ~1)), wide, 4)) {
        const told = run.trim();
        if (told.length >= 4 && (ascii.test(told) || detectEncodings(Buffer.from(told, "utf16le"), true)?.encodings[0] === "utf16le")) {
          flow.line(bytesOf(told), at + odd + 2 * index);
        }
      }
    }
    const text = bytes.toString("latin1");
    for (const { run, index } of runsOf(text, narrow, 8)) {
      const raw = bytes.subarray(index, index + run.length);
      const told = ascii.test(run) ? run.trim() : options.decode(raw);
      if (told !== undefined) flow.line(bytesOf(told), at + index);
    }
    yield* sink.drain();
    if (bytes.length < block) break;
  }
  flow.flush();
  yield* sink.drain();
}

/**
 * Bytes as UTF-8, else as GBK, where nearly all of them are; characters that a run's ends have cut are left out. Bytes over 0x7f of which no two stand
 * together are accented letters of code page 1252: in GBK each would take the letter behind it.
 */
function readable(raw: Buffer): string | undefined {
  if (!/[\x80-\xff]{2}/.test(raw.toString("latin1"))) return decodeLatin(raw).trim();
  for (const codepage of [65001, 936]) {
    const told = codepage === 65001 ? raw.toString("utf8") : decodeCodepage(raw, codepage);
    const broken = told.split("\ufffd").length - 1;
    if (broken * 20 <= told.length) return told.replaceAll("\ufffd", "").trim();
  }
  return undefined;
}
