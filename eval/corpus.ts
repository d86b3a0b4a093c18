import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodings, type Encoding, write } from "./carrier.ts";
import { Random } from "./random.ts";
import { type Label, type Place, readTemplates, render, type Rendered, type TemplateSet } from "./template.ts";

/** A label with the place a person would find it at. */
export interface PlacedLabel extends Label {
  readonly place: Place;
  /** Lines and columns of the body of plain text, from 1; rows and cells of a sheet. */
  readonly line: number;
  readonly column: number;
  /** Cell of a csv line or sheet row, from 1. */
  readonly cell: number;
}

/** A document as it was written. */
export interface Written {
  /** Name of its directory: findings are led back by it. */
  readonly id: string;
  readonly template: string;
  readonly carrier: string;
  readonly encoding: Encoding;
  readonly labels: readonly PlacedLabel[];
  readonly expected: readonly (readonly string[])[];
}

/** How much of everything; the default takes about a minute on two cores. */
export interface Size {
  /** Documents of each template. */
  readonly documents: number;
  /** By which the rows of blocks are multiplied. */
  readonly rows: number;
  /** Random numbers of either length. */
  readonly numbers: number;
  /** Bytes of clean text. */
  readonly clean: number;
}

export const sizes: Readonly<Record<"small" | "normal" | "large", Size>> = {
  small: { documents: 3, rows: 1, numbers: 50_000, clean: 8 * 1024 * 1024 },
  normal: { documents: 12, rows: 1, numbers: 250_000, clean: 100 * 1024 * 1024 },
  large: { documents: 60, rows: 2, numbers: 2_000_000, clean: 1024 * 1024 * 1024 },
};

/** Writes the documents of a set below `root`, each in a directory of its own. */
export function writeCorpus(root: string, set: TemplateSet, seed: string, size: Size): readonly Written[] {
  const written: Written[] = [];
  for (const template of readTemplates(set)) {
    for (let number = 0; number < size.documents; number++) {
      const document = render(template, `${seed}/${number}`, size.rows);
      written.push(writeDocument(root, `d${String(written.length).padStart(5, "0")}`, document, encodings[number % 3] ?? "utf8"));
    }
  }
  return written;
}

function writeDocument(root: string, id: string, document: Rendered, encoding: Encoding): Written {
  const directory = join(root, id);
  mkdirSync(directory);
  // What declares its encoding, or has none to declare, is written in that.
  const kept = ["json", "jsonl", "yaml", "eml", "html", "xml", "docx", "xlsx", "vcf", "sh"].includes(document.carrier) ? "utf8" : encoding;
  const name = document.places.find(({ place }) => place === "name")?.text ?? `document.${document.carrier}`;
  writeFileSync(join(directory, name), write(document, kept));
  const labels = document.places.flatMap(({ place, text, labels: here }) => here.map((label) => placed(label, place, text)));
  return { id, template: document.template, carrier: document.carrier, encoding: kept, labels, expected: document.expected };
}

function placed(label: Label, place: Place, text: string): PlacedLabel {
  const before = text.slice(0, label.start);
  const lineStart = before.lastIndexOf("\n") + 1;
  const onLine = before.slice(lineStart);
  return { ...label, place, line: before.split("\n").length, column: onLine.length + 1, cell: onLine.split(",").length };
}

interface MarkCase {
  readonly id: string;
  readonly text?: string;
  readonly zone?: Place;
  readonly filename?: string;
  readonly props?: Readonly<Record<string, string>>;
  readonly rule?: string;
}

const families: Readonly<Record<string, readonly string[]>> = {
  "state-secret": ["STATE_SECRET_MARK"],
  "internal-mark": ["INTERNAL_MARK"],
  "commercial-secret": ["COMMERCIAL_SECRET_MARK"],
  "foreign-gov": ["FOREIGN_MARK"],
  "corporate-mark": ["CORPORATE_MARK", "FOREIGN_MARK"],
  "msip-label": ["SENSITIVITY_LABEL"],
};

/** The labelled cases of fixtures/marking as documents; the body goes into plain text, other places and properties into docx. */
export function writeCases(root: string): readonly (Written & { readonly positive: boolean })[] {
  const file = new URL("../fixtures/marking/cases.json", import.meta.url);
  const cases = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<"positives" | "negatives", readonly MarkCase[]>>;
  return [...cases.positives.map((one) => ({ one, positive: true })), ...cases.negatives.map((one) => ({ one, positive: false }))].map(
    ({ one, positive }, index) => {
      const infoTypes = Object.entries(families).find(([family]) => one.rule?.startsWith(family))?.[1] ?? [];
      const place = one.zone === undefined || one.zone === ("top" as Place) ? "body" : one.zone;
      const properties = Object.entries(one.props ?? {}).map(([key, text]) => ({ place: "property" as const, key, text, labels: [] }));
      const plain = place === "body" && properties.length === 0;
      const text = one.text ?? "";
      const document: Rendered = {
        template: one.id,
        carrier: plain ? "txt" : "docx",
        places: [
          ...properties,
          ...(one.filename === undefined
            ? []
            : [{ place: "name" as const, text: plain ? one.filename : one.filename.replace(/\.\w+$/, ".docx"), labels: [] }]),
          ...(plain || place === "body" ? [] : [{ place, ...(place === "property" ? { key: "密级" } : {}), text, labels: [] }]),
          { place: "body", text: plain ? text : "正文", labels: [] },
        ],
        numbers: false,
        expected: positive ? [infoTypes] : [],
      };
      return { ...writeDocument(root, `c${String(index).padStart(4, "0")}`, document, "utf8"), positive };
    },
  );
}

/** Lines of one file of random numbers: short files are shared out to workers. */
const NUMBERS_A_FILE = 10_000;

/** Random numbers of one length, one a line, without context. */
export function writeNumbers(root: string, seed: string, length: number, count: number): void {
  const random = new Random(`${seed}/numbers/${length}`);
  for (let from = 0; from < count; from += NUMBERS_A_FILE) {
    const lines: string[] = [];
    for (let at = from; at < Math.min(count, from + NUMBERS_A_FILE); at++) lines.push(`${random.int(1, 9)}${random.of(length - 1)}`);
    writeFileSync(join(root, `${length}-${from}.txt`), `${lines.join("\n")}\n`);
  }
}
