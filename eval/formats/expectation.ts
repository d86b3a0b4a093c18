import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A text that a file holds, and where. */
export interface ExpectedString {
  readonly text: string;
  /** One of the roles of the text, whichever level: a text box in a header is both. */
  readonly role?: string;
  /** `page 3`, `slide 2`, `Sheet!R4C1`, `Sheet!4` (the row), `Sheet`, or `!/a/b.txt` for what lies in a container. */
  readonly place?: string;
}

/** What a person, a generator or another program says a file holds; never what our reader gave. */
export interface Expectation {
  /** Below the repository, or below the corpus. */
  readonly file: string;
  /** What established the texts. */
  readonly source: string;
  readonly passwords?: readonly string[];
  readonly strings: readonly ExpectedString[];
}

/**
 * All expectations of a directory by format, in order of name. `doc.json`, `doc.office.json` and so on are all of format `doc`. Throws with the
 * file's name where one is not of the shape or names a file twice: a set that cannot be read must not look smaller.
 */
export function readExpectations(directory: string): ReadonlyMap<string, readonly Expectation[]> {
  const formats = new Map<string, Expectation[]>();
  for (const name of readdirSync(directory).toSorted()) {
    if (!name.endsWith(".json")) continue;
    const content: unknown = JSON.parse(readFileSync(join(directory, name), "utf8"));
    if (!Array.isArray(content) || !content.every(isExpectation)) throw new Error(`${name}: not a list of {file, source, strings}`);
    const format = name.slice(0, name.indexOf("."));
    const held = formats.get(format) ?? [];
    formats.set(format, held);
    for (const one of content) {
      if (held.some(({ file }) => file === one.file)) throw new Error(`${name}: ${one.file} stands there twice`);
      held.push(one);
    }
  }
  return formats;
}

function isExpectation(value: unknown): value is Expectation {
  const { file, source, strings } = value as Partial<Record<keyof Expectation, unknown>>;
  return (
    typeof file === "string" && typeof source === "string" && Array.isArray(strings) && strings.length > 0 && strings.every(isExpected)
  );
}

function isExpected(value: unknown): value is ExpectedString {
  const { text, role, place } = value as Partial<Record<keyof ExpectedString, unknown>>;
  const optional = (one: unknown): boolean => one === undefined || typeof one === "string";
  return typeof text === "string" && text.trim() !== "" && optional(role) && optional(place);
}
