import { existsSync, readFileSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import type { Finding } from "../../model/finding.ts";
import { scan } from "../main.ts";
import { resolveRequest } from "../request.ts";
import type { RequestProblem } from "../request.ts";

/** The file that says what stands where in a directory of labelled cases. */
export const LABELS = "labels.tsv";

/** A line of `labels.tsv`: in which file, where, and what by infoType or rule id. */
export interface CaseLabel {
  readonly file: string;
  /** `*`, a line, `line:column`, or `sheet!row:column`. */
  readonly place: string;
  readonly what: string;
  /** Of `labels.tsv`, from 1. */
  readonly line: number;
}

/** What a rule found in the cases, at medium confidence or above; or how a label's type or rule was met. */
export interface CaseCount {
  right: number;
  wrong: number;
  wanted: number;
  met: number;
}

/** What a run over labelled cases gave. */
export interface CaseRun {
  readonly rules: ReadonlyMap<string, CaseCount>;
  /** By what labels say: infoType or rule id. */
  readonly labels: ReadonlyMap<string, CaseCount>;
  readonly missed: readonly CaseLabel[];
  readonly false: readonly Pick<Finding, "ruleId" | "confidence" | "path" | "location" | "masked">[];
  /** Files that could not be read whole: what they hold proves nothing. */
  readonly failures: readonly string[];
}

/** Whether a directory holds labelled cases. */
export function holdsCases(directory: string): boolean {
  return existsSync(join(directory, LABELS));
}

/** Reads `labels.tsv`: file, place, what, parted by tabs; lines that begin with `#` and empty ones are left out. */
export function readLabels(directory: string): { readonly labels: readonly CaseLabel[]; readonly problems: readonly RequestProblem[] } {
  const path = join(directory, LABELS);
  const labels: CaseLabel[] = [];
  const problems: RequestProblem[] = [];
  readFileSync(path, "utf8")
    .split(/\r?\n/)
    .forEach((text, index) => {
      if (text.trim() === "" || text.startsWith("#")) return;
      const [file = "", place = "", what = "", ...rest] = text.split("\t");
      const line = index + 1;
      const problem = (detail: string): void => void problems.push({ code: "pack", file: path, line, detail });
      if (what === "" || rest.length > 0) problem("expected three columns parted by tabs: file, place, infoType or rule id");
      else if (!/^(?:\*|\d+(?::\d+)?|[^!]+!\d+:\d+)$/.test(place)) problem(`"${place}": expected *, line, line:column or sheet!row:column`);
      else if (!existsSync(join(directory, file))) problem(`"${file}": no such file`);
      else labels.push({ file, place, what, line });
    });
  return { labels, problems };
}

/** Scans a directory of labelled cases as any other and compares. Samples and advisories count neither way. */
export async function runCases(
  directory: string,
  options: {
    readonly packs: readonly string[];
    readonly disabled: readonly string[];
    readonly enabled?: readonly string[];
    readonly keyFile: string;
  },
): Promise<{ readonly run: CaseRun } | { readonly problems: readonly RequestProblem[] }> {
  const { labels, problems } = readLabels(directory);
  if (problems.length > 0) return { problems };
  const resolved = await resolveRequest({
    targets: [directory],
    directory,
    packs: options.packs,
    disabledRules: options.disabled,
    enabledRules: options.enabled ?? [],
    own: [resolve(directory, LABELS)],
    keyFile: options.keyFile,
    createKey: true,
  });
  if ("problems" in resolved) return resolved;
  const findings: Finding[] = [];
  const failures: string[] = [];
  for await (const event of scan(resolved.request, new AbortController().signal)) {
    if (event.type === "finding") findings.push(event.finding);
    else if (event.type === "failure") failures.push(`${event.failure.code} ${event.failure.path}`);
  }
  return { run: compare(labels, findings, failures) };
}

function compare(labels: readonly CaseLabel[], all: readonly Finding[], failures: readonly string[]): CaseRun {
  const sure = all.filter(({ confidence, sample, severity }) => confidence !== "low" && !sample && severity !== "info");
  const rules = new Map<string, CaseCount>();
  const byLabel = new Map<string, CaseCount>();
  const missed: CaseLabel[] = [];
  const used = new Set<Finding>();
  // Labels with the narrowest place choose first.
  for (const label of labels.toSorted((one, other) => width(one) - width(other))) {
    const count = countOf(byLabel, label.what);
    count.wanted += 1;
    const met = sure.filter((finding) => !used.has(finding) && fits(label, finding));
    const [first] = met;
    if (first === undefined) {
      missed.push(label);
      continue;
    }
    count.met += 1;
    // Where a place has no column all findings of the type there are the label's.
    for (const finding of label.place.includes(":") ? [first] : met) used.add(finding);
  }
  const wrong = sure.filter((finding) => !used.has(finding));
  for (const { ruleId } of used) countOf(rules, ruleId).right += 1;
  for (const { ruleId } of wrong) countOf(rules, ruleId).wrong += 1;
  return { rules, labels: byLabel, missed, false: wrong, failures };
}

function width({ place }: CaseLabel): number {
  return place === "*" ? 2 : place.includes(":") ? 0 : 1;
}

function countOf(counts: Map<string, CaseCount>, key: string): CaseCount {
  const held = counts.get(key) ?? { right: 0, wrong: 0, wanted: 0, met: 0 };
  counts.set(key, held);
  return held;
}

function fits({ file, place, what }: CaseLabel, { path, location, infoType, ruleId, masked }: Finding): boolean {
  if (what !== infoType && what !== ruleId) return false;
  const told = path.split(sep).join("/");
  if (told !== file && !told.endsWith(`/${file}`)) return false;
  if (place === "*") return true;
  const [sheet, cell] = place.includes("!") ? place.split("!") : [undefined, place];
  const [first = 0, second] = (cell ?? "").split(":").map(Number);
  if (location.kind === "cell")
    return (
      (sheet === undefined || sheet === location.sheet) && first === location.row && (second === undefined || second === location.column)
    );
  if (location.kind !== "line" || sheet !== undefined) return false;
  return (
    first === location.line &&
    (second === undefined || (location.column <= second && second < location.column + Math.max(1, masked.length)))
  );
}
