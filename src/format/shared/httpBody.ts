import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { Readable } from "node:stream";
import type { MemberDamage } from "./zipMember.ts";

/** 1 MiB of header of an answer. */
const headerLimit = 1024 * 1024;

/** The body of a message of HTTP. */
export interface HttpBody {
  readonly pieces: AsyncGenerator<Uint8Array, void>;
  /** What was wrong with it, once the pieces have ended. */
  trouble(): MemberDamage | undefined;
}

/**
 * The body of a request or answer of HTTP/1 (RFC 9112), without chunks and compression. `allow`: asked before more inflated bytes are given.
 * What is no such message comes as it is.
 */
export function httpBody(raw: AsyncGenerator<Uint8Array, void>, allow: (length: number) => MemberDamage | undefined): HttpBody {
  let trouble: MemberDamage | undefined;
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    let head: Buffer = Buffer.alloc(0);
    let body = -1;
    while (body < 0 && head.length < headerLimit) {
      const { value, done } = await raw.next();
      if (done === true) break;
      const from = Math.max(0, head.length - 4);
      head = Buffer.concat([head, value]);
      const end = /\r?\n\r?\n/.exec(head.toString("latin1", from));
      if (end !== null) body = from + end.index + end[0].length;
    }
    const start = head.toString("latin1", 0, 1024);
    if (body < 0 || !/^(?:HTTP\/\d|[A-Z]{3,10} \S)/.test(start)) {
      if (head.length > 0) yield head;
      yield* raw;
      return;
    }
    const fields = head.toString("latin1", 0, body).toLowerCase();
    const coding = /\ncontent-encoding:\s*([a-z]+)/.exec(fields)?.[1];
    const rest = following(head.subarray(body), raw);
    const plain = /\ntransfer-encoding:[^\n]*chunked/.test(fields) ? unchunked(rest) : rest;
    const inflater = coding === "gzip" || coding === "x-gzip" ? createGunzip : coding === "deflate" ? createInflate : undefined;
    if (inflater === undefined && coding !== "br") {
      yield* plain;
      return;
    }
    const stream =
      inflater === undefined
        ? createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH })
        : inflater({ finishFlush: constants.Z_SYNC_FLUSH });
    let given = 0;
    // Behind the end of the stream nothing is taken: when these are, it did not end.
    const source = Readable.from(
      counted(plain, (length) => {
        given += length;
      }),
    );
    source.pipe(stream);
    try {
      for await (const piece of stream as AsyncIterable<Buffer>) {
        trouble = allow(piece.length);
        if (trouble !== undefined) return;
        yield piece;
      }
      if (coding !== "br" && stream.bytesWritten >= given) trouble = { code: "corrupt", detail: "body of the record is cut off" };
    } catch {
      trouble = { code: "corrupt", detail: "body of the record is damaged" };
    } finally {
      source.destroy();
      stream.destroy();
    }
  }
  return { pieces: pieces(), trouble: () => trouble };
}

/** Zeros that follow a stream that is being unpacked. */
const padding = new Uint8Array(8);

async function* counted(pieces: AsyncGenerator<Uint8Array, void>, count: (length: number) => void): AsyncGenerator<Uint8Array, void> {
  for await (const piece of following(new Uint8Array(0), pieces)) {
    count(piece.length);
    yield piece;
  }
  count(padding.length);
  yield padding;
}

async function* following(first: Uint8Array, rest: AsyncGenerator<Uint8Array, void>): AsyncGenerator<Uint8Array, void> {
  if (first.length > 0) yield first;
  yield* rest;
}

/** Without the lines that say how long each chunk is; what is no chunk ends it as it stands. */
async function* unchunked(raw: AsyncGenerator<Uint8Array, void>): AsyncGenerator<Uint8Array, void> {
  let held: Buffer = Buffer.alloc(0);
  /** Bytes left of the chunk; then the end of its line. */
  let left = 0;
  for await (const piece of raw) {
    held = held.length === 0 ? Buffer.from(piece) : Buffer.concat([held, piece]);
    while (held.length > 0) {
      if (left > 0) {
        const part = held.subarray(0, left);
        left -= part.length;
        held = held.subarray(part.length);
        yield part;
        continue;
      }
      const line = /^(?:\r?\n)?([0-9a-fA-F]{1,8})[^\n]{0,1000}\n/.exec(held.toString("latin1", 0, 1100));
      if (line === null) {
        if (held.length < 1100) break;
        // Archives exist whose makers had undone the chunks.
        yield held;
        held = Buffer.alloc(0);
        left = Number.MAX_SAFE_INTEGER;
        break;
      }
      left = Number.parseInt(line[1] ?? "0", 16);
      held = held.subarray(line[0].length);
      if (left === 0) return;
    }
  }
  if (held.length > 0) yield held;
}
