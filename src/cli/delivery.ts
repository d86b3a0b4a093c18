import { join } from "node:path";

import type { Collected } from "../deliver/collect.ts";
import type { Destination, RunReport } from "../model/delivery.ts";
import { defaultStateDirectory } from "../scan/key.ts";
import { destinationsOf } from "./configSchema.ts";
import type { Values } from "./options.ts";
import { say } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** What a configuration and the command line say of sending results. */
export interface DeliverySettings {
  readonly destinations: readonly Destination[];
  /** The network is cleared for state secrets: said by a configuration only, never on a command line. */
  readonly stateSecrets: boolean;
  readonly on: "always" | "problems" | "change";
}

/** Reads the settings; no destination where none is named. */
export function deliverySettings(config: Readonly<Record<string, unknown>>, values: Values): DeliverySettings {
  const program = values["notifyCommand"] as string | undefined;
  return {
    destinations: [...destinationsOf(config), ...(program === undefined ? [] : [{ kind: "command", words: [program] } as const])],
    stateSecrets: config["deliverStateSecrets"] === true,
    on: (values["notifyOn"] as DeliverySettings["on"] | undefined) ?? "always",
  };
}

/** Gathers for sending; undefined where nobody is to be told. Nothing of it is loaded then. */
export async function openDelivery(settings: DeliverySettings): Promise<Collected | undefined> {
  if (settings.destinations.length === 0) return undefined;
  const { collect } = await import("../deliver/collect.ts");
  return collect(settings.stateSecrets);
}

/**
 * Keeps the result for its receivers and gives the way to send it. To be called while the state knows nothing of this run yet: of a run that is
 * killed in between nobody would be told what the next one takes for known. What does not arrive is said and changes no exit code.
 */
export async function keepResult(
  terminal: Terminal,
  settings: DeliverySettings,
  report: RunReport | undefined,
): Promise<(until?: number) => Promise<void>> {
  const { prepareDelivery } = await import("../deliver/deliver.ts");
  const spool = join(defaultStateDirectory(terminal.environment), "spool");
  const wanted = report !== undefined && isWanted(settings.on, report) ? report : undefined;
  const send = prepareDelivery(settings.destinations, wanted, spool, async (milliseconds) => {
    const { takeLock } = await import("../scan/state/lock.ts");
    const lock = await takeLock(join(spool, "lock"), milliseconds);
    return "release" in lock ? lock.release : undefined;
  });
  return async (until) => {
    for (const { destination, detail, kept } of await send(until)) {
      const what = `${destination.kind}: ${say(terminal, words[detail] ?? detail, detail)}`;
      terminal.stderr.write(
        kept
          ? `${say(terminal, `结果未能送达（${what}），下次运行再送`, `the result did not arrive (${what}); the next run tries again`)}\n`
          : `${say(terminal, `结果未能送达（${what}），也无法存入 ${spool}，不会再送`, `the result did not arrive (${what}) and could not be kept in ${spool}: nobody will be told`)}\n`,
      );
    }
  };
}

/** What `deliver/` says itself; the rest are codes of the system. */
const words: Readonly<Record<string, string>> = {
  "another run is sending": "另一次运行正在发送",
  "no time is left": "时间已用完",
  "timed out": "超时",
};

function isWanted(on: DeliverySettings["on"], report: RunReport): boolean {
  if (on === "always") return true;
  const problems = report.exitCode !== 0 || report.violations + report.suspects > 0;
  if (on === "problems") return problems;
  // Without an earlier run to compare with, problems are news.
  return report.change === undefined ? problems : report.change.new + report.change.worse + report.change.gone > 0 || !report.complete;
}
