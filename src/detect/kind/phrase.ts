import type { Json } from "../../model/json.ts";
import type { Match, RuleKind, RuleProblem, Window } from "../../model/rule.ts";
import { checkSchema, type Schema } from "../../util/schema.ts";
import { PERIOD, restOf } from "../shared/marking/grammar.ts";
import { isMention } from "../shared/marking/mention.ts";
import { essentialOf } from "../shared/essential.ts";
import { longer } from "../shared/glance.ts";
import { ownMarks } from "../shared/lexicon.ts";
import { placeOf } from "../shared/place.ts";
import { readTiers, tiersSchema } from "../shared/tiers.ts";
import { readTriggers, triggersSchema } from "../shared/triggers.ts";
import { type Unit, unitsOf } from "../shared/units.ts";

const text: Schema = { type: "string", minLength: 1 };

const schema: Schema = {
  type: "object",
  properties: {
    triggers: triggersSchema,
    blanks: { enum: ["remove", "keep"] },
    phrases: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        properties: {
          name: text,
          regex: text,
          flags: { enum: ["i", ""] },
          level: text,
          rest: { type: "integer", minimum: 0, maximum: 40 },
          titled: { type: "boolean" },
        },
        required: ["name", "regex"],
      },
    },
    stop: { type: "array", items: text },
    tiers: tiersSchema,
  },
  required: ["triggers", "blanks", "phrases", "tiers"],
};

interface Fields {
  readonly blanks: "remove" | "keep";
  readonly phrases: readonly {
    readonly name: string;
    readonly regex: string;
    readonly flags?: string;
    readonly level?: string;
    readonly rest?: number;
    readonly titled?: boolean;
  }[];
  readonly stop?: readonly string[];
}

interface Phrase {
  readonly name: string;
  readonly regex: RegExp;
  readonly level: string | undefined;
  readonly rest: number;
  readonly titled: boolean;
}

/** Bytes: a marking phrase is part of a line. */
const MAX_SPAN = 512;
/** Characters: longer lines are sentences. */
const LONGEST = 120;
/** Characters of a line that a mark of the house may leave over. */
const OWN_REST = 6;

/**
 * Fixed phrases that mark a document when they fill a line: 内部资料 注意保管, 核心商密▲5年, `TOP SECRET//NOFORN`.
 *
 * A phrase counts when no more than `rest` characters of its line (0 unless said) are neither phrase nor furniture, none of them a `stop`
 * word, and the line does not only speak of it. A `titled` one stands behind a title, in which `stop` words may be. `blanks: remove` reads a line without blanks (Chinese), `keep` with single ones (English).
 * `{PERIOD}` in an expression stands for a period. Marks of the house come from the table `marks`, by infoType: evidence `own`, medium. Evidence: the phrases' names, `two` for more than one, and the place.
 */
export const phrase: RuleKind = {
  kind: "phrase",
  schema: schema as unknown as Json,
  load(base, fields, tables) {
    const problems: RuleProblem[] = [...checkSchema(schema, fields)];
    if (problems.length > 0) return { problems };
    const said = fields as unknown as Fields;
    const phrases = said.phrases.flatMap((one, index): readonly Phrase[] => {
      try {
        const regex = new RegExp(one.regex.replaceAll("{PERIOD}", `(?:${PERIOD})`), `g${one.flags ?? ""}`);
        return [{ name: one.name, regex, level: one.level, rest: one.rest ?? 0, titled: one.titled === true }];
      } catch {
        problems.push({ at: ["phrases", index, "regex"], expected: "a regular expression" });
        return [];
      }
    });
    if (problems.length > 0) return { problems };
    const own = ownMarks(tables, base.infoType);
    const known = [
      ...phrases,
      ...own.map((mark): Phrase => ({ name: "own", regex: literal(mark), level: undefined, rest: OWN_REST, titled: false })),
    ];
    const tiers = readTiers(fields["tiers"] ?? []);
    return {
      matcher: {
        rule: base,
        triggers: readTriggers(fields["triggers"] ?? []),
        maxSpan: MAX_SPAN,
        reach: "line",
        essential: () => essentialOf(known.map(({ regex }) => regex)),
        glance: (sight) => sight.inTable || !longer(sight, LONGEST),
        tiers: own.length === 0 ? tiers : [...tiers, { confidence: "medium", all: ["own"], none: ["role:comment"] }],
        confirm(window, emit) {
          for (const unit of unitsOf(window)) {
            const found = said.blanks === "remove" ? readSqueezed(unit, known, said.stop ?? []) : readSpaced(unit, known);
            if (found !== undefined) emit(withPlace(found, window));
          }
        },
      },
    };
  },
};

/** Text as it stands, for a search. */
function literal(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"), "g");
}

/** The heading of a chapter, or its line in a table of contents. */
const HEADING = /^第[一二三四五六七八九十百\d]{1,3}[章节编篇条]|[.…·]{4,}\d{1,4}$/;

type Found = Omit<Match, "evidence"> & { readonly names: readonly string[] };

function withPlace({ names, ...found }: Found, window: Window): Match {
  const evidence: Match["evidence"] = names.map((name) => ({ by: "dictionary", name, effect: "states" }));
  return { ...found, evidence: [...evidence, ...placeOf(window)] };
}

/** Phrases in a line without blanks; later ones see what earlier ones left. */
function readSqueezed(unit: Unit, phrases: readonly Phrase[], stop: readonly string[]): Found | undefined {
  if (unit.text.length > LONGEST || HEADING.test(unit.text) || !phrases.some((one) => matches(one.regex, unit.text))) return undefined;
  let left = unit.text;
  let first = unit.text.length;
  let last = 0;
  let level: string | undefined;
  let allowed = 0;
  let titled = false;
  const names: string[] = [];
  let count = 0;
  for (const one of phrases) {
    left = left.replace(one.regex, (found: string, ...more: readonly unknown[]) => {
      const at = more.find((item) => typeof item === "number") ?? 0;
      first = Math.min(first, at);
      last = Math.max(last, at + found.length);
      level ??= one.level;
      allowed = Math.max(allowed, one.rest);
      titled ||= one.titled;
      if (!names.includes(one.name)) names.push(one.name);
      count += 1;
      // Same length, so that offsets stay; a character that no phrase and no furniture has.
      return "\0".repeat(found.length);
    });
  }
  if (count === 0) return undefined;
  const rest = restOf(left.replaceAll("\0", ""));
  if (rest.length > allowed || (!titled && stop.some((word) => rest.includes(word)))) return undefined;
  // Words before it and a full stop behind: a sentence, unless it is of the document itself.
  if (rest.length > 1 && first > 0 && /[。！？]$/.test(unit.text) && !/^[本此该]/.test(unit.text)) return undefined;
  if (isMention(unit.text.slice(0, first), unit.text.slice(last))) return undefined;
  const start = unit.at[first] ?? 0;
  const value = unit.text.slice(first, last);
  const evidence = count > 1 ? [...names, "two"] : names;
  return { start, end: (unit.at[last - 1] ?? start) + 1, value, names: evidence, level };
}

function matches(regex: RegExp, text: string): boolean {
  regex.lastIndex = 0;
  return regex.test(text);
}

/** A phrase that is a whole line, with blanks as one. */
function readSpaced(unit: Unit, phrases: readonly Phrase[]): Found | undefined {
  if (unit.raw.length > LONGEST) return undefined;
  const line = unit.raw.trim().replace(/\s+/g, " ");
  for (const { name, regex, level } of phrases) {
    regex.lastIndex = 0;
    const found = regex.exec(line);
    if (found === null || found[0].length < line.length) continue;
    const start = unit.at[0] ?? 0;
    return { start, end: unit.at.at(-1) ?? start, value: line, names: [name], level };
  }
  return undefined;
}
