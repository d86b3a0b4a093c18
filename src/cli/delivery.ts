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

/** Sends the result. What does not arrive is said, waits for the next run, and changes no exit code. */
export async function sendResult(terminal: Terminal, settings: DeliverySettings, report: RunReport | undefined): Promise<void> {
  const { deliver } = await import("../deliver/deliver.ts");
  const spool = join(defaultStateDirectory(terminal.environment), "spool");
  const wanted = report !== undefined && isWanted(settings.on, report) ? report : undefined;
  for (const { destination, detail } of await deliver(settings.destinations, wanted, spool)) {
    terminal.stderr.write(
      `${say(terminal, `结果未能送达（${destination.kind}：${detail}），下次运行再送`, `the result did not arrive (${destination.kind}: ${detail}); the next run tries again`)}\n`,
    );
  }
}

function isWanted(on: DeliverySettings["on"], report: RunReport): boolean {
  if (on === "always") return true;
  const problems = report.exitCode !== 0 || report.violations + report.suspects > 0;
  if (on === "problems") return problems;
  // Without an earlier run to compare with, problems are news.
  return report.change === undefined ? problems : report.change.new + report.change.gone > 0 || !report.complete;
}
