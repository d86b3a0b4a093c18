import { readPrepared } from "../rulepack/prepared.ts";

/** A reader by name, and the version of what it gives. */
export interface FormatVersion {
  readonly id: string;
  readonly version: number;
}

/** All readers, in the registry's order: as the build noted them, so that a scan's own thread need not load them. */
export async function formatVersions(): Promise<readonly FormatVersion[]> {
  const { formats } = readPrepared();
  if (formats !== undefined) return formats;
  const { extractors } = await import("../format/registry.ts");
  return extractors.map(({ id, version }) => ({ id, version }));
}
