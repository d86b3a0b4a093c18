import type { Matcher } from "../model/rule.ts";

/** A matcher with all its members, those it lacks undefined: millions of candidates ask all rules the same, and find it in the same place. */
export type WholeMatcher = { readonly [Key in keyof Required<Matcher>]: Matcher[Key] };

/** A rule with what is asked of it for every match, read off it once. */
export interface Plan {
  readonly matcher: WholeMatcher;
  /** Its place among all rules: what a session counts lies by it. */
  readonly index: number;
  /** Evidence of its row that its tiers ask for; undefined when they ask for none. */
  readonly rowNames: ReadonlySet<string> | undefined;
  /** The same of what stands near it in the lines round it. */
  readonly nearNames: ReadonlySet<string> | undefined;
  /** Whether its best tier asks for nothing beside the match: where that is met, nothing there could change it. */
  readonly firstAlone: boolean;
  /** Whether each of its tiers asks for something of the row: by itself a match of it is nothing. */
  readonly rowAlways: boolean;
  /** Whether its tiers can be decided only when the entry has been read. */
  readonly late: boolean;
  /** What a match of it is to others of its row; a type of one country is also told without the country: `row:CN_RESIDENT_ID`, `row:RESIDENT_ID`. */
  readonly rowNamesOfType: readonly string[];
  readonly nearNamesOfType: readonly string[];
  /** How well its values tell people apart, best first; undefined when they do not. */
  readonly subjectRank: number | undefined;
  readonly advisory: boolean;
}

export function planOf(matcher: Matcher, index: number): Plan {
  const { infoType, dataClass } = matcher.rule;
  const asked = matcher.tiers.flatMap(({ all, none = [] }) => [...all, ...none]);
  const [first] = matcher.tiers;
  const rowNames = asked.filter((name) => name.startsWith("row:"));
  const nearNames = asked.filter((name) => name.startsWith("near:"));
  const types = infoType.startsWith("CN_") ? [infoType, infoType.slice(3)] : [infoType];
  return {
    matcher: whole(matcher),
    index,
    rowNames: rowNames.length === 0 ? undefined : new Set(rowNames),
    nearNames: nearNames.length === 0 ? undefined : new Set(nearNames),
    firstAlone: first !== undefined && ![...first.all, ...(first.none ?? [])].some((name) => /^(?:row|near):/.test(name)),
    rowAlways: matcher.tiers.every(({ all }) => all.some((name) => name.startsWith("row:"))),
    late: asked.some((name) => name.startsWith("tag:")),
    rowNamesOfType: types.map((type) => `row:${type}`),
    nearNamesOfType: types.map((type) => `near:${type}`),
    subjectRank: subjectRank(infoType, dataClass),
    advisory: dataClass === "advisory",
  };
}

function whole({ rule, triggers, maxSpan, tiers, tag, over, confirm, fill, reach, essential, glance }: Matcher): WholeMatcher {
  return { rule, triggers, maxSpan, tiers, tag, over, confirm, fill, reach, essential, glance };
}

function subjectRank(infoType: string, dataClass: string): number | undefined {
  switch (infoType) {
    case "CN_RESIDENT_ID":
    case "RESIDENT_ID":
      return 0;
    case "BANK_CARD":
    case "CN_BANK_CARD":
      return 1;
    case "CN_MOBILE":
    case "MOBILE":
      return 2;
    case "BANK_ACCOUNT":
      return 3;
    // Of a named person: who lives together is one.
    case "ADDRESS":
      return dataClass === "C2" ? 4 : undefined;
    default:
      return undefined;
  }
}

const rowNames = new Map<string, string>();

/** What a column of a type is as evidence for the cells beside it. */
export function rowName(infoType: string): string {
  let name = rowNames.get(infoType);
  if (name === undefined) rowNames.set(infoType, (name = `row:${infoType}`));
  return name;
}
