import { growTo, unpackKernels } from "./unpackKernel.ts";

/** What one run of the decoder ended with. */
export type LzmaState = "more" | "end" | "damaged";

/** The LZMA algorithm (LZMA SDK, `lzma-specification.txt`): a sliding dictionary filled by a range coder. Runs over what is at hand. */
export interface LzmaDecoder {
  /** Takes new numbers of bits; false when they are none that exist. */
  properties(lc: number, lp: number, pb: number): boolean;
  resetState(): void;
  resetDictionary(): void;
  /** Begins the range coder with 5 bytes; false when the first is not zero. */
  begin(input: Uint8Array, at: number): boolean;
  /** Decodes until `wanted` bytes came out or input runs short of `end`; up to 273 bytes more may come. Takes at most 256 KiB of input. */
  run(input: Uint8Array, at: number, end: number, wanted: number): LzmaState;
  /** Where in the input the last run stopped. */
  taken(): number;
  /** Puts plain bytes into the dictionary (LZMA2). */
  copy(bytes: Uint8Array): void;
  /** What came out since it was last asked, in order. */
  output(): readonly Uint8Array[];
  /** Gives its memory back; it must not be used any more. */
  release(): void;
}

/** One symbol takes no more bytes of input than this. */
export const lzmaMargin = 24;

const modelsLength = 4096;
const inputLength = 256 * 1024;
/** Zeros behind the input. */
const padding = 64;
/** Distances stay below the dictionary's own size: so many bytes behind `position` may be written before they are needed. */
const slack = 16;

/** A decoder with a dictionary of `size` bytes, which the caller bounds; it lies in the memory of a WebAssembly instance. */
export function createLzmaDecoder(size: number): LzmaDecoder {
  const kernel = unpackKernels.take();
  const length = Math.max(4096, size) + slack;
  const models = kernel.base();
  const input = models + modelsLength;
  const ring = input + inputLength + padding;
  const literals = (ring + length + slack + 63) & ~63;
  growTo(kernel, literals);
  kernel.begin(models, ring, length);
  let memory = new Uint8Array(kernel.memory.buffer);
  let told = 0;
  let pieces: Uint8Array[] = [];
  let taken = 0;

  function gather(): void {
    const position = kernel.place();
    if (told < position) pieces.push(memory.slice(ring + told, ring + position));
    told = position;
    if (position === length) {
      kernel.wrap();
      told = 0;
    }
  }

  return {
    properties(lc, lp, pb): boolean {
      if (lc > 8 || lp > 4 || pb > 4) return false;
      growTo(kernel, literals + (0x600 << (lc + lp)));
      memory = new Uint8Array(kernel.memory.buffer);
      kernel.setProperties(literals, lc, lp, pb);
      return true;
    },
    resetState: () => {
      kernel.resetState();
    },
    resetDictionary(): void {
      gather();
      kernel.resetDictionary();
      told = 0;
    },
    begin(bytes, at): boolean {
      memory.fill(0, input, input + 8);
      memory.set(bytes.subarray(at, at + 5), input);
      kernel.beginCoder(input);
      return bytes[at] === 0;
    },
    run(bytes, at, end, wanted): LzmaState {
      const held = bytes.subarray(at, at + inputLength);
      memory.set(held, input);
      memory.fill(0, input + held.length, input + held.length + padding);
      // Near the end of all input the margin cannot be kept: bytes past it count as zero, and `taken` shows that they were asked for.
      const whole = at + held.length >= bytes.length;
      const last = input + (whole ? end - at : Math.min(end - at, held.length - lzmaMargin));
      let from = input;
      for (let left = wanted; ;) {
        const before = kernel.place();
        const state = kernel.run(from, last, left);
        const came = kernel.place() - before;
        from = kernel.inputPlace();
        taken = at + from - input;
        if (state === 1) return "end";
        if (state === 2) return "damaged";
        if (state === 0) return "more";
        left -= came;
        gather();
        if (left <= 0) return "more";
      }
    },
    taken: () => taken,
    copy(plain): void {
      for (let at = 0; at < plain.length;) {
        const piece = plain.subarray(at, at + inputLength);
        memory.set(piece, input);
        for (let done = 0; done < piece.length;) {
          done += kernel.copyPlain(input + done, piece.length - done);
          if (kernel.place() === length) gather();
        }
        at += piece.length;
      }
    },
    output(): readonly Uint8Array[] {
      gather();
      const ready = pieces;
      pieces = [];
      return ready;
    },
    release: () => {
      unpackKernels.release(kernel);
    },
  };
}
