import type { Budget, BudgetKind } from "../model/chunk.ts";
import type { Limits } from "../model/request.ts";

const MIB = 1024 * 1024;

/** What hostile input is held to unless the user says otherwise. */
export const defaultLimits: Limits = {
  /** A document of 100 MiB has some 10,000 pages. */
  fileSize: 100 * MIB,
  /** Ten times the largest spreadsheet met in practice. */
  inflatedBytes: 1024 * MIB,
  /** Text compresses 4–30 fold, a log of equal lines 100 fold; zip bombs 1,000 fold. */
  inflationRatio: 200,
  /** A mail with a zip with a document with an embedded sheet is 4. */
  depth: 6,
  members: 20_000,
  pages: 5_000,
  cells: 20_000_000,
  characters: 256 * MIB,
  entryTime: 55_000,
  /** A look takes microseconds; a busy machine may stop a thread for seconds. */
  ruleTime: 8_000,
  /** Two PDF engines and two workers need 400 MiB. */
  processMemory: 900 * MIB,
  findingsPerEntry: 2_000,
};

/** Bytes inflated before the ratio is looked at: small files of one letter compress well and harm nobody. */
const RATIO_FROM = 10 * MIB;

/** 100 MiB: what the limits are made for. A mail store of 4 GiB holds forty times as much, and each of its bytes may cost no more. */
const MEASURE = 100 * MIB;

/** 10 MiB: a tape archive gives each member half a KiB at least, so 20,000 of them take as much; one of a million short files is no bomb. */
const MEMBERS_MEASURE = 10 * MIB;

/** What an entry on the mount and all nested in it may still use. `stored`: bytes of that entry, where known; larger ones may use more. */
export function createBudget(limits: Limits, stored: number | undefined): Budget {
  let known = stored;
  let most = mostOf(limits, known ?? 0);
  const left = { ...most };
  return {
    ratio: limits.inflationRatio,
    also(bytes) {
      if (known !== undefined) known += bytes;
      const more = mostOf(limits, known ?? bytes);
      for (const kind of Object.keys(left) as BudgetKind[]) left[kind] += Math.max(0, more[kind] - most[kind]);
      most = more;
    },
    take(what, amount) {
      left[what] -= amount;
      if (left[what] < 0) return false;
      if (what !== "inflated" || known === undefined) return true;
      const inflated = most.inflated - left.inflated;
      return inflated < RATIO_FROM || inflated <= known * limits.inflationRatio;
    },
  };
}

function mostOf(limits: Limits, stored: number): Record<BudgetKind, number> {
  const share = Math.max(1, stored / MEASURE);
  return {
    inflated: limits.inflatedBytes * share,
    members: limits.members * Math.max(1, stored / MEMBERS_MEASURE),
    pages: limits.pages * share,
    cells: limits.cells * share,
    characters: limits.characters * share,
  };
}

/** 4 MiB: what the slowest streaming reader passes in a second on a busy machine, eight times over. */
const STREAMED_PER_SECOND = 4 * MIB;

/** 100 ms for each entry nested in it that is back: 80,000 short mails in a folder of 110 MiB take more than a minute on a busy machine. */
const NESTED_TIME = 100;

/**
 * Milliseconds an entry of `size` bytes may take, with all nested in it, of which `nested` are back: what is larger than a document may be can
 * only be read by streaming, which takes as long as it has bytes (a mail folder of 4 GiB).
 */
export function allowedTime(limits: Pick<Limits, "entryTime" | "fileSize">, size: number | undefined, nested: number = 0): number {
  return limits.entryTime + (Math.max(0, (size ?? 0) - limits.fileSize) / STREAMED_PER_SECOND) * 1000 + nested * NESTED_TIME;
}
