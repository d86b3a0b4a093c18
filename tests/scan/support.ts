import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import type { ScanEvent } from "../../src/model/event.ts";
import type { ScanRequest } from "../../src/model/request.ts";
import { scan } from "../../src/scan/main.ts";
import { resolveRequest } from "../../src/scan/request.ts";
import type { RequestInput } from "../../src/scan/request.ts";

/** A scratch directory with these files. */
export function tree(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = mkdtempSync(join(tmpdir(), "zicha-scan-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** All events of a scan of `root`, each shown to `seen` as it comes; throws for a request that has problems. */
export async function eventsOf(
  root: string,
  change: Partial<RequestInput> = {},
  signal: AbortSignal = new AbortController().signal,
  seen: (event: ScanEvent) => void = () => undefined,
): Promise<ScanEvent[]> {
  const events: ScanEvent[] = [];
  for await (const event of scan(await requestOf(root, change), signal)) {
    events.push(event);
    seen(event);
  }
  return events;
}

/** A request to scan `root`; throws where it has problems. */
export async function requestOf(root: string, change: Partial<RequestInput> = {}): Promise<ScanRequest> {
  const resolved = await resolveRequest({
    targets: [root],
    directory: tmpdir(),
    keyFile: join(mkdtempSync(join(tmpdir(), "zicha-key-")), "key"),
    createKey: true,
    ...change,
  });
  if ("problems" in resolved) throw new Error(JSON.stringify(resolved.problems));
  return resolved.request;
}

/** The summary at the end. */
export function summaryOf(events: readonly ScanEvent[]): Extract<ScanEvent, { type: "scan-end" }>["summary"] {
  const last = events.at(-1);
  if (last?.type !== "scan-end") throw new Error("the scan has no end");
  return last.summary;
}
