/** Reads UTF-16 and gives UTF-8, keeping a half character for the next block. */
export class WideReader {
  readonly #encoding: "utf16le" | "utf16be";
  #carry: Uint8Array = new Uint8Array(0);

  constructor(encoding: "utf16le" | "utf16be") {
    this.#encoding = encoding;
  }

  async read(
    source: { read(into: Uint8Array, offset: number): Promise<number> },
    offset: number,
    size: number,
  ): Promise<{ bytes: Uint8Array; read: number }> {
    const block = new Uint8Array(this.#carry.length + size);
    block.set(this.#carry);
    const read = await source.read(block.subarray(this.#carry.length), offset);
    const filled = block.subarray(0, this.#carry.length + read);
    let whole = filled.length - (filled.length % 2);
    const units = Buffer.from(filled.subarray(0, whole));
    if (this.#encoding === "utf16be") units.swap16();
    if (whole >= 2 && read === size) {
      const last = units.readUInt16LE(whole - 2);
      if (last >= 0xd800 && last <= 0xdbff) whole -= 2;
    }
    this.#carry = filled.slice(whole);
    return { bytes: Buffer.from(units.toString("utf16le", 0, whole), "utf8"), read };
  }
}
