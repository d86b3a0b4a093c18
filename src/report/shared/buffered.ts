import type { Writer } from "../../model/report.ts";

/** 64 Ki characters: large enough that the cost of a write does not show, small enough to hold for every open report. */
const blockLength = 65_536;

/** Joins short texts into blocks before they are written. Await what `add` gives back: a slow disk then slows the scan. */
export class Buffered {
  readonly #out: Writer;
  #texts: string[] = [];
  #length = 0;

  constructor(out: Writer) {
    this.#out = out;
  }

  add(text: string): void | Promise<void> {
    this.#texts.push(text);
    this.#length += text.length;
    return this.#length < blockLength ? undefined : this.flush();
  }

  flush(): void | Promise<void> {
    if (this.#length === 0) return undefined;
    const block = this.#texts.join("");
    this.#texts = [];
    this.#length = 0;
    return this.#out.write(block);
  }
}
