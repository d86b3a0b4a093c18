import { existsSync, realpathSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";

import type { Place } from "../model/event.ts";
import { say, UsageError } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Where a run reads and where it writes. */
export interface Ways {
  readonly zone: string;
  readonly roots: readonly string[];
  readonly reports: readonly { readonly path: string | undefined }[];
  /** Directory made for the reports. */
  readonly directory?: string;
  /** Said where the host itself is examined and nobody named a path. */
  readonly places?: readonly Place[] | undefined;
}

/**
 * Reports lie outside what is examined: they are sensitive, and a checked medium is not written to. A report file that is named may lie in a
 * repository or on a host that is scanned, as pipelines do it, but never on a medium or on a person's own device. A host that is examined whole
 * has no place outside: there the reports lie where they were made, and are left out as this run's own. Throws a `UsageError`.
 */
export function checkOutside(terminal: Pick<Terminal, "locale">, { zone, roots, reports, directory, places }: Ways): void {
  if (zone.startsWith("removable") || zone === "personal") {
    for (const { path } of reports) {
      if (path === undefined || !roots.some((root) => inside(nearestReal(path), realOf(root)))) continue;
      throw new UsageError(
        say(
          terminal,
          `报告位于被检介质或设备的范围之内：${path}（另指位置，或加 --force-out）`,
          `the report lies inside an examined medium or device: ${path} (name another place, or give --force-out)`,
        ),
      );
    }
  }
  if (directory === undefined || places !== undefined) return;
  const real = nearestReal(directory);
  if (!roots.some((one) => inside(real, realOf(one)))) return;
  throw new UsageError(
    say(
      terminal,
      `报告目录位于被检范围之内：${directory}（用 --out 另指，或加 --force-out）`,
      `the report directory lies inside an examined root: ${directory} (name another with --out, or give --force-out)`,
    ),
  );
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The real path of a directory that may not exist yet. */
function nearestReal(path: string): string {
  if (existsSync(path)) return realOf(path);
  const parent = dirname(path);
  return parent === path ? path : resolve(nearestReal(parent), path.slice(parent.length).replace(/^[/\\]+/, ""));
}

function inside(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}
