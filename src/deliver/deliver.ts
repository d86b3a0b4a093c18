import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";

import type { Destination, RunReport } from "../model/delivery.ts";
import { runCommand } from "./command.ts";
import { writePrometheus } from "./prometheus.ts";
import { putInSpool, readSpool, takeFromSpool } from "./spool.ts";
import type { Waiting } from "./spool.ts";
import { sendSyslog } from "./syslog.ts";
import { sendWebhook } from "./webhook.ts";

/** Milliseconds before the second and the third try, give or take a half. */
const PAUSES = [500, 2_000];

/** What did not arrive. */
export interface Undelivered {
  readonly destination: Destination;
  readonly detail: string;
  /** True where it waits in the spool for the next run. */
  readonly kept: boolean;
}

/**
 * Puts this run's report (undefined: there is nothing to say) on disk for every receiver, and gives the way to send it after what waits from
 * earlier runs. It goes off the disk when its receiver has it. A receiver that is down keeps its reports in order: after one that did not arrive
 * no later one is tried.
 */
export function prepareDelivery(
  destinations: readonly Destination[],
  report: RunReport | undefined,
  spool: string,
): () => Promise<readonly Undelivered[]> {
  const waiting = readSpool(spool);
  const reports = destinations.map((destination): readonly Waiting[] => {
    if (destination.kind === "prometheus") return [];
    const name = nameOf(destination);
    const own = waiting.filter((one) => one.destination === name);
    return report === undefined ? own : [...own, putInSpool(spool, name, report)];
  });
  return () => deliver(destinations, report, reports);
}

async function deliver(
  destinations: readonly Destination[],
  report: RunReport | undefined,
  reports: readonly (readonly Waiting[])[],
): Promise<readonly Undelivered[]> {
  const undelivered: Undelivered[] = [];
  for (const [at, destination] of destinations.entries()) {
    if (destination.kind === "prometheus") {
      // A gauge tells of the last run only: an older one is worth nothing.
      if (report !== undefined) {
        const detail = await attempt(() => Promise.resolve(writePrometheus(destination, report)), []);
        // The next run writes them anew.
        if (detail !== undefined) undelivered.push({ destination, detail, kept: true });
      }
      continue;
    }
    const own = reports[at] ?? [];
    for (const one of own) {
      const detail = await attempt(() => send(destination, one.report), PAUSES);
      if (detail === undefined) takeFromSpool(one);
      else {
        undelivered.push({ destination, detail, kept: own.every(({ file }) => file !== undefined) });
        break;
      }
    }
  }
  return undelivered;
}

function send(destination: Exclude<Destination, { kind: "prometheus" }>, report: RunReport): Promise<void> {
  if (destination.kind === "syslog") return sendSyslog(destination, report);
  return destination.kind === "webhook" ? sendWebhook(destination, report) : runCommand(destination, report);
}

/** Undefined when it went well, else why the last try did not. */
async function attempt(once: () => Promise<void>, pauses: readonly number[]): Promise<string | undefined> {
  for (let count = 0; ; count++) {
    try {
      await once();
      return undefined;
    } catch (error) {
      const pause = pauses[count];
      if (pause === undefined) return error instanceof Error ? ("code" in error ? String(error.code) : error.message) : "failed";
      await setTimeout(pause * (0.5 + Math.random()));
    }
  }
}

/** Does not change while the destination's address does not. */
function nameOf(destination: Destination): string {
  const address =
    destination.kind === "command" ? destination.words.join("\0") : destination.kind === "prometheus" ? destination.file : destination.url;
  return `${destination.kind}-${createHash("sha256").update(address).digest("hex").slice(0, 8)}`;
}
