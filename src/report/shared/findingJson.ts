import type { Location } from "../../model/chunk.ts";
import type { Finding } from "../../model/finding.ts";
import type { Evidence } from "../../model/rule.ts";
import { isMark } from "./words.ts";

/** Evidence and judgements met before, as JSON: most of a million findings say the same few things. Bounded, since paths come from outside. */
const maximumRemembered = 4096;

/** Text that stands in JSON as it is: no quote, no backslash, no control character, no lone surrogate. */
const plain = /^[ !#-[\]-~\u3000-\u9fff]*$/;
const quoted = (text: string): string => (plain.test(text) ? `"${text}"` : JSON.stringify(text));

/**
 * Writes findings as `JSON.stringify` does, member for member, in about half its time: a million of them take what they take in a report whose
 * whole work this is. Marks stand in quotes, as in every report, so that scanning a report does not find them again. One for each report; it
 * remembers what recurs.
 */
export function createFindingJson(): (finding: Finding) => string {
  const evidences = new Map<string, string>();
  const judgements = new Map<string, string>();
  const judgementJson = (judgement: Finding["judgement"]): string => {
    const key = `${judgement.is}\0${judgement.references.join("\0")}`;
    const known = judgements.get(key);
    if (known !== undefined) return known;
    if (judgements.size >= maximumRemembered) judgements.clear();
    const json = JSON.stringify(judgement);
    judgements.set(key, json);
    return json;
  };
  const evidenceJson = (evidence: readonly Evidence[]): string => {
    let key = "";
    for (const { by, name, effect } of evidence) key += `${by}\0${name}\0${effect}\0`;
    const known = evidences.get(key);
    if (known !== undefined) return known;
    if (evidences.size >= maximumRemembered) evidences.clear();
    const json = JSON.stringify(evidence);
    evidences.set(key, json);
    return json;
  };
  return (finding) => {
    let json = "";
    const mark = isMark(finding);
    // Every member there is, also one this function does not know.
    for (const name of Object.keys(finding) as (keyof Finding)[]) {
      const value = finding[name];
      if (value === undefined) continue;
      json += json === "" ? `{"${name}":` : `,"${name}":`;
      if (typeof value === "string") json += quoted(mark && (name === "masked" || name === "excerpt") ? inQuotes(value) : value);
      else if (typeof value !== "object") json += String(value);
      else if (value === finding.evidence) json += evidenceJson(finding.evidence);
      else if (value === finding.judgement) json += judgementJson(finding.judgement);
      else if (value === finding.location) json += locationJson(finding.location);
      else json += JSON.stringify(value);
    }
    return `${json}}`;
  };
}

function inQuotes(mark: string): string {
  return `“${mark.replaceAll(/[“”]/g, "")}”`;
}

function locationJson(location: Location): string {
  if (location.kind !== "line") return JSON.stringify(location);
  return `{"kind":"line","line":${location.line},"column":${location.column}}`;
}
