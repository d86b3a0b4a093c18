import { type Finding, resolveRequest, scan } from "../dist/index.js";

/** What a scan of some targets gave, by the first directory below the root. */
export interface Scanned {
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
  /** Exact counts of what was found, with what was not stored: `rule confidence` by directory. */
  readonly bytes: number;
  readonly files: number;
  readonly failures: readonly string[];
  readonly milliseconds: number;
}

/** Scans with the built program, every finding kept. `unitOf` says from a path to which unit it belongs. */
export async function scanAll(
  targets: readonly string[],
  keyFile: string,
  unitOf: (path: string) => string,
  include: readonly string[] = [],
): Promise<Scanned> {
  const resolved = await resolveRequest({
    targets,
    directory: process.cwd(),
    zone: "internet",
    keyFile,
    createKey: true,
    include,
    limits: { findingsPerEntry: 1_000_000 },
  });
  if ("problems" in resolved) throw new Error(resolved.problems.map(({ file, detail }) => `${file ?? ""} ${detail}`).join("\n"));
  const findings = new Map<string, Finding[]>();
  const failures: string[] = [];
  const begun = performance.now();
  let bytes = 0;
  let files = 0;
  for await (const event of scan(resolved.request, new AbortController().signal)) {
    if (event.type === "finding") {
      const unit = unitOf(event.finding.path);
      const held = findings.get(unit) ?? [];
      held.push(event.finding);
      findings.set(unit, held);
    } else if (event.type === "failure") failures.push(`${event.failure.code} ${event.failure.path}`);
    else if (event.type === "scan-end") {
      ({ bytes, entries: files } = event.summary.ledger);
      if (!event.summary.complete) throw new Error("the scan did not end");
    }
  }
  return { findings, bytes, files, failures, milliseconds: performance.now() - begun };
}
