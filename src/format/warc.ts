import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import { ByteFeed } from "./shared/byteFeed.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import { httpBody } from "./shared/httpBody.ts";
import { createInflationGuard } from "./shared/inflation.ts";
import { innerEntry, told } from "./shared/inner.ts";
import { streamSource } from "./shared/zipMember.ts";

/** 64 KiB of header of a record. */
const headerLimit = 64 * 1024;

/**
 * Web archives (WARC, ISO 28500): the address of each record, what servers answered and what browsers sent as members, without the packing that
 * was only for the way.
 */
export const warc: Extractor = {
  id: "warc",
  title: { zh: "网页存档（WARC）", en: "Web archive (WARC)" },
  version: 1,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => /^WARC\/[01]\.\d+\r?\n/.test(Buffer.from(head.subarray(0, 16)).toString("latin1")),
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry } = input;
  const feed = new ByteFeed(input.bytes, 0);
  const guard = createInflationGuard(input.budget, input.signal);
  const sink = createSink(input.budget, entry.path);
  const addresses = createFlow(sink, {
    id: "addresses",
    roles: ["link"],
    place: (record) => ({ kind: "property", name: `record ${record}` }),
  });
  for (let number = 1; ; number++) {
    if (input.signal.aborted) {
      yield told(entry, "interrupted", "interrupted between records", true);
      return;
    }
    const lines = await header(feed);
    if (lines === undefined) break;
    const [first = ""] = lines;
    const length = Number(field(lines, "content-length"));
    if (!/^WARC\/\d/.test(first) || !Number.isSafeInteger(length) || length < 0) {
      yield told(entry, "corrupt", `record ${number} is damaged`, number > 1);
      break;
    }
    const address = field(lines, "warc-target-uri").replace(/^<|>$/g, "");
    addresses.line(address, number);
    let left = length;
    const take = async (): Promise<Uint8Array | undefined> => {
      if (left === 0 || !(await feed.ensure(1))) return undefined;
      const piece = (await feed.take(Math.min(left, feed.left)))?.slice();
      left -= piece?.length ?? 0;
      return piece;
    };
    async function* pieces(): AsyncGenerator<Uint8Array, void> {
      for (let piece = await take(); piece !== undefined; piece = await take()) yield piece;
    }
    if (length > 0) {
      if (!input.budget.take("members", 1)) {
        yield told(entry, "too-large", "limit of members reached", true);
        return;
      }
      const type = field(lines, "warc-type");
      const body = /^application\/http/i.test(field(lines, "content-type"))
        ? httpBody(pieces(), (out) => guard.allow(out, Math.max(1, length - left)))
        : { pieces: pieces(), trouble: () => undefined };
      const member = innerEntry(entry, { name: `${number}${nameOf(address, type)}`, key: number });
      yield { type: "member", entry: member, open: () => Promise.resolve(streamSource(body.pieces, undefined, body.trouble)) };
      while ((await take()) !== undefined);
      const trouble = body.trouble();
      if (trouble !== undefined) yield told(entry, trouble.code, trouble.detail, true, member.path);
      if (left > 0) yield told(entry, "corrupt", "archive is cut off", true, member.path);
    }
    yield* sink.drain();
  }
  addresses.flush();
  yield* sink.drain();
}

/** Lines up to an empty one; empty ones before them are passed over. Undefined at the end. */
async function header(feed: ByteFeed): Promise<readonly string[] | undefined> {
  const lines: string[] = [];
  for (let total = 0; total < headerLimit;) {
    if (!(await feed.ensure(1))) return lines.length === 0 ? undefined : lines;
    await feed.ensure(headerLimit);
    const end = feed.bytes.indexOf(10, feed.at);
    const stop = end < 0 || end - feed.at > headerLimit ? Math.min(feed.bytes.length, feed.at + headerLimit) : end + 1;
    const line = Buffer.from(feed.bytes.subarray(feed.at, stop)).toString("latin1").trimEnd();
    total += stop - feed.at;
    feed.at = stop;
    if (line !== "") lines.push(line);
    else if (lines.length > 0) return lines;
  }
  return lines;
}

function field(lines: readonly string[], name: string): string {
  const line = lines.find((one) => one.slice(0, name.length + 1).toLowerCase() === `${name}:`);
  return line === undefined ? "" : line.slice(name.length + 1).trim();
}

/** What the address ends in, without what was asked of it; the kind of record where it has none. */
function nameOf(address: string, type: string): string {
  const path = address.replace(/[?#].*$/s, "");
  const last = path.slice(path.lastIndexOf("/") + 1).slice(0, 200);
  return last === "" ? `.${/^[a-z]{1,20}$/.test(type) ? type : "record"}` : `-${Buffer.from(last, "latin1").toString("utf8")}`;
}
