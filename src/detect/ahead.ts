import type { Table } from "../model/chunk.ts";
import type { ByteSource } from "../model/entry.ts";
import type { Compiled } from "./compiled.ts";
import type { Look, Stretch } from "./contract.ts";
import { glanceAt, plansAt } from "./dispatch.ts";
import { AHEAD, BLOCK, Flow } from "./flow.ts";
import type { Segment } from "./flow.ts";
import { CandidateList } from "./kernel/contract.ts";
import type { Plan } from "./plan.ts";

/** Bytes of text from which on others are asked to help; of text without named columns how many they are asked to look at at once. */
export const LARGE: number = 32 * 1024 * 1024;
const PART: number = 8 * 1024 * 1024;
/** Parts after which it is asked again when one was too much to tell. */
const REST = 8;
/** Candidates of a part beyond which it is as much work to tell them as to find them. */
const MOST_CANDIDATES = 64 * 1024;
/** Milliseconds for which a part is waited for; then it is looked at here. */
const PATIENCE = 5_000;
/** Bytes before a stretch that go along, to find where characters and runs of digits begin. */
const BEFORE = 16 * 1024;

/** A look at the bytes asks only whether there is a table. */
const ANY_TABLE: Table = { id: "", separator: ",", row: 1, head: [] };

/**
 * Candidates in a stretch of text as it lies, without named columns, that some rule would look at: kind, start and end by threes, counted from
 * the stretch's begin. Just those that a session finds that reads all of the text. Undefined when there are too many, or less text than was said.
 */
export async function lookAt(compiled: Compiled, source: ByteSource, stretch: Stretch): Promise<Int32Array | undefined> {
  const { from, to, first, encoding } = stretch;
  const begin = Math.max(first, from - BEFORE);
  const flow = new Flow("", encoding);
  flow.base = begin;
  const segment: Segment = {
    start: begin,
    end: Number.MAX_SAFE_INTEGER,
    roles: stretch.roles,
    page: undefined,
    table: stretch.inTable ? ANY_TABLE : undefined,
    columns: undefined,
    list: stretch.list,
    locate: undefined,
  };
  const list = new CandidateList();
  const plans: Plan[] = [];
  const kept: number[] = [];
  // At once: where all processors are at work each wait for a read costs a slice of their time.
  flow.length = await source.read(flow.room(Math.min(to + AHEAD, stretch.last) - begin), begin);
  for (let at = from; at < to;) {
    const until = Math.min(at + BLOCK, to);
    if (flow.end < until) return undefined;
    list.length = 0;
    compiled.kernel.find(flow.bytes.subarray(0, flow.length), at - flow.base, until - flow.base, encoding, list);
    for (let record = 0; record < 3 * list.length; record += 3) {
      const kind = list.records[record] ?? 0;
      const start = flow.base + (list.records[record + 1] ?? 0);
      const end = flow.base + (list.records[record + 2] ?? 0);
      plansAt(compiled, flow, segment, kind, start, plans);
      if (plans.some(({ matcher }) => glanceAt(flow, segment, matcher, start, end))) kept.push(kind, start - from, end - from);
    }
    if (kept.length > 3 * MOST_CANDIDATES) return undefined;
    at = until;
  }
  return Int32Array.from(kept);
}

/** Parts of a large text, of which others find the candidates while the session deals with those before. */
export class Ahead {
  readonly #look: Look;
  readonly #whole: Stretch;
  /** By number: candidates, the way to them, or false for parts that are looked at here. */
  readonly #parts: (Int32Array | Promise<void> | false | undefined)[] = [];
  /** The part that the session is at, the next to be asked for, and the one from which on to ask once more when no one was free. */
  #at = 0;
  #next = 0;
  #resume = 0;
  #open = 0;

  /** `whole`: the text from its first byte to its last. */
  constructor(look: Look, whole: Stretch) {
    this.#look = look;
    this.#whole = whole;
  }

  /** To be awaited before what lies before `offset`, counted from the text's begin, is dealt with. */
  async reach(offset: number): Promise<void> {
    const to = Math.floor(Math.max(0, offset - 1) / PART);
    for (let at = this.#at; at <= to; at++) {
      this.#at = at;
      const part = this.#parts[at];
      if (part instanceof Promise) await Promise.race([part, patience()]);
      if (!(this.#parts[at] instanceof Int32Array)) this.#parts[at] = false;
      // A stretch may still begin in the part before.
      if (at > 1) this.#parts[at - 2] = false;
    }
    this.#ask();
  }

  /**
   * Gives the candidates of `[from, to)` of a flow in which the text begins at `begin`, counted from `base`; where no one looked they are left
   * to `find`.
   */
  candidates(from: number, to: number, begin: number, base: number, out: CandidateList, find: (from: number, to: number) => void): void {
    for (let at = from; at < to;) {
      const number = Math.floor((at - begin) / PART);
      const until = Math.min(to, begin + (number + 1) * PART);
      const part = this.#parts[number];
      if (part instanceof Int32Array) take(part, begin + number * PART, at, until, base, out);
      else find(at, until);
      at = until;
    }
  }

  #ask(): void {
    const { from, to } = this.#whole;
    while (this.#at >= this.#resume && this.#open < this.#look.most) {
      // The one at hand and the next are dealt with before an answer would come.
      const number = Math.max(this.#next, this.#at + 2);
      if (from + number * PART >= to) return;
      this.#next = number + 1;
      this.#open++;
      this.#parts[number] = this.#answer(number, {
        ...this.#whole,
        from: from + number * PART,
        to: Math.min(to, from + (number + 1) * PART),
      });
    }
  }

  async #answer(number: number, stretch: Stretch): Promise<void> {
    const found = await this.#look.ask(stretch);
    this.#open--;
    if (found === "busy" || found === "declined") this.#resume = this.#at + (found === "busy" ? 1 : REST);
    // It may have been dealt with in the meantime.
    if (this.#parts[number] instanceof Promise) this.#parts[number] = typeof found === "string" ? false : found;
    this.#ask();
  }
}

function patience(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PATIENCE).unref();
  });
}

function take(part: Int32Array, begin: number, from: number, to: number, base: number, out: CandidateList): void {
  for (let at = 0; at < part.length; at += 3) {
    const start = begin + (part[at + 1] ?? 0);
    if (start >= from && start < to) out.push(part[at] ?? 0, start - base, begin + (part[at + 2] ?? 0) - base);
  }
}
