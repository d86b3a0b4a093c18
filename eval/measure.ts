import type { Finding } from "../dist/index.js";
import type { PlacedLabel, Written } from "./corpus.ts";
import { type Layout, layouts } from "./template.ts";

export type Confidence = "high" | "medium" | "low";

/** Right, wrong and missed, of a type, a tier, a layout. */
export interface Count {
  right: number;
  wrong: number;
  /** Labels that must be found, and those of them that were. */
  wanted: number;
  met: number;
}

/** A hit that is wrong or a value that was missed, for a person to look at. */
export interface Example {
  readonly what: "missed" | "false" | "confused";
  readonly infoType: string;
  readonly template: string;
  readonly carrier: string;
  readonly encoding: string;
  readonly detail: string;
}

/** What a set of documents gave. All counts are of findings at medium confidence or above, unless it says otherwise. */
export class Measure {
  readonly types: Map<string, Count> = new Map();
  readonly tiers: Map<Confidence, Count> = new Map();
  /** `CN_RESIDENT_ID full`. */
  readonly layouts: Map<string, Count> = new Map();
  readonly carriers: Map<string, Count> = new Map();
  /** By template; carriers and wordings lie here. */
  readonly templates: Map<string, Count> = new Map();
  /** `CN_RESIDENT_ID BANK_CARD`: labelled as the first, found as the second. */
  readonly confusion: Map<string, number> = new Map();
  /** Findings on hard negatives, by what these are. */
  readonly lures: Map<string, { labels: number; hits: number; low: number }> = new Map();
  /** Documents with an expectation of the whole, by type. */
  readonly whole: Map<string, { wanted: number; met: number }> = new Map();
  readonly examples: Example[] = [];
  positives = 0;
  dirty = { wanted: 0, low: 0, above: 0 };

  /** Adds a document with what was found in it. */
  add(document: Written, all: readonly Finding[]): void {
    const findings = all.filter(({ sample, severity }) => !sample && severity !== "info");
    const taken = new Map<PlacedLabel, { right?: Confidence; other: Set<string> }>();
    for (const label of document.labels) {
      taken.set(label, { other: new Set() });
      if (label.kind === "negative") this.#lure(label.name).labels += 1;
    }
    for (const { infoType, ruleId, confidence } of findings.filter(({ group }) => group !== undefined)) {
      // A group stands for findings that are counted themselves: it is false where there is nothing to find.
      const count = this.#count(this.types, infoType);
      if (document.labels.some(({ kind }) => kind === "positive")) count.right += 1;
      else {
        count.wrong += 1;
        this.#count(this.templates, nameOf(document)).wrong += 1;
        this.#example({ what: "false", infoType, detail: `${ruleId} ${confidence}` }, document);
      }
    }
    for (const finding of findings
      .filter(({ group }) => group === undefined)
      .toSorted((one, other) => strength(other.confidence) - strength(one.confidence))) {
      this.#judge(document, finding, taken);
    }
    for (const [label, { right, other }] of taken) this.#settle(document, label, right, other);
    for (const infoTypes of document.expected) {
      const count = this.whole.get(infoTypes.join("/")) ?? { wanted: 0, met: 0 };
      count.wanted += 1;
      if (findings.some(({ infoType, confidence }) => infoTypes.includes(infoType) && confidence !== "low")) count.met += 1;
      this.whole.set(infoTypes.join("/"), count);
    }
  }

  #judge(document: Written, finding: Finding, taken: Map<PlacedLabel, { right?: Confidence; other: Set<string> }>): void {
    const { infoType, confidence } = finding;
    // Where a place says no more than a paragraph, a finding is that of a value that must be found.
    const near = document.labels
      .filter((label) => touches(document, label, finding))
      .toSorted((one, other) => Number(one.kind === "optional") - Number(other.kind === "optional"));
    const right =
      near.find((label) => label.infoTypes.includes(infoType) && taken.get(label)?.right === undefined) ??
      near.find((label) => label.infoTypes.includes(infoType));
    const tier = this.#count(this.tiers, confidence);
    if (right !== undefined && right.kind !== "dirty") {
      const state = taken.get(right);
      // A second finding of the same type on one value is neither right nor wrong: it is told once.
      if (state?.right !== undefined) return;
      if (state !== undefined) state.right = confidence;
      tier.right += 1;
      if (confidence === "low") return;
      for (const count of [this.#count(this.types, infoType), this.#count(this.templates, nameOf(document))]) count.right += 1;
      return;
    }
    if (document.expected.some((infoTypes) => infoTypes.includes(infoType))) return;
    if (right?.kind === "dirty") {
      const state = taken.get(right);
      if (state !== undefined) state.right = confidence;
      if (confidence === "low") return;
    }
    const other = near.find((label) => label.kind === "positive" || label.kind === "optional");
    const lure = near.find((label) => label.kind === "negative");
    if (lure !== undefined) this.#lure(lure.name)[confidence === "low" ? "low" : "hits"] += 1;
    if (other !== undefined) taken.get(other)?.other.add(confidence === "low" ? `(${infoType})` : infoType);
    tier.wrong += 1;
    if (confidence === "low") return;
    for (const count of [this.#count(this.types, infoType), this.#count(this.templates, nameOf(document))]) count.wrong += 1;
    const on = other ?? lure ?? right;
    const text =
      on === undefined ? `${finding.masked} at ${JSON.stringify(finding.location)}` : `${on.kind} ${on.name} ${on.layout} ${on.text}`;
    this.#example(
      { what: other === undefined ? "false" : "confused", infoType, detail: `${finding.ruleId} ${confidence}: ${text}` },
      document,
    );
  }

  #settle(document: Written, label: PlacedLabel, right: Confidence | undefined, other: ReadonlySet<string>): void {
    if (label.kind === "dirty") {
      this.dirty.wanted += 1;
      if (right === "low") this.dirty.low += 1;
      else if (right !== undefined) this.dirty.above += 1;
      return;
    }
    if (label.kind !== "positive") return;
    this.positives += 1;
    const [infoType = ""] = label.infoTypes;
    for (const found of other) {
      if (found.startsWith("(")) continue;
      this.confusion.set(`${infoType} ${found}`, (this.confusion.get(`${infoType} ${found}`) ?? 0) + 1);
    }
    const met = right !== undefined && right !== "low";
    const counts = [
      this.#count(this.types, infoType),
      this.#count(this.layouts, `${infoType} ${label.layout}`),
      this.#count(this.templates, nameOf(document)),
      this.#count(
        this.carriers,
        document.carrier === "txt" || document.carrier === "csv" ? `${document.carrier} ${document.encoding}` : document.carrier,
      ),
    ];
    for (const count of counts) {
      count.wanted += 1;
      if (met) count.met += 1;
    }
    if (!met) {
      const detail = `${label.place} ${label.name} ${label.layout} line ${label.line}: ${label.text}${right === undefined ? "" : " (low)"}${other.size > 0 ? `, found as ${[...other].join()}` : ""}`;
      this.#example({ what: "missed", infoType, detail }, document);
    }
  }

  #lure(name: string): { labels: number; hits: number; low: number } {
    const held = this.lures.get(name) ?? { labels: 0, hits: 0, low: 0 };
    this.lures.set(name, held);
    return held;
  }

  #count<Key>(counts: Map<Key, Count>, key: Key): Count {
    const held = counts.get(key) ?? { right: 0, wrong: 0, wanted: 0, met: 0 };
    counts.set(key, held);
    return held;
  }

  #example(example: Omit<Example, "template" | "carrier" | "encoding">, document: Written): void {
    this.examples.push({ ...example, template: document.template, carrier: document.carrier, encoding: document.encoding });
  }
}

function nameOf({ template, carrier }: Written): string {
  return `${template}.${carrier}`;
}

function strength(confidence: Confidence): number {
  return ["low", "medium", "high"].indexOf(confidence);
}

/** Whether a finding stands on a label: by place where both know theirs, else by what the mask shows. */
function touches(document: Written, label: PlacedLabel, { location, masked, infoType, roles }: Finding): boolean {
  const inName = roles.includes("name");
  if (inName !== (label.place === "name")) return false;
  if (label.infoTypes.some((type) => type.endsWith("_MARK"))) {
    return location.kind !== "line" || location.line === label.line || document.carrier === "eml" || document.template.endsWith("vertical");
  }
  if (label.place !== "body") return !document.carrier.startsWith("docx") || shows(masked, label.text);
  if (location.kind === "line") {
    // The lines of a mail's text are counted from its own begin.
    if (document.carrier === "eml") return shows(masked, label.text);
    if (location.line !== label.line) return false;
    // A reader of markup knows the line of a text, not its column.
    if (document.carrier === "html" || document.carrier === "xml") return shows(masked, label.text);
    return location.column < label.column + label.text.length && location.column + Math.max(1, masked.length) > label.column;
  }
  if (location.kind === "cell" && document.carrier === "xlsx") return location.row === label.line && location.column === label.cell;
  return label.infoTypes.includes(infoType)
    ? shows(masked, label.text)
    : shows(masked, label.text) && masked.replaceAll("*", "").length > 1;
}

/** Whether a masked value may stand for a text. */
export function shows(masked: string, text: string): boolean {
  const plain = compact(text);
  const open = compact(masked);
  const first = open.indexOf("*");
  if (first < 0) return plain.includes(open) || open.includes(plain);
  const last = open.lastIndexOf("*");
  return plain.startsWith(open.slice(0, first)) && plain.endsWith(open.slice(last + 1));
}

function compact(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[\s\-.()（）]/g, "")
    .toUpperCase();
}

/** Rows of the table of recall by type and layout. */
export function layoutTable(
  counts: Readonly<Record<string, Count>>,
): readonly (readonly [infoType: string, cells: Readonly<Record<Layout, Count | undefined>>])[] {
  const types = [...new Set(Object.keys(counts).map((key) => key.split(" ")[0] ?? ""))].toSorted();
  return types.map((type) => [
    type,
    Object.fromEntries(layouts.map((layout) => [layout, counts[`${type} ${layout}`]])) as Record<Layout, Count | undefined>,
  ]);
}
