import type { Location } from "../model/chunk.ts";
import type { RuleInfo, ScanEvent } from "../model/event.ts";
import type { Failure, FailureCode } from "../model/failure.ts";
import type { Finding } from "../model/finding.ts";
import type { OpenReport, Reporter, ReportOptions, Writer } from "../model/report.ts";
import type { Severity } from "../model/rule.ts";
import { detailWords } from "./shared/detailWords.ts";
import { Buffered } from "./shared/buffered.ts";
import { comparisonInWords } from "./shared/comparison.ts";
import { conclusionInWords } from "./shared/conclusion.ts";
import { Overview } from "./shared/overview.ts";
import { relativePaths, uriOf, type RelativePath } from "../util/relative.ts";
import { adviceWords, confidenceWords, excerptInWords, failureWords, placeInWords, reasonInWords, type Locale } from "./shared/words.ts";
import { rankOf, Worst } from "./shared/worst.ts";

/** GitHub code scanning takes 25,000 results a run. */
const maximumResults = 25_000;
/** What could not be examined is told one by one up to here, then by number. */
const maximumNotifications = 10_000;

/** GitHub's scale of 0–10, as its security severity levels are cut (critical over 9, high from 7, medium from 4). */
const securitySeverity: Readonly<Record<Severity, string>> = { critical: "9.5", high: "8.0", medium: "5.5", low: "3.0", info: "0.5" };
const levelOfSeverity: Readonly<Record<Severity, string>> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  info: "note",
};
const levelOfEffect: Readonly<Record<Finding["effect"], string>> = { violation: "error", suspect: "warning", recorded: "note" };

/**
 * SARIF 2.1.0 (OASIS) for code scanning. URIs are relative; `partialFingerprints` do not change when lines move; what was not examined stands
 * in `invocations[].toolExecutionNotifications`. Over 25,000 results the worst stay and a notification says how many are left out.
 */
export const sarif: Reporter = {
  id: "sarif",
  title: { zh: "SARIF 2.1.0", en: "SARIF 2.1.0" },
  extension: "sarif",
  open(out: Writer, options: ReportOptions): OpenReport {
    const overview = new Overview();
    const results = new Worst<Finding>(maximumResults);
    const failures: Failure[] = [];
    const ordinals = new Map<string, number>();
    return {
      on(event: ScanEvent): void {
        overview.on(event);
        if (event.type === "finding") {
          const key = `${event.finding.path}\u0000${event.finding.ruleId}`;
          const ordinal = (ordinals.get(key) ?? 0) + 1;
          // Findings of a file come one after another: what is remembered of others may go.
          if (ordinals.size > 10_000) ordinals.clear();
          ordinals.set(key, ordinal);
          results.add(event.finding, rankOf(event.finding, ordinal));
        }
        if (event.type === "failure" && failures.length < maximumNotifications) failures.push(event.failure);
      },
      async close(): Promise<void> {
        const buffered = new Buffered(out);
        const rules = overview.header?.rules ?? [];
        const indices = new Map(rules.map((rule, index) => [rule.id, index]));
        const relative = relativePaths(overview.header);
        const { locale } = options;
        const run = {
          tool: { driver: driverOf(overview, rules, locale) },
          language: locale === "zh" ? "zh-CN" : "en-US",
          automationDetails: { id: `zicha/${overview.header?.zone ?? ""}/` },
          originalUriBaseIds: basesOf(overview),
          columnKind: "unicodeCodePoints",
          invocations: [invocationOf(overview, failures, results, relative, locale)],
          properties: { summary: overview.summarise(), zone: overview.header?.zone ?? "", keyId: overview.header?.keyId ?? "" },
        };
        const head = JSON.stringify(run);
        await buffered.add(
          `{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[${head.slice(0, -1)},\n"results":[`,
        );
        let first = true;
        for (const finding of results.sorted()) {
          await buffered.add(`${first ? "\n" : ",\n"}${JSON.stringify(resultOf(finding, indices, overview, relative, locale))}`);
          first = false;
        }
        await buffered.add("]}]}\n");
        await buffered.flush();
      },
    };
  },
};

const codes = Object.keys(failureWords) as FailureCode[];

function descriptorOf(id: string, title: string, help: string): object {
  return { id, shortDescription: { text: title }, fullDescription: { text: `${title}: ${help}` }, help: { text: help } };
}

function driverOf(overview: Overview, rules: readonly RuleInfo[], locale: Locale): object {
  const zh = locale === "zh";
  return {
    name: "zicha",
    ...(overview.header === undefined ? {} : { version: overview.header.tool.version, semanticVersion: overview.header.tool.version }),
    rules: rules.map((rule) => ({
      id: rule.id,
      name: rule.infoType,
      shortDescription: { text: rule.title[locale] },
      fullDescription: { text: rule.description[locale] },
      // GitHub wants help for every rule; the basis is what a reader looks for there.
      help: { text: [rule.description[locale], ...rule.references].join("; ") },
      defaultConfiguration: { level: levelOfSeverity[rule.severity] },
      properties: { tags: ["security", rule.dataClass, rule.infoType], "security-severity": securitySeverity[rule.severity] },
    })),
    notifications: [
      ...codes.map((code) => descriptorOf(code, failureWords[code][locale], adviceWords[code][locale])),
      descriptorOf(
        "coverage",
        zh ? "检查覆盖情况" : "coverage",
        zh ? "已检、未检、排除的数目" : "how much was examined, not examined and excluded",
      ),
      descriptorOf("comparison", zh ? "整改情况" : "comparison with last time", zh ? "与上次结果相比" : "what became of earlier findings"),
      descriptorOf(
        "results-omitted",
        zh ? "未列出的结果" : "results left out",
        zh ? "超过上限，见 json 或 csv 报告" : "over the ceiling; see a json or csv report",
      ),
    ],
  };
}

/** Roots that are no relative path: named, so that a reader knows what relative URIs are relative to. */
function basesOf(overview: Overview): object {
  const bases: Record<string, object> = {};
  for (const [index, root] of (overview.header?.roots ?? []).entries()) bases[`ROOT${index}`] = { description: { text: root.path } };
  return bases;
}

function artifactOf(path: RelativePath): object {
  return { uri: uriOf(path.path), ...(path.root === undefined ? {} : { uriBaseId: `ROOT${path.root}` }) };
}

function invocationOf(
  overview: Overview,
  failures: readonly Failure[],
  results: Worst<Finding>,
  relative: (path: string) => RelativePath,
  locale: Locale,
): object {
  const zh = locale === "zh";
  const { ledger } = overview;
  const notifications: object[] = failures.map((failure) => ({
    descriptor: { id: failure.code },
    level: failure.code === "internal" ? "error" : "warning",
    message: { text: `${failureWords[failure.code][locale]}: ${detailWords(failure, locale)}. ${adviceWords[failure.code][locale]}` },
    locations: [{ physicalLocation: { artifactLocation: artifactOf(relative(failure.path)) } }],
    properties: { stage: failure.stage, partial: failure.partial, ...(failure.seen === undefined ? {} : { seen: failure.seen }) },
  }));
  const all = Object.values(overview.failures).reduce((total, number) => total + number, 0);
  const unlisted = all - failures.length;
  notifications.push({
    descriptor: { id: "coverage" },
    level: overview.unread > 0 || !overview.complete ? "warning" : "note",
    message: { text: conclusionInWords(overview, locale) },
    properties: { ...ledger, complete: overview.complete, failures: overview.failures, failuresNotListed: Math.max(0, unlisted) },
  });
  if (overview.comparison !== undefined) {
    notifications.push({
      descriptor: { id: "comparison" },
      level: "note",
      message: { text: comparisonInWords(overview.comparison, locale) },
      properties: { previous: overview.comparison.previous, ...overview.comparison.counts },
    });
  }
  const left = results.left + overview.unstored;
  if (left > 0) {
    notifications.push({
      descriptor: { id: "results-omitted" },
      level: "warning",
      message: {
        text: zh
          ? `共 ${results.seen + overview.unstored} 处，列出最严重的 ${results.seen - results.left} 处，未列 ${left} 处；全部见 json 或 csv 报告。`
          : `${results.seen - results.left} of ${results.seen + overview.unstored} findings are listed, the worst first; ${left} are left out: see a json or csv report.`,
      },
      properties: { omitted: left },
    });
  }
  const ended = overview.summary?.ended ?? "";
  return {
    executionSuccessful: overview.complete,
    ...(overview.header === undefined ? {} : { startTimeUtc: overview.header.started }),
    ...(ended === "" ? {} : { endTimeUtc: ended }),
    toolExecutionNotifications: notifications,
  };
}

function resultOf(
  finding: Finding,
  indices: ReadonlyMap<string, number>,
  overview: Overview,
  relative: (path: string) => RelativePath,
  locale: Locale,
): object {
  const index = indices.get(finding.ruleId);
  const title = overview.rule(finding.ruleId)?.title[locale] ?? finding.ruleId;
  const why = reasonInWords(finding.evidence, locale);
  const place = placeInWords(finding, locale);
  const parts = [place, `${locale === "zh" ? "把握" : "confidence "}${confidenceWords[finding.confidence][locale]}`, why];
  const region = regionOf(finding.location);
  return {
    ruleId: finding.ruleId,
    ...(index === undefined ? {} : { ruleIndex: index }),
    level: levelOfEffect[finding.effect],
    message: { text: `${title}: ${excerptInWords(finding)} (${parts.filter((part) => part !== "").join("; ")})` },
    locations: [
      {
        physicalLocation: { artifactLocation: artifactOf(relative(finding.path)), ...(region === undefined ? {} : { region }) },
        // Lines are all SARIF has for text; pages, cells and properties stand as a name.
        ...(finding.location.kind === "line" ? {} : { logicalLocations: [{ name: place, kind: "element" }] }),
      },
    ],
    partialFingerprints: { "zicha/v1": finding.fingerprint, primaryLocationLineHash: `${finding.fingerprint.slice(0, 16)}:1` },
    ...(finding.suppression === undefined
      ? {}
      : {
          suppressions: [
            { kind: "external", status: "accepted", justification: `${finding.suppression.reason} (${finding.suppression.by})` },
          ],
        }),
    properties: {
      effect: finding.effect,
      judgement: finding.judgement.is,
      references: finding.judgement.references,
      severity: finding.severity,
      confidence: finding.confidence,
      infoType: finding.infoType,
      dataClass: finding.dataClass,
      ...(finding.sample ? { sample: true } : {}),
    },
  };
}

function regionOf(location: Location): object | undefined {
  if (location.kind === "line") return { startLine: location.line, startColumn: location.column };
  if (location.kind === "offset") return { byteOffset: location.bytes };
  return undefined;
}
