import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

import type { RunReport } from "../model/delivery.ts";

/** A report that waits for a destination. */
export interface Waiting {
  /** Undefined where it could not be put on disk: it is sent now or never. */
  readonly file: string | undefined;
  /** Names the destination: a report is sent where it was meant for, as it is configured now. */
  readonly destination: string;
  readonly report: RunReport;
}

/**
 * Puts a report on disk before it is sent, so that neither a receiver that is down nor a kill loses it. Mode 0600, written aside and renamed.
 * Where there is no room or no right to write it is not kept.
 */
export function putInSpool(directory: string, destination: string, report: RunReport): Waiting {
  const file = join(directory, `${report.started.replace(/[^0-9]/g, "")}-${destination}-${report.key.slice(0, 12)}.json`);
  try {
    write(directory, file, { destination, report });
    return { file, destination, report };
  } catch (error) {
    if (error instanceof Error && "code" in error) return { file: undefined, destination, report };
    throw error;
  }
}

function write(directory: string, file: string, content: Omit<Waiting, "file">): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const aside = `${file}.tmp`;
  const descriptor = openSync(aside, "w", 0o600);
  try {
    try {
      const bytes = Buffer.from(JSON.stringify(content), "utf8");
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
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
  if (waiting.file !== undefined) rmSync(waiting.file, { force: true });
}
