import type { Writer } from "../../model/report.ts";

/** 256 KiB: large enough that the cost of a write does not show, small enough to hold for every open report. */
const blockBytes = 262_144;

/**
 * Joins short texts into blocks of UTF-8 before they are written: encoding each as it comes costs half of what joining and encoding a block
 * does. Await what `add` gives back: a slow disk then slows the scan.
 */
export class Buffered {
  readonly #out: Writer;
  #block: Buffer = Buffer.allocUnsafe(blockBytes);
  #length = 0;

  constructor(out: Writer) {
    this.#out = out;
  }

  add(text: string): void | Promise<void> {
    // A character of UTF-16 takes three bytes at most.
    const most = text.length * 3;
    if (most > blockBytes) return this.#large(text);
    if (this.#length + most <= blockBytes) {
      this.#length += this.#block.write(text, this.#length);
      return undefined;
    }
    const flushed = this.flush();
    this.#length += this.#block.write(text, this.#length);
    return flushed;
  }

  /** Texts, and bytes of UTF-8, one after the other. */
  addAll(parts: readonly (string | Uint8Array)[]): void | Promise<void> {
    let most = 0;
    for (const part of parts) most += typeof part === "string" ? 3 * part.length : part.length;
    if (most > blockBytes)
      return this.add(parts.map((part) => (typeof part === "string" ? part : Buffer.from(part).toString("utf8"))).join(""));
    const flushed = this.#length + most <= blockBytes ? undefined : this.flush();
    for (const part of parts) {
      if (typeof part === "string") this.#length += this.#block.write(part, this.#length);
      else {
        this.#block.set(part, this.#length);
        this.#length += part.length;
      }
    }
    return flushed;
  }

  flush(): void | Promise<void> {
    if (this.#length === 0) return undefined;
    const block = this.#block.subarray(0, this.#length);
    // The writer may keep what it was given until it is written.
    this.#block = Buffer.allocUnsafe(blockBytes);
    this.#length = 0;
    return this.#out.write(block);
  }

  #large(text: string): void | Promise<void> {
    const flushed = this.flush();
    return flushed === undefined ? this.#out.write(text) : flushed.then(() => this.#out.write(text));
  }
}
