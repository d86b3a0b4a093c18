import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { ByteScanner } from "./shared/byteScanner.ts";
import { innerEntry, told } from "./shared/inner.ts";
import { streamSource } from "./shared/zipMember.ts";

/** The line before each message: `From a@b Thu Nov 26 01:16:28 2026`, Thunderbird's `From - …`. */
const separator = /^From (?:\S.{0,500}|)\d{1,2}:\d\d(?::\d\d)?.{0,60}\d{4}|^From - |^From \S+@\S+\s*$/;
/** Foxmail 5 and 6 write these bytes instead. */
const foxmail = "\x10\x10\x10\x10\x10\x10\x10\x11\x11\x11\x11\x11\x11S";

/**
 * Mail folders with one message behind the other (RFC 4155; Thunderbird, Foxmail's .box), whatever their size and name: read once from front to back,
 * each message an entry of its own, nothing held. The limit of members does not count messages: they take no more than their bytes.
 */
export const mbox: Extractor = {
  id: "mbox",
  title: { zh: "邮箱文件（mbox、Foxmail、Thunderbird）", en: "Mail folders (mbox, Foxmail, Thunderbird)" },
  version: 1,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => markerOf(head) !== undefined,
  extract,
};

/** How messages begin in this folder; undefined when it is none. */
function markerOf(head: Uint8Array): { readonly text: string; test(line: string): boolean } | undefined {
  const text = Buffer.from(head.subarray(0, 2048)).toString("latin1");
  if (text.startsWith(foxmail)) return { text: foxmail, test: () => true };
  const first = /^[^\r\n]*/.exec(text)?.[0] ?? "";
  // Under it a header begins: a letter may say "From Monday 10:00 2026" too.
  const second = /^[^\n]*\n([^\r\n]*)/.exec(text)?.[1] ?? "";
  if (!separator.test(first) || !/^(?:>?From |[\x21-\x39\x3b-\x7e]{1,100}:)/.test(second)) return undefined;
  return { text: "From ", test: (line) => separator.test(line) };
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, signal } = input;
  const head = new Uint8Array(2048);
  const marker = markerOf(head.subarray(0, await input.bytes.read(head, 0)));
  if (marker === undefined) {
    yield told(entry, "corrupt", "no message at the begin", false);
    return;
  }
  const scanner = new ByteScanner(input.bytes);
  let number = 0;
  let ended = false;
  let inside = false;
  const next = async (): Promise<Buffer | undefined> => {
    if (ended || !inside) return undefined;
    const found = await scanner.until(marker.text, (line) => (marker.test(line.toString("latin1")) ? true : undefined));
    if (found !== undefined && "piece" in found) return found.piece;
    inside = false;
    ended = found === undefined;
    return undefined;
  };
  // The first separator stands at the very begin.
  await scanner.until(marker.text, () => true);
  while (!ended) {
    if (signal.aborted) {
      yield told(entry, "interrupted", "interrupted between messages", true);
      return;
    }
    inside = true;
    number++;
    async function* pieces(): AsyncGenerator<Uint8Array, void> {
      for (let piece = await next(); piece !== undefined; piece = await next()) yield piece;
    }
    yield {
      type: "member",
      entry: innerEntry(entry, { name: `${number}.eml`, key: number }),
      open: () => Promise.resolve(streamSource(pieces(), undefined)),
    };
    while ((await next()) !== undefined);
  }
}
