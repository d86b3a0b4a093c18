import { readFileSync } from "node:fs";

import { createKernel } from "../detect/kernel/create.ts";
import { isNetwork, isPseudo, readMounts } from "../source/shared/mounts.ts";
import { packaged } from "../util/home.ts";
import { showBytes } from "../util/path.ts";
import { loadedRules } from "./request.ts";
import { openDatabase } from "./state/database.ts";

/** What optional packages read; without them these are told as not examined. */
const reads: Readonly<Record<string, string>> = {
  "libarchive-wasm": "7z, rar, cab, iso",
  "mdb-reader": "mdb, accdb",
  "pst-extractor": "pst, ost",
};

/** What this host has for a check, and what keeps it from being whole. */
export interface HostState {
  readonly node: { readonly version: string; readonly supported: boolean };
  /** The kernel that scans here: `wasm`, or `ts` where there is no WebAssembly SIMD. */
  readonly kernel: string;
  /** Optional packages; what they read, and whether they are installed. */
  readonly packages: readonly { readonly name: string; readonly reads: string; readonly found: boolean }[];
  readonly database: boolean;
  /** Root, or a system that has no such user. */
  readonly privileged: boolean;
  readonly rules: { readonly count: number; readonly problems: number };
  /** Mounts that a check of the whole host does not enter. */
  readonly leftOut: readonly { readonly path: string; readonly type: string; readonly why: string }[];
}

/** Looks at this host; opens nothing that would be examined. */
export async function examineHost(): Promise<HostState> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const { optionalDependencies = {} } = JSON.parse(readFileSync(packaged("package.json"), "utf8")) as {
    optionalDependencies?: Record<string, string>;
  };
  const { rules, problems } = await loadedRules([], []);
  const database = await openDatabase(":memory:");
  database?.close();
  return {
    node: { version: process.version, supported: (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22 },
    kernel: createKernel("wasm", { literals: ["zicha"], digits: undefined }).id,
    packages: Object.entries(reads)
      .filter(([name]) => name in optionalDependencies)
      .map(([name, what]) => ({ name, reads: what, found: isInstalled(name) })),
    database: database !== undefined,
    privileged: process.getuid === undefined || process.getuid() === 0,
    rules: { count: rules.length, problems: problems.length },
    leftOut: readMounts("/")
      .filter((mount) => isNetwork(mount) && !isPseudo(mount))
      .map((mount) => ({ path: showBytes(mount.point), type: mount.type, why: "network" })),
  };
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}
