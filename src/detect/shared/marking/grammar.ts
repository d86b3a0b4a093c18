/** What the marks of a family are made of, compiled from a rule. */
export interface MarkGrammar {
  /** Level id by word: `机密` is `jimi`. */
  readonly levels: ReadonlyMap<string, string>;
  /** Alternatives of the level words, for use in expressions. */
  readonly level: string;
  /** Signs between level and period, as a character class. */
  readonly sign: string;
  /** An expression of this family, built once: `key` names it. */
  expression(key: string, source: () => string, flags?: string): RegExp;
}

/** A grammar of level words by level id, and of signs. */
export function markGrammar(levels: Readonly<Record<string, readonly string[]>>, signs: string): MarkGrammar {
  const byWord = new Map(Object.entries(levels).flatMap(([level, words]) => words.map((word) => [word, level] as const)));
  const longestFirst = [...byWord.keys()].toSorted((one, other) => other.length - one.length);
  const built = new Map<string, RegExp>();
  return {
    levels: byWord,
    level: longestFirst.map(literally).join("|"),
    sign: inClass(signs),
    expression(key, source, flags) {
      const held = built.get(key);
      if (held !== undefined) return held;
      const made = new RegExp(source(), flags);
      built.set(key, made);
      return made;
    },
  };
}

/** A mark in a unit: half-open indices of the unit's text. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly level: string;
  readonly value: string;
  /** Names of evidence. */
  readonly evidence: readonly string[];
}

/** A period, in text without blanks: a span, a date, a condition that ends in 前, 后 or 解密 (保密法 2024 第二十条). */
export const PERIOD: string = [
  "(?:19|20)\\d{2}年(?:\\d{1,2}月(?:\\d{1,2}日)?)?(?:前|后|止|解密)?",
  "(?:\\d{1,3}|[一二三四五六七八九十百]{1,4})(?:年|个月|月|日|天)",
  "长期",
  "永久",
  "[^,。;:、,()]{1,12}(?:解密|公布前|公开前|开始前|结束前|前|后)",
].join("|");

/** What may stand beside a mark on its own line: labels, urgency, copy number, brackets. */
const FURNITURE: readonly RegExp[] = [
  /(?:文件|资料|涉密)?密级(?:和|及|与)?(?:保密)?(?:期限)?[::]?/g,
  /(?:秘密|保密|涉密)等级[::]?/g,
  /保密期限[::]?/g,
  /特急|加急|特提|平急|急件|火急/g,
  /(?:发电)?等级[::]?|明电|密电/g,
  /[\u4e00-\u9fff]{1,12}[〔[(【﹝](?:19|20)\d{2}[〕\])】﹞]第?\d{1,5}号/g,
  /(?:份号[::]?|编号[::]?|No\.?|№)?第?\d{3,8}号?/gi,
  /第?\d{1,3}页|共\d{1,3}页|第\d{1,3}份/g,
  /[〔〕【】[\]()<>{}《》|_\-—=·•,.。,;;::★☆▲△※*/\\]/g,
];

/** What of a line is neither mark nor furniture. */
export function restOf(text: string): string {
  return FURNITURE.reduce((rest, furniture) => rest.replace(furniture, ""), text);
}

/** Level words that occur in a text, each once. */
export function levelsIn(text: string, grammar: MarkGrammar): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [word, level] of grammar.levels) if (text.includes(word)) found.add(level);
  return found;
}

/** Text for a character class. */
function inClass(characters: string): string {
  return characters.replace(/[\\\]^-]/g, "\\$&");
}

/** Text as it stands, for an expression. */
function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
