import type { Limits } from "../model/request.ts";
import type { Values } from "./options.ts";

/** Which option says which limit. */
const names: readonly (readonly [option: string, limit: keyof Limits])[] = [
  ["maxFindings", "findingsPerEntry"],
  ["maxFileSize", "fileSize"],
  ["maxInflated", "inflatedBytes"],
  ["maxRatio", "inflationRatio"],
  ["maxDepth", "depth"],
  ["maxMembers", "members"],
  ["maxPages", "pages"],
  ["maxCells", "cells"],
  ["maxCharacters", "characters"],
  ["timeout", "entryTime"],
  ["maxMemory", "processMemory"],
];

/** The limits that were said. */
export function limitsOf(values: Values): Partial<Limits> {
  const limits: Partial<Record<keyof Limits, number>> = {};
  for (const [option, limit] of names) {
    const value = values[option];
    if (typeof value === "number") limits[limit] = value;
  }
  return limits;
}
