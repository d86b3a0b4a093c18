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

/** Milliseconds to wait for another run that is sending: three tries at a receiver that does not answer. */
const TURN = 120_000;

/**
 * Waits up to so many milliseconds until no other run sends from the spool, and keeps others from it until what it gives is called; undefined
 * where another still does. Rejects where there is no spool, or none that can be written.
 */
export type TakeTurn = (milliseconds: number) => Promise<(() => void) | undefined>;

/**
 * Puts this run's report (undefined: there is nothing to say) on disk for every receiver, and gives the way to send it after what waits from
 * earlier runs, until a time (`performance.now()`). It goes off the disk when its receiver has it. A receiver that is down keeps its reports in
 * order: after one that did not arrive no later one is tried. Of several runs one sends at a time, so that none is sent twice.
 */
export function prepareDelivery(
  destinations: readonly Destination[],
  report: RunReport | undefined,
  spool: string,
  takeTurn: TakeTurn,
): (until?: number) => Promise<readonly Undelivered[]> {
  const own = destinations.map((destination) =>
    report === undefined || destination.kind === "prometheus" ? undefined : putInSpool(spool, nameOf(destination), report),
  );
  return async (until = Number.POSITIVE_INFINITY) => {
    let release: (() => void) | undefined;
    let spooled = true;
    try {
      release = await takeTurn(Math.min(TURN, Math.max(0, until - performance.now())));
    } catch {
      spooled = false;
    }
    try {
      const undelivered: Undelivered[] = [];
      for (const [at, destination] of destinations.entries()) {
        if (destination.kind === "prometheus") undelivered.push(...(await writeGauges(destination, report)));
        else if (spooled && release === undefined) {
          if (own[at]?.file !== undefined) undelivered.push({ destination, detail: "another run is sending", kept: true });
          else undelivered.push(...(await deliver(destination, own[at], undefined, until)));
        } else undelivered.push(...(await deliver(destination, own[at], spooled ? spool : undefined, until)));
      }
      return undelivered;
    } finally {
      release?.();
    }
  };
}

/** A gauge tells of the last run only: an older one is worth nothing. */
async function writeGauges(
  destination: Extract<Destination, { kind: "prometheus" }>,
  report: RunReport | undefined,
): Promise<readonly Undelivered[]> {
  if (report === undefined) return [];
  const detail = await attempt(() => Promise.resolve(writePrometheus(destination, report)), [], Number.POSITIVE_INFINITY);
  // The next run writes them anew.
  return detail === undefined ? [] : [{ destination, detail, kept: true }];
}

/** Sends what waits for a destination, also what other runs put there meanwhile; then a report that could not be kept. */
async function deliver(
  destination: Exclude<Destination, { kind: "prometheus" }>,
  own: Waiting | undefined,
  spool: string | undefined,
  until: number,
): Promise<readonly Undelivered[]> {
  const name = nameOf(destination);
  const tried = new Set<string>();
  for (;;) {
    const waiting = spool === undefined ? [] : readSpool(spool).filter((one) => one.destination === name && !tried.has(one.file ?? ""));
    const next = waiting[0] ?? (own?.file === undefined && !tried.has("") ? own : undefined);
    if (next === undefined) return [];
    tried.add(next.file ?? "");
    const detail = await attempt((milliseconds) => send(destination, next.report, milliseconds), PAUSES, until);
    if (detail === undefined) takeFromSpool(next);
    else return [{ destination, detail, kept: own === undefined || own.file !== undefined }];
  }
}

function send(destination: Exclude<Destination, { kind: "prometheus" }>, report: RunReport, milliseconds: number): Promise<void> {
  if (destination.kind === "syslog") return sendSyslog(destination, report, milliseconds);
  return destination.kind === "webhook" ? sendWebhook(destination, report, milliseconds) : runCommand(destination, report, milliseconds);
}

/** Undefined when it went well, else why the last try did not. Each try is told how many milliseconds there are. */
async function attempt(
  once: (milliseconds: number) => Promise<void>,
  pauses: readonly number[],
  until: number,
): Promise<string | undefined> {
  for (let count = 0; ; count++) {
    const left = until - performance.now();
    if (left <= 0) return "no time is left";
    try {
      await once(left);
      return undefined;
    } catch (error) {
      const pause = (pauses[count] ?? Number.POSITIVE_INFINITY) * (0.5 + Math.random());
      if (pause === Number.POSITIVE_INFINITY || performance.now() + pause >= until)
        return error instanceof Error ? ("code" in error ? String(error.code) : error.message) : "failed";
      await setTimeout(pause);
    }
  }
}

/** Does not change while the destination's address does not. */
function nameOf(destination: Destination): string {
  const address =
    destination.kind === "command" ? destination.words.join("\0") : destination.kind === "prometheus" ? destination.file : destination.url;
  return `${destination.kind}-${createHash("sha256").update(address).digest("hex").slice(0, 8)}`;
}
