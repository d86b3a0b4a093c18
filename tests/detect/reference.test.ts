import { describe, expect, it } from "vitest";

import { createEngine } from "../../src/detect/engine.ts";
import type { Encoding } from "../../src/model/chunk.ts";
import type { Match, Matcher, Window } from "../../src/model/rule.ts";
import { decode } from "../../src/util/decode.ts";
import { encode } from "../../src/util/encode.ts";
import { numbers, randomDocument } from "./support/documents.ts";
import { examined, shipped } from "./support/examine.ts";

const { matchers, lexicon } = await shipped();
/**
 * Rules that look round a candidate: those that read lines are given theirs by the engine. Left out are what the program itself writes, and
 * one whose numbers are only looked for behind a label or in a column, while its context may stand further off.
 */
const local = matchers.filter(
  ({ rule, reach }) =>
    rule.kind === "pattern" && reach === undefined && !rule.id.startsWith("advisory/") && rule.id !== "cn-pii/foreign-resident",
);

/** Whether the rule asks for numbers that begin so, or for none. */
function isAskedFor({ triggers }: Matcher, { value }: Match): boolean {
  const prefixes = triggers.flatMap((one) => (one.kind === "digits" ? (one.prefixes ?? [""]) : []));
  return prefixes.length === 0 || !/^\d/.test(value) || prefixes.some((prefix) => value.startsWith(prefix));
}

/** Whether any tier could take the match, whatever its row and its document hold. */
function isTaken({ tiers }: Matcher, { evidence }: Match): boolean {
  const names = new Set(evidence.map(({ name }) => name));
  const stands = (name: string): boolean => names.has(name) || /^(?:row|tag):/.test(name);
  return tiers.some(({ all, none = [] }) => all.every(stands) && !none.some((name) => names.has(name)));
}

interface Found {
  readonly rule: string;
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

function line({ rule, start, end, value }: Found): string {
  return `${rule} ${start}-${end} ${value}`;
}

/**
 * Every rule tried at every character of the decoded text, without kernel, triggers, glances or windows. What lies in a longer match of its
 * rule is left out: a try in the middle of a value finds its end.
 */
function naive(bytes: Uint8Array, encoding: "utf8" | "gb18030" | "big5"): readonly Found[] {
  const { text } = decode(bytes, 0, bytes.length, encoding);
  const found = new Map<string, Found>();
  for (let at = 0; at < text.length; at++) {
    for (const matcher of local) {
      const window: Window = {
        text,
        start: at,
        end: at + 1,
        atStart: true,
        atEnd: true,
        roles: ["body"],
        page: undefined,
        name: "x.txt",
        top: true,
        tail: true,
        row: undefined,
        asOf: "2026-06-01T00:00:00.000Z",
      };
      matcher.confirm(window, (match) => {
        const { start, end, value } = match;
        const one = { rule: matcher.rule.id, start, end, value };
        // A number is tried at its begin only, and one that a line end breaks only behind its own label.
        const begins = !/^\d\d/.test(text.slice(start - 1, start + 1)) && !text.slice(start, end).includes("\n");
        if (end > start && begins && isTaken(matcher, match) && isAskedFor(matcher, match)) found.set(line(one), one);
      });
    }
  }
  const all = [...found.values()];
  const within = (one: Found, other: Found): boolean =>
    one.rule === other.rule && one.start >= other.start && one.end <= other.end && one.end - one.start < other.end - other.start;
  return all.filter((one) => !all.some((other) => within(one, other)));
}

/** The same as the engine gives it. Texts are so short that every window begins with them. */
async function sighted(bytes: Uint8Array, encoding: Encoding): Promise<readonly Found[]> {
  const found: Found[] = [];
  const watched = local.map((matcher): Matcher => ({
    ...matcher,
    confirm(window, emit, brief) {
      const take = (match: Match): void => {
        const { start, end, value } = match;
        if (end > start && isTaken(matcher, match)) found.push({ rule: matcher.rule.id, start, end, value });
        emit(match);
      };
      matcher.confirm(window, take, brief);
    },
  }));
  await examined(createEngine(watched, lexicon), bytes, encoding);
  return found;
}

/** The same value, or part of it with other words round it: where an expression may begin in several places it depends on the place tried first. */
function isSame(one: Found, other: Found): boolean {
  return one.rule === other.rule && one.start < other.end && other.start < one.end;
}

function utf16(text: string, encoding: "utf16le" | "utf16be"): Uint8Array {
  const bytes = Buffer.from(text, "utf16le");
  return encoding === "utf16le" ? bytes : bytes.swap16();
}

describe("a naive reference", () => {
  it.each<Encoding>(["utf8", "gb18030", "big5", "utf16le", "utf16be"])("finds nothing in %s that the engine does not", async (encoding) => {
    let total = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const wide = encoding === "utf16le" || encoding === "utf16be";
      const plain = wide ? "utf8" : encoding;
      const text = [...randomDocument(local, numbers(100 + seed), 700, false)]
        .filter((one) => encode(one, plain) !== undefined)
        .join("")
        // No longer than what a window shows before a candidate.
        .slice(0, 330);
      const bytes = encode(text, plain) ?? new Uint8Array();
      const expected = naive(bytes, plain);
      const given = await sighted(wide ? utf16(text, encoding) : bytes, encoding);
      total += expected.length;
      expect(expected.filter((one) => !given.some((other) => isSame(one, other)))).toEqual([]);
    }
    expect(total).toBeGreaterThan(60);
  });
});
