import { readFileSync } from "node:fs";
import { precision, recall, type Result, sumOf } from "./result.ts";
import type { TemplateSet } from "./template.ts";

/** Least that a run must reach; shares from 0 to 1. A key that is absent is not asked for. */
export interface Floors {
  /** Of all values of all types. */
  readonly all?: { readonly precision: number; readonly recall: number };
  readonly types: Readonly<Record<string, { readonly precision?: number; readonly recall?: number }>>;
  /** `CN_RESIDENT_ID full`: recall. */
  readonly layouts: Readonly<Record<string, number>>;
  /** By types of which a document must give one: recall. */
  readonly whole: Readonly<Record<string, number>>;
  /** Most of the values of a type that may be taken for another. */
  readonly confusion: number;
  readonly marks?: { readonly recall: number; readonly falseCases: number };
  /** Most findings at high confidence per 100,000 random numbers. */
  readonly randomHigh?: number;
  /** Most false hits per 100 MiB of clean text. */
  readonly cleanHits?: number;
}

/** eval/floors.json; of the set `fresh`, which is run for its documents alone, eval/floors-fresh.json. */
export function readFloors(set: TemplateSet): Floors {
  const name = set === "fresh" ? "floors-fresh.json" : "floors.json";
  return JSON.parse(readFileSync(new URL(`../eval/${name}`, import.meta.url), "utf8")) as Floors;
}

/** What lies below its floor, a line each. A floor for what the run did not hold is broken too: nothing is passed by not being measured. */
export function checkFloors(result: Result, floors: Floors): readonly string[] {
  const broken: string[] = [];
  const least = (what: string, value: number | undefined, floor: number | undefined): void => {
    if (floor !== undefined && (value === undefined || value < floor))
      broken.push(`${what} ${value?.toFixed(4) ?? "not measured"} < ${floor}`);
  };
  const most = (what: string, value: number, ceiling: number | undefined): void => {
    if (ceiling !== undefined && value > ceiling) broken.push(`${what} ${value.toFixed(4)} > ${ceiling}`);
  };
  const nothing = { right: 0, wrong: 0, wanted: 0, met: 0 };
  const all = sumOf(result.types);
  least("all types precision", precision(all), floors.all?.precision);
  least("all types recall", recall(all), floors.all?.recall);
  for (const [type, floor] of Object.entries(floors.types)) {
    const count = result.types[type] ?? nothing;
    least(`${type} precision`, precision(count), floor.precision);
    least(`${type} recall`, recall(count), floor.recall);
  }
  for (const [key, floor] of Object.entries(floors.layouts)) least(`${key} recall`, recall(result.layouts[key] ?? nothing), floor);
  for (const [key, floor] of Object.entries(floors.whole)) least(`${key} documents`, recall(result.whole[key] ?? nothing), floor);
  const confused = Object.values(result.confusion).reduce((total, count) => total + count, 0);
  most("confusion", confused / Math.max(1, result.positives), floors.confusion);
  least("marks recall", recall(result.marks), floors.marks?.recall);
  most("marks false cases", result.marks.hits, floors.marks?.falseCases);
  most("random high per 100,000", result.random.high, floors.randomHigh);
  most("clean hits per 100 MiB", (result.clean.hits * 100 * 1024 * 1024) / Math.max(1, result.clean.bytes), floors.cleanHits);
  // What was not read cannot have been missed: such a run proves nothing.
  most("entries not wholly read", result.failures.length, 0);
  return broken;
}
