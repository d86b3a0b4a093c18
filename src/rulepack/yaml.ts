import type { Document, LineCounter, ParsedNode } from "yaml";
import type { Json } from "../model/json.ts";

/** A problem in a pack or a policy: all of them are listed at once, before the first byte is read. */
export interface PackProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The way to the value: `tiers[0].confidence`; empty for the file itself. */
  readonly at: string;
  readonly expected: string;
}

/** A parsed YAML file and the way from a value back to its line. */
export interface YamlFile {
  readonly value: Json;
  /** Line of the value at this way, else of its nearest parent that is there. */
  lineOf(at: readonly (string | number)[]): number;
}

type Yaml = typeof import("yaml");

/**
 * Reads YAML 1.2 as plain data. What the parser refuses (also duplicate keys) is a problem, never a throw.
 *
 * Aliases and tags are refused: a rule file has no use for them, and expanding them is how small YAML becomes large.
 */
export function readYaml(
  yaml: Yaml,
  file: string,
  text: string,
): { readonly file: YamlFile } | { readonly problems: readonly PackProblem[] } {
  const counter = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { lineCounter: counter, prettyErrors: false, version: "1.2", schema: "core" });
  const problems = [...document.errors, ...document.warnings].map((error) => ({
    file,
    line: counter.linePos(error.pos[0]).line,
    at: "",
    expected: `YAML: ${error.message}`,
  }));
  if (problems.length > 0) return { problems };
  if (/(?:^|[\s[{,])[&*][A-Za-z0-9_]/m.test(text)) {
    const aliases = aliasLines(yaml, document, counter);
    if (aliases.length > 0) {
      return { problems: aliases.map((line) => ({ file, line, at: "", expected: "no YAML anchors or aliases" })) };
    }
  }
  return { file: { value: document.toJS() as Json, lineOf: (at) => lineOf(document, counter, at) } };
}

function aliasLines(yaml: Yaml, document: Document.Parsed, counter: LineCounter): readonly number[] {
  const lines: number[] = [];
  yaml.visit(document, {
    Alias(_key, node) {
      lines.push(counter.linePos(node.range?.[0] ?? 0).line);
    },
  });
  return lines;
}

function lineOf(document: Document.Parsed, counter: LineCounter, at: readonly (string | number)[]): number {
  for (let length = at.length; length > 0; length -= 1) {
    const node = document.getIn(at.slice(0, length), true) as ParsedNode | undefined;
    const offset = node?.range?.[0];
    if (offset !== undefined) return counter.linePos(offset).line;
  }
  const start = document.contents?.range?.[0];
  return start === undefined ? 1 : counter.linePos(start).line;
}

/** `["tiers", 0, "all"]` as people write it: `tiers[0].all`. */
export function wayOf(at: readonly (string | number)[]): string {
  return at.reduce<string>((way, step) => (typeof step === "number" ? `${way}[${step}]` : way === "" ? step : `${way}.${step}`), "");
}
