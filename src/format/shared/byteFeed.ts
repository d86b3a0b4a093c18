import type { ByteSource } from "../../model/entry.ts";

/** 64 KiB read at a time at least. */
const step = 64 * 1024;

/** Bytes of a source front to back, for decoders that run in one go over what is at hand: `bytes` from `at` on. */
export class ByteFeed {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  readonly #source: ByteSource;
  #offset: number;
  #ended = false;

  constructor(source: ByteSource, from: number) {
    this.#source = source;
    this.#offset = from;
  }

  /** Offset in the source of the byte at `at`. */
  get position(): number {
    return this.#offset - (this.bytes.length - this.at);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  /** Has `count` bytes at hand, or all that are left; says which. */
  async ensure(count: number): Promise<boolean> {
    if (this.left >= count) return true;
    if (this.#ended) return false;
    // Not filled with zeros first: what is not read into it is cut off below.
    const next: Uint8Array = Buffer.allocUnsafeSlow(Math.max(count, this.left + step));
    next.set(this.bytes.subarray(this.at));
    let filled = this.left;
    while (filled < next.length) {
      const read = await this.#source.read(next.subarray(filled), this.#offset);
      if (read <= 0) {
        this.#ended = true;
        break;
      }
      filled += read;
      this.#offset += read;
    }
    this.bytes = next.subarray(0, filled);
    this.at = 0;
    return filled >= count;
  }

  /** The next `count` bytes; undefined when there are fewer. */
  async take(count: number): Promise<Uint8Array | undefined> {
    if (!(await this.ensure(count))) return undefined;
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }
}
