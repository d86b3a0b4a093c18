import type { ByteEncoding } from "../../util/decode.ts";
import type { CandidateList, Kernel, TriggerSet } from "./contract.ts";
import { createFallbackKernel } from "./fallback.ts";
import { digitsKey, layDigits, layLiterals, literalsKey, unpackTables } from "./tables.ts";
import type { Tables } from "./tables.ts";
import { WASM } from "./wasm.generated.ts";

/** Bytes looked at in one call. */
const BLOCK = 256 * 1024;
/** Bytes of the flow that go along before a block, to find where characters begin, and behind it, to see candidates whole. */
const BEFORE = 2048;
const BEHIND = 1024;
/** Zero bytes behind, since vectors read on. */
const PADDING = 128;
/** Records of one call; a block with more is left to the plain kernel. */
const RECORDS = 128 * 1024;
const PAGE = 65_536;
/** Literals that numbers of sixteen bits tell apart. */
const MOST_LITERALS = 65_535;
const CODES: Readonly<Record<ByteEncoding, number>> = { utf8: 0, gb18030: 1, big5: 2 };

interface Exports {
  readonly memory: WebAssembly.Memory;
  base(): number;
  setDigits(...digits: readonly number[]): void;
  setLiterals(...literals: readonly number[]): void;
  setOut(to: number, most: number): void;
  find(from: number, to: number, start: number, end: number, encoding: number): number;
  lines(from: number, to: number): number;
}

/** Gives tables that were laid out before, by `digitsKey` and `literalsKey`, as `packTables` made them. */
export type PreparedTables = (key: string) => Uint8Array | undefined;

let compiled: WebAssembly.Module | "none" | undefined;

/** The kernel's code; undefined where the engine has no SIMD. */
function kernelModule(): WebAssembly.Module | undefined {
  if (compiled === undefined) {
    const code = Buffer.from(WASM, "base64");
    compiled = WebAssembly.validate(code) ? new WebAssembly.Module(code) : "none";
  }
  return compiled === "none" ? undefined : compiled;
}

/** The kernel in WebAssembly; undefined where the engine has no SIMD, or there are more literals than it can number. */
export function createWasmKernel(triggers: TriggerSet, prepared: PreparedTables = () => undefined): Kernel | undefined {
  if (triggers.literals.length > MOST_LITERALS) return undefined;
  const code = kernelModule();
  if (code === undefined) return undefined;
  const instances = new Map<ByteEncoding, Instance>();
  const plain = createFallbackKernel(triggers);
  return {
    id: "wasm",
    find(bytes, from, to, encoding, out) {
      let instance = instances.get(encoding);
      if (instance === undefined) {
        instance = new Instance(code, triggers, encoding, prepared);
        instances.set(encoding, instance);
      }
      for (let at = from; at < to; at += BLOCK) {
        const end = Math.min(to, at + BLOCK);
        if (!instance.find(bytes, at, end, out)) plain.find(bytes, at, end, encoding, out);
      }
    },
  };
}

function unpacked(bytes: Uint8Array | undefined): Tables | undefined {
  return bytes && unpackTables(bytes);
}

/** Where the kernel's tables begin in its memory. */
export function kernelBase(): number {
  return (new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(WASM, "base64"))).exports as Exports).base();
}

/** Memory and tables for one encoding. */
class Instance {
  readonly #exports: Exports;
  readonly #encoding: number;
  readonly #input: number;
  readonly #memory: Uint8Array;
  readonly #records: Int32Array;

  constructor(code: WebAssembly.Module, triggers: TriggerSet, encoding: ByteEncoding, prepared: PreparedTables) {
    this.#exports = new WebAssembly.Instance(code).exports as Exports;
    this.#encoding = CODES[encoding];
    const { memory } = this.#exports;
    const base = this.#exports.base();
    // Digits come first: what words a pack of the user's adds does not move them.
    const digits = triggers.digits && (unpacked(prepared(digitsKey(triggers.digits, base, WASM))) ?? layDigits(triggers.digits, base));
    const second = base + (digits?.image.length ?? 0);
    const key = literalsKey(triggers.literals, encoding, second, WASM);
    const literals = unpacked(prepared(key)) ?? layLiterals(triggers.literals, encoding, second);
    this.#input = second + literals.image.length;
    const out = (this.#input + BEFORE + BLOCK + BEHIND + PADDING + 63) & ~63;
    const missing = Math.ceil((out + 12 * RECORDS - memory.buffer.byteLength) / PAGE);
    if (missing > 0) memory.grow(missing);
    this.#memory = new Uint8Array(memory.buffer);
    if (digits !== undefined) {
      this.#memory.set(digits.image, base);
      this.#exports.setDigits(...digits.places);
    }
    this.#memory.set(literals.image, second);
    this.#exports.setLiterals(...literals.places);
    this.#exports.setOut(out, RECORDS);
    this.#records = new Int32Array(memory.buffer, out, 3 * RECORDS);
  }

  /** False when there were more candidates than fit: nothing is given then. */
  find(bytes: Uint8Array, from: number, to: number, out: CandidateList): boolean {
    const start = Math.max(0, from - BEFORE);
    const end = Math.min(bytes.length, to + BEHIND);
    const input = this.#input;
    this.#memory.set(bytes.subarray(start, end), input);
    this.#memory.fill(0, input + end - start, input + end - start + PADDING);
    const shift = input - start;
    const count = this.#exports.find(from + shift, to + shift, input, end + shift, this.#encoding);
    if (count < 0) return false;
    out.take(this.#records, count, shift);
    return true;
  }
}

/** Bytes of a stretch below which a loop counts sooner than the kernel. */
const FEW = 512;
let counter: { readonly lines: Exports["lines"]; readonly memory: Uint8Array; readonly at: number } | undefined;

/** Line feeds in `bytes[from, to)`: sixteen bytes at a time where WebAssembly has SIMD. */
export function countLines(bytes: Uint8Array, from: number, to: number): number {
  const code = to - from < FEW ? undefined : kernelModule();
  if (code === undefined) return countPlainly(bytes, from, to);
  if (counter === undefined) {
    const { base, lines, memory } = new WebAssembly.Instance(code).exports as Exports;
    memory.grow(Math.ceil((BLOCK + PADDING) / PAGE));
    counter = { lines, memory: new Uint8Array(memory.buffer), at: base() };
  }
  const { lines, memory, at } = counter;
  let found = 0;
  for (let begin = from; begin < to; begin += BLOCK) {
    const end = Math.min(to, begin + BLOCK);
    memory.set(bytes.subarray(begin, end), at);
    found += lines(at, at + end - begin);
  }
  return found;
}

/** The same byte by byte. */
export function countPlainly(bytes: Uint8Array, from: number, to: number): number {
  let found = 0;
  for (let at = from; at < to; at++) if (bytes[at] === 10) found++;
  return found;
}
