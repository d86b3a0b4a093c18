import { createReadStream } from "node:fs";

import { Snapshot } from "../judge/snapshot.ts";
import type { ScanEvent } from "../model/event.ts";

/** The schema of json reports that can be read. */
const jsonSchema = 1;

/** Why a file is no result that can be read. The message names no content of it. */
export class ResultError extends Error {
  readonly code: "io" | "not-a-result" | "version" | "damaged";
  /** System error code, version, or line. */
  readonly detail: string;
  constructor(code: ResultError["code"], detail: string) {
    super(`${code} ${detail}`);
    this.name = "ResultError";
    this.code = code;
    this.detail = detail;
  }
}

/**
 * Reads a saved result, `json` or `ndjson`, as the events it was made from, a line at a time. Entries with nothing to say of them are not in
 * it. A torn last line of ndjson is left out, and then no `scan-end` comes: the result is incomplete. Throws a `ResultError` for all else.
 */
export async function* readResult(file: string): AsyncGenerator<ScanEvent> {
  const stream = createReadStream(file, "utf8");
  const failed = new Promise<never>((_resolve, reject) => {
    stream.once("error", (error: NodeJS.ErrnoException) => reject(new ResultError("io", error.code ?? "EIO")));
  });
  failed.catch(() => undefined);
  const { createInterface } = process.getBuiltinModule("node:readline");
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => {
    const result = await Promise.race([lines.next(), failed]);
    return result.done === true ? undefined : result.value;
  };
  try {
    const first = await next();
    if (first === undefined) {
      await Promise.race([failed, new Promise((resolve) => setImmediate(resolve))]);
      throw new ResultError("not-a-result", "");
    }
    const start = first.replace(/^\uFEFF/, "");
    if (start.startsWith('{"schema":')) yield* readJson(start, next);
    else if (start.startsWith('{"type":"scan-start"')) yield* readLines(start, next);
    else throw new ResultError("not-a-result", "");
  } finally {
    stream.destroy();
  }
}

type Next = () => Promise<string | undefined>;

async function* readLines(first: string, next: Next): AsyncGenerator<ScanEvent> {
  let number = 1;
  let line: string | undefined = first;
  while (line !== undefined) {
    const following = await next();
    let event: ScanEvent;
    try {
      event = JSON.parse(line) as ScanEvent;
    } catch {
      // Torn as it was written: what came before it stands.
      if (following === undefined) return;
      throw new ResultError("damaged", String(number));
    }
    if (event.type === "scan-start") checkTool(event.header);
    if (!isWhole(event)) throw new ResultError("damaged", String(number));
    yield event;
    line = following;
    number++;
  }
}

/** What comparisons and reports reach into; a file someone edited is refused with its line instead of failing somewhere later. */
const needed: Readonly<Record<ScanEvent["type"], readonly (readonly [way: string, type: "string" | "number" | "object" | "list"])[]>> = {
  "scan-start": [
    ["header.host", "string"],
    ["header.started", "string"],
    ["header.zone", "string"],
    ["header.keyId", "string"],
    ["header.policyDigest", "string"],
    ["header.roots", "list"],
    ["header.packs", "list"],
    ["header.rules", "list"],
    ["header.disabledRules", "list"],
    ["header.formats", "list"],
    ["header.options", "object"],
  ],
  finding: [
    ["finding.fingerprint", "string"],
    ["finding.ruleId", "string"],
    ["finding.path", "string"],
    ["finding.masked", "string"],
    ["finding.excerpt", "string"],
    ["finding.valueKey", "string"],
    ["finding.location", "object"],
    ["finding.judgement.references", "list"],
    ["finding.evidence", "list"],
    ["finding.roles", "list"],
  ],
  failure: [
    ["failure.path", "string"],
    ["failure.code", "string"],
    ["failure.stage", "string"],
    ["failure.detail", "string"],
  ],
  excluded: [
    ["path", "string"],
    ["by", "string"],
  ],
  "entry-end": [
    ["path", "string"],
    ["coverage", "string"],
    ["counts", "list"],
  ],
  comparison: [
    ["comparison.counts", "object"],
    ["comparison.absences", "object"],
    ["comparison.items", "list"],
    ["comparison.putRight", "list"],
  ],
  "scan-end": [
    ["summary.ended", "string"],
    ["summary.ledger.entries", "number"],
    ["summary.ledger.seen", "number"],
    ["summary.verdicts", "object"],
    ["summary.severities", "object"],
    ["summary.effects", "object"],
    ["summary.failures", "object"],
    ["summary.formats", "object"],
  ],
};

function isWhole(event: ScanEvent): boolean {
  // The type comes from a file too.
  const wanted = Object.hasOwn(needed, event.type) ? needed[event.type] : undefined;
  return (
    wanted?.every(([way, type]) => {
      let value: unknown = event;
      for (const step of way.split("."))
        value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[step] : undefined;
      return type === "list" ? Array.isArray(value) : typeof value === type && value !== null;
    }) === true
  );
}

function checkTool(header: unknown): void {
  const tool = typeof header === "object" && header !== null && "tool" in header ? header.tool : undefined;
  if (typeof tool !== "object" || tool === null || !("name" in tool) || tool.name !== "zicha") throw new ResultError("not-a-result", "");
}

const versions = /^\{"schema":(\d+),/;
const members = /^"(tool|scan|summary|comparison)":(.*)$/;
const lists = /^"(findings|counts|failures|excluded|entries)":\[(.*)$/;

/** The json report has one member or list item a line; a file laid out anew is not read, since it may be larger than memory. */
async function* readJson(first: string, next: Next): AsyncGenerator<ScanEvent> {
  const version = versions.exec(first)?.[1];
  if (version !== String(jsonSchema)) throw new ResultError("version", version ?? "?");
  let tool: unknown;
  let list = "";
  let ended = false;
  let number = 1;
  for (let line: string | undefined = first.replace(versions, ""); line !== undefined; line = await next(), number++) {
    let rest = line;
    const started = lists.exec(line);
    if (started !== null) {
      list = started[1] ?? "";
      rest = started[2] ?? "";
    }
    if (rest === "" || rest === "]," || rest === "]") continue;
    try {
      const member = members.exec(rest);
      if (member === null) {
        if (list === "") throw new ResultError("damaged", String(number));
        const event = eventOf(list, JSON.parse(rest.replace(/\]?,?$/, "")) as never);
        if (event === undefined) continue;
        if (!isWhole(event)) throw new ResultError("damaged", String(number));
        yield event;
        continue;
      }
      const [, name, text = ""] = member;
      if (name === "summary") {
        const end: ScanEvent = { type: "scan-end", summary: JSON.parse(text.replace(/\}$/, "")) as never };
        if (!isWhole(end)) throw new ResultError("damaged", String(number));
        yield end;
        ended = true;
        continue;
      }
      const value = JSON.parse(text.replace(/,$/, "")) as unknown;
      if (name === "tool") tool = value;
      else if (name === "scan") {
        const header = { tool, ...(value as object) };
        checkTool(header);
        const start: ScanEvent = { type: "scan-start", header: header as never };
        if (!isWhole(start)) throw new ResultError("damaged", String(number));
        yield start;
      } else yield { type: "comparison", comparison: value as never };
    } catch (error) {
      if (error instanceof ResultError) throw error;
      throw new ResultError("damaged", String(number));
    }
  }
  if (!ended) throw new ResultError("damaged", String(number));
}

function eventOf(list: string, value: never): ScanEvent | undefined {
  switch (list) {
    case "findings":
      return { type: "finding", finding: value };
    case "failures":
      return { type: "failure", failure: value };
    case "excluded":
      return { type: "excluded", ...(value as { path: string; by: string }) };
    case "entries":
      return { type: "entry-end", ...(value as Omit<Extract<ScanEvent, { type: "entry-end" }>, "type">) };
    default:
      // Counts stand with their entries.
      return undefined;
  }
}

/** All of a result that comparisons and baselines need. */
export async function snapshotOf(file: string): Promise<Snapshot> {
  const snapshot = new Snapshot();
  for await (const event of readResult(file)) snapshot.note(event);
  return snapshot;
}
