import type { ByteSource } from "../../model/entry.ts";

/** 64 KiB read at a time. */
const step = 64 * 1024;
/** 4 KiB: a longer line is no separator. */
const lineLimit = 4096;

/** Bytes up to a separator, or the separator that stood there; undefined at the end. */
export type Scanned<Stop> = { readonly piece: Buffer } | { readonly stop: Stop } | undefined;

/** Reads a source once, front to back, in constant memory: by lines, or by what stands between lines of a kind. */
export class ByteScanner {
  readonly #source: ByteSource;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;
  #offset: number;
  #ended = false;
  #lineStart = true;

  constructor(source: ByteSource, from: number = 0) {
    this.#source = source;
    this.#offset = from;
  }

  async #fill(): Promise<boolean> {
    if (this.#ended) return false;
    const rest = this.#buffer.subarray(this.#at);
    const next = Buffer.allocUnsafe(rest.length + step);
    rest.copy(next);
    let filled = rest.length;
    while (filled < next.length) {
      const count = await this.#source.read(next.subarray(filled), this.#offset);
      if (count <= 0) {
        this.#ended = true;
        break;
      }
      filled += count;
      this.#offset += count;
    }
    this.#buffer = next.subarray(0, filled);
    this.#at = 0;
    return filled > rest.length;
  }

  #take(to: number): Buffer {
    const piece = this.#buffer.subarray(this.#at, to);
    if (piece.length > 0) this.#lineStart = piece[piece.length - 1] === 10;
    this.#at = to;
    return piece;
  }

  /** The next `length` bytes or fewer, without taking them. */
  async peek(length: number): Promise<Buffer> {
    while (this.#buffer.length - this.#at < length && (await this.#fill()));
    return this.#buffer.subarray(this.#at, this.#at + length);
  }

  /** The next line with its end; a line longer than `limit` comes in pieces. Undefined at the end. */
  async line(limit: number): Promise<Buffer | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf(10, this.#at);
      if (end >= 0 && end - this.#at < limit) return this.#take(end + 1);
      if (this.#buffer.length - this.#at >= limit) return this.#take(this.#at + limit);
      if (!(await this.#fill())) return this.#at < this.#buffer.length ? this.#take(this.#buffer.length) : undefined;
    }
  }

  /**
   * Takes bytes up to the next line that begins with `marker` and of which `test` (given the line without its end) makes a stop; that line is
   * taken too. Pieces are at most 64 KiB and longer, and need not end where lines do.
   */
  async until<Stop>(marker: string, test: (line: Buffer) => Stop | undefined): Promise<Scanned<Stop>> {
    for (;;) {
      if (this.#buffer.length - this.#at < lineLimit) await this.#fill();
      if (this.#at >= this.#buffer.length) return undefined;
      const found = this.#candidate(marker, this.#at);
      // A marker may begin in what is not read yet.
      const safe = this.#ended ? this.#buffer.length : Math.max(this.#at, this.#buffer.length - marker.length - 1);
      if (found === undefined) return { piece: this.#take(safe) };
      if (found > this.#at) return { piece: this.#take(found) };
      let end = this.#buffer.indexOf(10, found);
      if (end < 0 || end - found > lineLimit) end = Math.min(this.#buffer.length, found + lineLimit);
      const stop = test(trimEnd(this.#buffer.subarray(found, end)));
      if (stop !== undefined) {
        this.#take(Math.min(this.#buffer.length, end + 1));
        this.#lineStart = true;
        return { stop };
      }
      const next = this.#candidate(marker, found + 1);
      return { piece: this.#take(Math.max(found + 1, next ?? safe)) };
    }
  }

  /** Where the next line begins with the marker; one at the very begin counts when a line begins there. */
  #candidate(marker: string, from: number): number | undefined {
    if (from === this.#at && this.#lineStart && this.#buffer.toString("latin1", from, from + marker.length) === marker) return from;
    const at = this.#buffer.indexOf(`\n${marker}`, Math.max(0, from - (from > this.#at ? 1 : 0)), "latin1");
    return at < 0 ? undefined : at + 1;
  }
}

function trimEnd(line: Buffer): Buffer {
  return line[line.length - 1] === 13 ? line.subarray(0, -1) : line;
}
