import type { Absence, Change, Compared, Comparison } from "../model/comparison.ts";
import type { RootInfo } from "../model/event.ts";
import type { Confidence, Severity } from "../model/rule.ts";
import type { Noted, Snapshot } from "./snapshot.ts";

/** Groups of findings that a comparison lists of each change; beyond them it counts. */
const maximumCompared = 2000;
/** Fingerprints remembered as put right, the newest first. */
const maximumPutRight = 100_000;

const confidences: readonly Confidence[] = ["low", "medium", "high"];
const severities: readonly Severity[] = ["critical", "high", "medium", "low", "info"];
const changes: readonly Change[] = ["new", "reappeared", "remaining", "moved", "not-examined", "put-right"];

/**
 * What became of the problems of `before` in `now`. Only what the newer scan did look for, where it was, and did not find is put right. An
 * earlier result in `history` (or the comparison `before` carries) tells what had been put right already: it reappears, and is not new.
 */
export function compareSnapshots(before: Snapshot, now: Snapshot, history: readonly Snapshot[] = []): Comparison {
  const absent = createAbsence(before, now);
  const lists: Record<Change, Map<string, Compared>> = {
    new: new Map(),
    reappeared: new Map(),
    remaining: new Map(),
    moved: new Map(),
    "not-examined": new Map(),
    "put-right": new Map(),
  };
  const counts: Record<Change, number> = { new: 0, reappeared: 0, remaining: 0, moved: 0, "not-examined": 0, "put-right": 0 };
  const absences: Partial<Record<Absence, number>> = {};
  const tell = (change: Change, noted: Noted, more: Partial<Compared> = {}): void => {
    counts[change]++;
    const { fingerprint, ruleId, path, masked, severity, effect } = noted;
    const group = [path, ruleId, more.from, more.absence, more.code].join("\0");
    const known = lists[change].get(group);
    if (known === undefined) lists[change].set(group, { change, number: 1, fingerprint, ruleId, path, masked, severity, effect, ...more });
    else lists[change].set(group, { ...known, number: known.number + 1 });
  };

  const earlier = new Set<string>(before.comparison?.putRight);
  for (const one of history) {
    for (const key of one.comparison?.putRight ?? []) earlier.add(key);
    for (const [key, noted] of one.findings) if (noted.effect !== "recorded" && !before.findings.has(key)) earlier.add(key);
  }
  const arrived = new Map<string, [key: string, noted: Noted][]>();
  for (const [key, noted] of now.findings) {
    if (noted.effect === "recorded" || before.findings.has(key)) continue;
    const content = contentOf(now, noted);
    if (content === undefined) continue;
    const same = arrived.get(content);
    if (same === undefined) arrived.set(content, [[key, noted]]);
    else same.push([key, noted]);
  }

  const taken = new Set<string>();
  const right: string[] = [];
  for (const [key, noted] of before.findings) {
    const present = now.findings.get(key);
    if (present !== undefined) {
      if (noted.effect !== "recorded" || present.effect !== "recorded") tell("remaining", present);
      continue;
    }
    if (noted.effect === "recorded") continue;
    const content = contentOf(before, noted);
    const moved = content === undefined ? undefined : arrived.get(content)?.shift();
    if (moved !== undefined) {
      taken.add(moved[0]);
      tell("moved", moved[1], { from: noted.path });
      continue;
    }
    const why = absent(noted);
    if (why === undefined) {
      right.push(key);
      tell("put-right", noted);
    } else {
      absences[why.absence] = (absences[why.absence] ?? 0) + 1;
      tell("not-examined", noted, why);
    }
  }
  for (const [key, noted] of now.findings) {
    if (noted.effect === "recorded" || before.findings.has(key) || taken.has(key)) continue;
    tell(earlier.has(key) ? "reappeared" : "new", noted);
  }
  const putRight = [...new Set([...right, ...earlier])].filter((key) => !now.findings.has(key)).slice(0, maximumPutRight);
  return {
    previous: before.header?.started ?? "",
    counts,
    absences,
    items: changes.flatMap((change) => [...lists[change].values()].toSorted(bySeverity).slice(0, maximumCompared)),
    putRight,
  };
}

function bySeverity(one: Compared, other: Compared): number {
  return severities.indexOf(one.severity) - severities.indexOf(other.severity);
}

/** Rule, value and bytes of the file: what a renamed file keeps. */
function contentOf(snapshot: Snapshot, noted: Noted): string | undefined {
  const content = snapshot.contentKeys.get(noted.path);
  return content === undefined ? undefined : `${content}\0${noted.ruleId}\0${noted.valueKey}`;
}

type Why = { readonly absence: Absence; readonly code?: string };

/**
 * Says of what `before` holds and `now` does not why `now` proves nothing; undefined where it does: rule, place and file were looked at, and
 * the value is gone.
 */
export function createAbsence(before: Snapshot, now: Snapshot): (noted: Noted) => Why | undefined {
  const header = now.header;
  const rules = new Set((header?.rules ?? []).map(({ id }) => id));
  const digests = new Map((header?.packs ?? []).map(({ id, digest }) => [id, digest]));
  const earlier = new Map((before.header?.packs ?? []).map(({ id, digest }) => [id, digest]));
  const least = confidences.indexOf(asConfidence(header?.options["minConfidence"]));
  const included = JSON.stringify(header?.options["include"] ?? []);
  const narrowed = included !== "[]" && included !== JSON.stringify(before.header?.options["include"] ?? []);
  // A result of a personal device does not say which paths were left out, so with other settings nothing that is gone proves anything.
  const hidden = header?.zone === "personal" && leftOut(header) !== leftOut(before.header);
  const key = (path: string): string => {
    const { root, below } = now.place(path);
    // A root that could not be entered holds all below it.
    const whole = root !== undefined && trimmed(header?.roots[root]?.path ?? "") === trimmed(path);
    return `${root ?? ""}\0${whole && !now.entries.has(path) ? "" : below}`;
  };
  const unread = new Map(now.unread.map((one) => [key(one.path), one.code]));
  const excluded = new Set(now.excluded.map(key));
  /** Of entries there is something to say of: where they are, by place. */
  const paths = new Map([...now.entries].map((path) => [key(path), path]));
  const roots = matchRoots(before, now);
  return (noted) => {
    const pack = noted.ruleId.slice(0, Math.max(0, noted.ruleId.indexOf("/")));
    if (!rules.has(noted.ruleId) || header?.disabledRules.includes(noted.ruleId) === true) return { absence: "rule-off" };
    if (digests.get(pack) !== earlier.get(pack)) return { absence: "pack-changed" };
    if (now.summary?.complete !== true) return { absence: "interrupted" };
    if (confidences.indexOf(noted.confidence) < least) return { absence: "confidence" };
    const { root, below } = before.place(noted.path);
    const there = root === undefined ? undefined : roots[root];
    if (there === undefined) return { absence: "out-of-scope" };
    for (const above of upwards(below)) {
      if (excluded.has(`${there}\0${above}`)) return { absence: "excluded" };
      const code = unread.get(`${there}\0${above}`);
      if (code !== undefined) return { absence: "unread", code };
    }
    const path = paths.get(`${there}\0${below}`);
    if (path !== undefined && now.counted.has(`${path}\0${noted.ruleId}`)) return { absence: "counted-only" };
    if (narrowed && path === undefined) return { absence: "out-of-scope" };
    if (hidden && path === undefined) return { absence: "excluded" };
    return undefined;
  };
}

/** The settings by which the walk leaves paths out. */
function leftOut(header: Snapshot["header"]): string {
  const names = ["exclude", "respectIgnoreFiles", "oneFileSystem", "network", "follow", "everyFile"];
  return JSON.stringify(names.map((name) => header?.options[name] ?? false));
}

function trimmed(path: string): string {
  return path.replace(/(?<=.)[/\\]+$/, "");
}

function asConfidence(value: unknown): Confidence {
  return value === "high" || value === "medium" ? value : "low";
}

/** The path itself and all that holds it, the root included: `a/b.zip!/c` → `a/b.zip!/c`, `a/b.zip`, `a`, ``. */
function* upwards(below: string): Generator<string> {
  yield below;
  let rest = below;
  for (;;) {
    const at = rest.lastIndexOf("/");
    if (at < 0) break;
    rest = rest.slice(0, rest[at - 1] === "!" ? at - 1 : at);
    yield rest;
  }
  if (below !== "") yield "";
}

/** For each root of `before` the one of `now` that covers it. */
function matchRoots(before: Snapshot, now: Snapshot): readonly (number | undefined)[] {
  const old = before.header?.roots ?? [];
  const roots = now.header?.roots ?? [];
  const plain = (root: RootInfo): string =>
    root.path
      .replaceAll("\\", "/")
      .replace(/^(?:\.\/+)+/, "")
      .replace(/(?<=.)\/+$/, "");
  const name = (root: RootInfo): string => plain(root).split("/").at(-1) ?? "";
  const volume = (root: RootInfo): string | undefined =>
    root.volume?.volumeId === undefined ? undefined : `${root.volume.volumeId} ${plain(root).slice(root.volume.mount.length)}`;
  return old.map((root) => {
    const same = roots.findIndex((one) => plain(one) === plain(root));
    if (same >= 0) return same;
    const medium = roots.findIndex((one) => volume(one) !== undefined && volume(one) === volume(root) && root.volume?.removable === true);
    if (medium >= 0) return medium;
    // One place examined twice under two names: a checkout elsewhere, a copy. Shown by its name or by what was found in both.
    const [only] = roots;
    if (old.length !== 1 || roots.length !== 1 || only === undefined) return undefined;
    return name(only) === name(root) || [...before.findings.keys()].some((key) => now.findings.has(key)) ? 0 : undefined;
  });
}
