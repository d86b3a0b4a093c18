/** 256 Ki characters a block: compresses as well as larger ones, and a block is all that is held uncompressed. */
const blockLength = 262_144;

/**
 * Holds back text that a format wants later than it comes (failures behind all findings, totals before them), compressed in memory: a million
 * failures take about 20 MB. Reports write nothing but their output, so there is no temporary file.
 */
export class Spool {
  readonly #blocks: Uint8Array[] = [];
  #texts: string[] = [];
  #length = 0;
  #count = 0;

  /** How many texts were added. */
  get count(): number {
    return this.#count;
  }

  add(text: string): void {
    this.#texts.push(text);
    this.#count += 1;
    this.#length += text.length;
    if (this.#length < blockLength) return;
    this.#blocks.push(process.getBuiltinModule("node:zlib").deflateRawSync(this.#texts.join(""), { level: 3 }));
    this.#texts = [];
    this.#length = 0;
  }

  /** What was added, in order, in blocks that may end anywhere between two texts. */
  *blocks(): Generator<string> {
    for (const block of this.#blocks) yield process.getBuiltinModule("node:zlib").inflateRawSync(block).toString("utf8");
    if (this.#length > 0) yield this.#texts.join("");
  }
}
