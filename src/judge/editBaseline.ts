import type { Allowance, Baseline, Sighting } from "../model/baseline.ts";
import type { FailureCode } from "../model/failure.ts";
import { baselineNames } from "../util/relative.ts";
import { createAbsence } from "./compare.ts";
import type { Noted, Snapshot } from "./snapshot.ts";

/** A decision of a person, to be written down for what a result holds. */
export interface Decision {
  readonly reason: string;
  readonly owner: string;
  /** Last day it holds. */
  readonly until: string;
  /** Today. */
  readonly on: string;
}

/** What of a result a decision is about. */
export interface Selection {
  /** Only findings of these rules; empty means all but those for state-secret marks, which must be named. */
  readonly rules: readonly string[];
  readonly path: (path: string) => boolean;
  readonly notExamined: boolean;
}

/** What can be taken into a baseline, and what cannot. */
export interface Taken {
  readonly findings: readonly Pick<Allowance, "rule" | "path" | "value">[];
  readonly notExamined: readonly Pick<Sighting, "path" | "code" | "content">[];
  /** State-secret marks whose rule was not named. */
  readonly marks: number;
  /** Values of a kind of which their file holds more than is kept one by one: no decision covers them. */
  readonly counted: number;
  /** Unread entries whose bytes cannot be read either, or were not hashed: nothing would tell when they change. */
  readonly unknown: number;
}

/** Picks from a result what a decision is to cover: problems, each value of a file once; or what was not examined. */
export function takeFrom(snapshot: Snapshot, selection: Selection): Taken {
  const findings = new Map<string, Pick<Allowance, "rule" | "path" | "value">>();
  const notExamined = new Map<string, Pick<Sighting, "path" | "code" | "content">>();
  let marks = 0;
  let counted = 0;
  let unknown = 0;
  if (selection.notExamined) {
    for (const { path: shown, code } of snapshot.unread) {
      const path = nameOf(snapshot, shown);
      if (!selection.path(path)) continue;
      const content = snapshot.contentKeys.get(shown);
      if (content === undefined) unknown++;
      else notExamined.set(`${path}\0${code}\0${content}`, { path, code: code as FailureCode, content });
    }
  } else {
    for (const noted of snapshot.findings.values()) {
      if (noted.effect === "recorded") continue;
      const path = nameOf(snapshot, noted.path);
      if (!selection.path(path) || (selection.rules.length > 0 && !selection.rules.includes(noted.ruleId))) continue;
      if (noted.dataClass === "state-secret" && selection.rules.length === 0) marks++;
      else if (snapshot.counted.has(`${noted.path}\0${noted.ruleId}`)) counted++;
      else findings.set(`${path}\0${noted.ruleId}\0${noted.valueKey}`, { rule: noted.ruleId, path, value: noted.valueKey });
    }
  }
  return { findings: [...findings.values()], notExamined: [...notExamined.values()], marks, counted, unknown };
}

/** Adds what was taken; what is there already keeps its reason, owner and day, unless that has passed: then it is decided anew. */
export function addTo(baseline: Baseline, taken: Taken, decision: Decision): { readonly baseline: Baseline; readonly added: number } {
  const findings = new Map(baseline.findings.map((one) => [`${one.path}\0${one.rule}\0${one.value}`, one]));
  const notExamined = new Map(baseline.notExamined.map((one) => [`${one.path}\0${one.code}\0${one.content}`, one]));
  let added = 0;
  const { reason, owner, until, on } = decision;
  for (const one of taken.findings) {
    const key = `${one.path}\0${one.rule}\0${one.value}`;
    const known = findings.get(key);
    if (known !== undefined && known.until >= on) continue;
    findings.set(key, { ...one, reason, owner, until });
    added++;
  }
  for (const one of taken.notExamined) {
    const key = `${one.path}\0${one.code}\0${one.content}`;
    const known = notExamined.get(key);
    if (known !== undefined && known.until >= on) continue;
    notExamined.set(key, { ...one, by: owner, on, until, note: reason });
    added++;
  }
  return { baseline: { ...baseline, findings: [...findings.values()], notExamined: [...notExamined.values()] }, added };
}

/**
 * Leaves out what has expired and what is gone: values no longer in files that the result did examine, unread entries that have other content or
 * can be read now. What the result says nothing of stays.
 */
export function prune(baseline: Baseline, snapshot: Snapshot, today: string): { readonly baseline: Baseline; readonly removed: number } {
  const values = new Set<string>();
  for (const noted of snapshot.findings.values()) {
    for (const path of namesOf(snapshot, noted.path)) values.add(`${path}\0${noted.ruleId}\0${noted.valueKey}`);
  }
  const unread = new Map<string, string | undefined>();
  for (const { path: shown, code } of snapshot.unread) {
    for (const path of namesOf(snapshot, shown)) unread.set(`${path}\0${code}`, snapshot.contentKeys.get(shown));
  }
  // The result is compared with itself: why would it not say anything of that path and rule?
  const absent = createAbsence(snapshot, snapshot);
  const root = snapshot.header?.roots.length === 1 ? (snapshot.header.roots[0]?.path ?? "") : undefined;
  const silent = (path: string, ruleId: string | undefined): boolean => {
    // Several roots: which of them the path belongs to is not known for sure.
    if (root === undefined) return true;
    const rule = ruleId ?? snapshot.header?.rules[0]?.id ?? "";
    const [typed = path] = baselineNames(root, root, snapshot.header?.tool.platform ?? "");
    const shown = path === typed || path.startsWith(`${typed}/`) ? path : `${root.replace(/[/\\]+$/, "")}/${path}`;
    const noted: Noted = {
      fingerprint: "",
      ruleId: rule,
      path: shown,
      masked: "",
      severity: "info",
      effect: "recorded",
      confidence: "high",
      valueKey: "",
      dataClass: "",
    };
    return absent(noted) !== undefined;
  };
  const findings = baseline.findings.filter((one) => {
    if (one.until < today) return false;
    return values.has(`${one.path}\0${one.rule}\0${one.value}`) || silent(one.path, one.rule);
  });
  const notExamined = baseline.notExamined.filter((one) => {
    if (one.until < today) return false;
    const content = unread.get(`${one.path}\0${one.code}`);
    if (content !== undefined) return content === one.content;
    return silent(one.path, undefined);
  });
  const removed = baseline.findings.length - findings.length + baseline.notExamined.length - notExamined.length;
  return { baseline: { ...baseline, findings, notExamined }, removed };
}

function namesOf(snapshot: Snapshot, path: string): readonly string[] {
  const { root } = snapshot.place(path);
  const header = snapshot.header;
  return baselineNames(root === undefined ? "" : (header?.roots[root]?.path ?? ""), path, header?.tool.platform ?? "");
}

function nameOf(snapshot: Snapshot, path: string): string {
  return namesOf(snapshot, path)[0] ?? path;
}
