import type { RowsFound, SessionOptions } from "./contract.ts";
import { BLOCK } from "./flow.ts";

/** Bytes of a part: half a second's work, so that the last one keeps no one waiting for long. */
const PART = 4 * BLOCK;
/** Parts that each of the others may have before it, so that it never waits for the next. */
const AT_ONCE = 2;
/** Parts after which it is asked again when one could not be told by itself. */
const REST = 8;
/** Milliseconds for which a part is waited for, then it is looked at here; and between two looks whether the session is to end. */
const PATIENCE = 20_000;
const TICK = 100;

/** What is asked for each part besides where it lies. */
type Asked = (part: { readonly from: number; readonly to: number }) => Promise<RowsFound | "busy" | "declined">;

/**
 * Parts of a large table of which others count the rows while the session deals with those before. Each round of parts leaves one to be dealt
 * with here. What is told of a part is taken in its turn, or not at all.
 */
export class RowParts {
  readonly #asked: Asked;
  readonly #most: number;
  readonly #last: number;
  readonly #signal: SessionOptions["signal"];
  /** By number, those that were asked for and not yet taken. */
  readonly #parts = new Map<number, { readonly answer: Promise<void>; found: RowsFound | undefined; open: boolean }>();
  /** The part whose border is ahead, the next to be asked for, and the border from which on to ask once more. */
  #at = 1;
  #next = 2;
  #resume = 2;

  /** Of a text of `length` bytes; `most`: how many others there are. */
  constructor(asked: Asked, length: number, most: number, signal: SessionOptions["signal"]) {
    this.#asked = asked;
    this.#most = most;
    // Rows of the tail are told by the text's end.
    this.#last = Math.floor((length - BLOCK) / PART) - 1;
    this.#signal = signal;
  }

  /** Whether `bytes` of the text are enough to end before the next part, and to look at its first row. */
  isReached(bytes: number): boolean {
    return bytes >= this.#at * PART + BLOCK;
  }

  /** Goes over to the next part, and gives what is known of it when it was dealt with elsewhere. */
  async next(): Promise<RowsFound | undefined> {
    const number = this.#at++;
    const part = this.#parts.get(number);
    this.#ask();
    if (part === undefined) return undefined;
    for (let waited = 0; part.open && waited < PATIENCE && !this.#signal.aborted; waited += TICK) await Promise.race([part.answer, tick()]);
    this.#parts.delete(number);
    this.#ask();
    return part.found;
  }

  #ask(): void {
    // What was found first is stored, so that the first part says what is not stored any more.
    while (this.#at >= this.#resume && this.#parts.size < AT_ONCE * this.#most) {
      let number = Math.max(this.#next, this.#at);
      if (number % (this.#most + 1) === 0) number++;
      if (number > this.#last) return;
      this.#next = number + 1;
      const part = { answer: this.#answer(number), found: undefined, open: true };
      this.#parts.set(number, part);
    }
  }

  async #answer(number: number): Promise<void> {
    const found = await this.#asked({ from: number * PART, to: (number + 1) * PART });
    const part = this.#parts.get(number);
    if (part !== undefined) part.open = false;
    if (typeof found !== "string") {
      if (part !== undefined) part.found = found;
      return;
    }
    this.#parts.delete(number);
    this.#resume = this.#at + (found === "busy" ? 1 : REST);
  }
}

function tick(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, TICK);
  });
}
