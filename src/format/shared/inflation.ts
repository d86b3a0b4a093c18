import { constants, createInflateRaw } from "node:zlib";
import type { Budget, Stop } from "../../model/chunk.ts";
import type { MemberDamage } from "./zipMember.ts";

/** Inflated ÷ stored above which a stream is a bomb. Deflate reaches 1,032; logs of equal lines some 100. */
const ratioLimit = 200;
/** 10 MiB: below it no ratio is looked at. */
const ratioFloor = 10 * 1024 * 1024;
/** 16 KiB of input give at most 16 MiB of output at once. */
const inputStep = 16 * 1024;
const outputStep = 128 * 1024;

/** Counts what comes out of one compressed stream. */
export interface InflationGuard {
  /** `length` more bytes came out of `taken` bytes so far; says why no more may come, or nothing. */
  allow(length: number, taken: number): MemberDamage | undefined;
}

/** A guard that shares the caller's budget. The ratio is looked at for this stream, whatever holds it. */
export function createInflationGuard(budget: Budget, signal: Stop): InflationGuard {
  let out = 0;
  const ratio = budget.ratio ?? ratioLimit;
  return {
    allow(length, taken): MemberDamage | undefined {
      out += length;
      if (signal.aborted) return { code: "interrupted", detail: "interrupted inside a compressed stream" };
      if (out > ratioFloor && out > taken * ratio) return { code: "bomb", detail: `stream inflates to more than ${ratio} times its size` };
      if (!budget.take("inflated", length)) return { code: "too-large", detail: "limit of inflated bytes reached" };
      return undefined;
    },
  };
}

/** A raw deflate stream (RFC 1951) being read. */
export interface RawInflation {
  /** Plain bytes in pieces of at most 128 KiB; damage ends them. */
  pieces(): AsyncGenerator<Uint8Array, void>;
  /** Bytes of input used so far; once the pieces have ended, where the stream ended. */
  taken(): number;
  /** True when the data were damaged or ended before the stream did. */
  broken(): boolean;
}

/** Inflates from `from` on, as `read` gives it, off this thread. */
export function inflateRaw(read: (offset: number, length: number) => Promise<Uint8Array>, from: number): RawInflation {
  const inflate = createInflateRaw({ chunkSize: outputStep, finishFlush: constants.Z_SYNC_FLUSH });
  let out: Uint8Array[] = [];
  let ended = false;
  let broken = false;
  let wake: (() => void) | undefined;
  inflate.on("data", (piece: Uint8Array) => {
    out.push(piece);
  });
  inflate.on("end", () => {
    ended = true;
    wake?.();
  });
  inflate.on("error", () => {
    ended = true;
    broken = true;
    wake?.();
  });
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    try {
      for (let at = from; !ended;) {
        const input = await read(at, inputStep);
        at += input.length;
        await new Promise<void>((resolve) => {
          wake = resolve;
          // A stream that ends inside the input never calls back: it says "end".
          if (input.length === 0) inflate.end();
          else inflate.write(input, () => setImmediate(resolve));
        });
        if (input.length === 0 && inflate.bytesWritten === at - from) broken = true;
        const ready = out;
        out = [];
        yield* ready;
      }
      yield* out;
    } finally {
      inflate.destroy();
    }
  }
  return { pieces, taken: () => inflate.bytesWritten, broken: () => broken };
}
