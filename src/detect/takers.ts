import type { Compiled } from "./compiled.ts";
import { plansAt } from "./dispatch.ts";
import type { Flow, Segment } from "./flow.ts";
import { CHAIN_DIGITS, DIGITS } from "./kernel/contract.ts";
import type { Plan } from "./plan.ts";

/** The rules that take a candidate, one list for all candidates that look alike to them. */
export interface Takers {
  readonly plans: readonly Plan[];
  /** By cell: what is expected of them there. */
  readonly splits: (Split | undefined)[];
}

/** Rules of a list by whether they are expected to find something in a cell. */
export interface Split {
  readonly expected: readonly Plan[];
  readonly doubts: readonly Plan[];
  /** How many rules were expected in the cell when the list was split. */
  readonly of: number;
}

/** Lists remembered: a row's candidates differ by their first three digits, how many there are, and what stands before them. */
const MOST_LISTS = 16 * 1024;
/** Digits and bytes before them that keys tell apart. */
const COUNTS = CHAIN_DIGITS + 1;
const BEFORE = 0x80;
const NOBODY: Takers = { plans: [], splits: [] };

export function takersOf(plans: readonly Plan[]): Takers {
  return { plans, splits: [] };
}

/** Looks up who takes a candidate by what all the rules ask of it, where that is no more than its first digits and how many there are. */
export class TakersBook {
  readonly #compiled: Compiled;
  /** Roles of the text that the lists are of. */
  #roles: Segment["roles"] | undefined;
  readonly #literals: (Takers | undefined)[] = [];
  readonly #digits = new Map<number, Takers>();
  readonly #others = new Map<string, Takers>();
  readonly #here: Plan[] = [];

  constructor(compiled: Compiled) {
    this.#compiled = compiled;
  }

  at(flow: Flow, segment: Segment, kind: number, start: number): Takers {
    if (segment.roles !== this.#roles) this.#open(segment.roles);
    if (kind !== DIGITS) {
      const known = this.#literals[kind];
      if (known !== undefined && flow.encoding === "utf8") return known;
      // In other encodings the literal may straddle characters.
      if (!this.#look(flow, segment, kind, start)) return NOBODY;
      return (this.#literals[kind] ??= takersOf([...this.#here]));
    }
    const key = this.#keyOf(flow, start);
    const known = this.#digits.get(key);
    if (known !== undefined) return known;
    if (!this.#look(flow, segment, kind, start)) return NOBODY;
    const takers = this.#list();
    if (key >= 0 && this.#digits.size < MOST_LISTS) this.#digits.set(key, takers);
    return takers;
  }

  #open(roles: Segment["roles"]): void {
    if (this.#roles === undefined || String(roles) !== String(this.#roles)) {
      this.#literals.length = 0;
      this.#digits.clear();
      this.#others.clear();
    }
    this.#roles = roles;
  }

  #look(flow: Flow, segment: Segment, kind: number, start: number): boolean {
    plansAt(this.#compiled, flow, segment, kind, start, this.#here);
    return this.#here.length > 0;
  }

  /** One list for the same rules. */
  #list(): Takers {
    let key = "";
    for (const { index } of this.#here) key += `${index},`;
    const known = this.#others.get(key) ?? takersOf([...this.#here]);
    if (this.#others.size < MOST_LISTS) this.#others.set(key, known);
    return known;
  }

  /** A key for one group of ASCII digits that no other follows; -1 where that is not all that rules ask for. */
  #keyOf({ bytes, base, length, encoding }: Flow, start: number): number {
    const at = start - base;
    let end = at;
    let head = 0;
    for (; end < length && end - at < COUNTS; end++) {
      const digit = (bytes[end] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      if (end - at < 3) head = 10 * head + digit;
    }
    const count = end - at;
    const before = at > 0 ? (bytes[at - 1] ?? 0) : 0xff;
    if (count < 3 || count === COUNTS || before >= BEFORE || mayJoin(bytes[end] ?? 0)) return -1;
    // In other encodings the byte before may be half of a character.
    if (encoding !== "utf8" && before >= 0x40) return -1;
    if (this.#compiled.asksForMore[head] !== 0) return -1;
    return (head * COUNTS + count) * BEFORE + before;
  }
}

/** Whether a byte may join a group of digits to the next, or begin a digit or separator of several bytes in any encoding. */
function mayJoin(byte: number): boolean {
  switch (byte) {
    case 0x20:
    case 0x2d:
    case 0x2e:
    case 0xa1:
    case 0xa2:
    case 0xa3:
    case 0xc2:
    case 0xe2:
    case 0xe3:
    case 0xef:
      return true;
    default:
      return false;
  }
}
