import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";

import type { RunReport } from "../model/delivery.ts";

/** A report that waits for a destination. */
export interface Waiting {
  readonly file: string;
  /** Names the destination: a report is sent where it was meant for, as it is configured now. */
  readonly destination: string;
  readonly report: RunReport;
}

/** Puts a report on disk before it is sent, so that neither a receiver that is down nor a kill loses it. Mode 0600, written aside and renamed. */
export function putInSpool(directory: string, destination: string, report: RunReport): Waiting {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, `${report.started.replace(/[^0-9]/g, "")}-${destination}-${report.key.slice(0, 12)}.json`);
  const descriptor = openSync(`${file}.tmp`, "w", 0o600);
  try {
    writeSync(descriptor, JSON.stringify({ destination, report }));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${file}.tmp`, file);
  return { file, destination, report };
}

/** What waits, oldest first. Files that are torn or of another program are left alone. */
export function readSpool(directory: string): readonly Waiting[] {
  let names: readonly string[];
  try {
    names = readdirSync(directory)
      .filter((name) => name.endsWith(".json"))
      .toSorted();
  } catch {
    return [];
  }
  return names.flatMap((name): readonly Waiting[] => {
    const file = join(directory, name);
    try {
      const { destination, report } = JSON.parse(readFileSync(file, "utf8")) as { destination: string; report: RunReport };
      return report.schema === 1 ? [{ file, destination, report }] : [];
    } catch {
      return [];
    }
  });
}

/** Takes a report out once its receiver has it. */
export function takeFromSpool(waiting: Waiting): void {
  unlinkSync(waiting.file);
}
