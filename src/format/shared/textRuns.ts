import type { Extracted } from "../../model/chunk.ts";
import type { ByteSource } from "../../model/entry.ts";
import { detectEncodings } from "../../util/encoding.ts";
import { readRange } from "./bytes.ts";
import { decodeCodepage } from "./codepage.ts";
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

const wide = /[\t\r\n\u0020-\u007e\u00a0-\u00ff\u2010-\u2642\u3000-\u303f\u4e00-\u9fff\uff01-\uff5e]{4,}/g;
const narrow = /[\t\r\n\x20-\x7e\x81-\xfe]{8,}/g;

/**
 * Runs of bytes that read as text, of UTF-16 or of GBK, in what has no structure that could be followed: so that a damaged file whose readable
 * part held something still says so. Told as body, each at its offset.
 */
export async function* giveTextRuns(sink: Sink, source: ByteSource): AsyncGenerator<Extracted, void> {
  const size = Math.min(limit, source.size ?? limit);
  const flow = createFlow(sink, { id: "runs", roles: ["body"], place: (bytes) => ({ kind: "offset", bytes }) });
  for (let at = 0; at < size && sink.open; at += block) {
    const bytes = Buffer.from(await readRange(source, at, Math.min(block + overlap, size - at)));
    if (bytes.length === 0) break;
    for (const odd of [0, 1]) {
      for (const { 0: run, index } of bytes.toString("utf16le", odd, odd + ((bytes.length - odd) & ~1)).matchAll(wide)) {
        const told = run.trim();
        if (told.length >= 4 && (ascii.test(told) || detectEncodings(Buffer.from(told, "utf16le"), true)?.encodings[0] === "utf16le")) {
          flow.line(bytesOf(told), at + odd + 2 * index);
        }
      }
    }
    const text = bytes.toString("latin1");
    for (const { 0: run, index } of text.matchAll(narrow)) {
      const raw = bytes.subarray(index, index + run.length);
      const told = ascii.test(run) ? run.trim() : readable(raw);
      if (told !== undefined) flow.line(bytesOf(told), at + index);
    }
    yield* sink.drain();
    if (bytes.length < block) break;
  }
  flow.flush();
  yield* sink.drain();
}

/** Bytes as UTF-8, else as GBK, where nearly all of them are; characters that a run's ends have cut are left out. */
function readable(raw: Buffer): string | undefined {
  for (const codepage of [65001, 936]) {
    const told = codepage === 65001 ? raw.toString("utf8") : decodeCodepage(raw, codepage);
    const broken = told.split("\ufffd").length - 1;
    if (broken * 20 <= told.length) return told.replaceAll("\ufffd", "").trim();
  }
  return undefined;
}
