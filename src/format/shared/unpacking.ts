import type { Trouble } from "./lzma2.ts";
import type { Unpacking } from "./xzStream.ts";

/** A stream that ends with what went wrong, as bytes and the trouble behind them. */
export function unpacking(stream: () => AsyncGenerator<Uint8Array, Trouble | undefined>): Unpacking {
  let trouble: Trouble | undefined;
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    trouble = yield* stream();
  }
  return {
    pieces: pieces(),
    trouble: () =>
      trouble === undefined ? undefined : { code: trouble, detail: `compressed data is ${trouble === "cut" ? "cut off" : trouble}` },
  };
}
