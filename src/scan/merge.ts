import type { Ledger, ResultPart, ScanEvent, ScanHeader, ScanSummary } from "../model/event.ts";

/** A result to put together with others: its events from the start, as `readResult` gives them. */
export type ResultEvents = AsyncIterable<ScanEvent>;

/**
 * Puts several results together as one: paths get the number and host of their result before them, counts are summed. One result stays as it
 * is. People are not told apart across results, so their number is the sum. A result that has no end makes the whole incomplete.
 */
export async function* mergeResults(results: readonly ResultEvents[]): AsyncGenerator<ScanEvent> {
  const [only] = results;
  if (only !== undefined && results.length === 1) {
    yield* only;
    return;
  }
  const streams = results.map((events) => events[Symbol.asyncIterator]());
  const headers: ScanHeader[] = [];
  for (const stream of streams) {
    const first = await stream.next();
    if (first.done === true || first.value.type !== "scan-start") throw new Error("a result begins with its header");
    headers.push(first.value.header);
  }
  yield { type: "scan-start", header: mergeHeaders(headers) };
  const summaries: (ScanSummary | undefined)[] = [];
  for (const [index, stream] of streams.entries()) {
    const prefix = prefixOf(index, headers[index]);
    let summary: ScanSummary | undefined;
    for (let next = await stream.next(); next.done !== true; next = await stream.next()) {
      const event = next.value;
      if (event.type === "scan-end") ({ summary } = event);
      else if (event.type !== "comparison" && event.type !== "scan-start") yield withPrefix(event, prefix);
    }
    summaries.push(summary);
  }
  yield { type: "scan-end", summary: mergeSummaries(headers, summaries) };
}

/** `[2 pc-0421] ` */
function prefixOf(index: number, header: ScanHeader | undefined): string {
  return `[${index + 1} ${header?.host ?? ""}] `;
}

function withPrefix(event: Exclude<ScanEvent, { type: "scan-start" | "comparison" | "scan-end" }>, prefix: string): ScanEvent {
  switch (event.type) {
    case "finding":
      return { ...event, finding: { ...event.finding, path: prefix + event.finding.path } };
    case "failure":
      return { ...event, failure: { ...event.failure, path: prefix + event.failure.path } };
    case "excluded":
    case "entry-end":
      return { ...event, path: prefix + event.path };
  }
}

function mergeHeaders(headers: readonly ScanHeader[]): ScanHeader {
  const [first] = headers;
  if (first === undefined) throw new Error("no result");
  const once = (texts: readonly string[]): string => [...new Set(texts)].join("、");
  const byKey = <Item>(items: readonly Item[], key: (item: Item) => string): readonly Item[] => [
    ...new Map(items.map((item) => [key(item), item])).values(),
  ];
  return {
    ...first,
    host: once(headers.map(({ host }) => host)),
    started: headers.map(({ started }) => started).toSorted()[0] ?? first.started,
    roots: headers.flatMap((header, index) => header.roots.map((root) => ({ ...root, path: prefixOf(index, header) + root.path }))),
    zoneGiven: headers.every(({ zoneGiven }) => zoneGiven),
    packs: byKey(
      headers.flatMap(({ packs }) => packs),
      ({ id, digest }) => `${id} ${digest}`,
    ),
    policyDigest: once(headers.map(({ policyDigest }) => policyDigest)),
    // A rule that was off in one of them was not looked for everywhere.
    disabledRules: [...new Set(headers.flatMap(({ disabledRules }) => disabledRules))],
    rules: byKey(
      headers.flatMap(({ rules }) => rules),
      ({ id }) => id,
    ),
    keyId: once(headers.map(({ keyId }) => keyId)),
    showValues: headers.some(({ showValues }) => showValues),
    fields: Object.assign({}, ...headers.toReversed().map(({ fields }) => fields ?? {})) as Readonly<Record<string, string>>,
  };
}

const noLedger: Ledger = { entries: 0, full: 0, partial: 0, none: 0, textless: 0, excluded: 0, unwalked: 0, bytes: 0, seen: 0 };

function mergeSummaries(headers: readonly ScanHeader[], summaries: readonly (ScanSummary | undefined)[]): ScanSummary {
  const known = summaries.filter((summary) => summary !== undefined);
  const add = <Name extends string>(records: readonly Readonly<Partial<Record<Name, number>>>[]): Record<Name, number> => {
    const total: Partial<Record<Name, number>> = {};
    for (const record of records) {
      for (const [name, number] of Object.entries(record) as [Name, number][]) total[name] = (total[name] ?? 0) + number;
    }
    return total as Record<Name, number>;
  };
  const byFormat: Record<string, Record<"full" | "partial" | "none" | "textless", number>> = {};
  for (const summary of known) {
    for (const [format, counts] of Object.entries(summary.byFormat ?? {})) {
      byFormat[format] = add([byFormat[format] ?? { full: 0, partial: 0, none: 0, textless: 0 }, counts]);
    }
  }
  const noVerdicts = { violation: 0, suspect: 0, clean: 0, "not-examined": 0, textless: 0 };
  return {
    complete: known.length === summaries.length && known.every(({ complete }) => complete),
    ended:
      known
        .map(({ ended }) => ended)
        .toSorted()
        .at(-1) ?? "",
    elapsedMs: known.reduce((total, { elapsedMs }) => total + elapsedMs, 0),
    ledger: add([noLedger as unknown as Readonly<Record<keyof Ledger, number>>, ...known.map(({ ledger }) => ledger)]),
    verdicts: add([noVerdicts, ...known.map(({ verdicts }) => verdicts)]),
    findings: known.reduce((total, { findings }) => total + findings, 0),
    effects: add([{ violation: 0, suspect: 0, recorded: 0 }, ...known.map(({ effects }) => effects)]),
    severities: add([{ critical: 0, high: 0, medium: 0, low: 0, info: 0 }, ...known.map(({ severities }) => severities)]),
    failures: add(known.map(({ failures }) => failures)),
    subjects: known.reduce((total, { subjects }) => total + subjects, 0),
    formats: add(known.map(({ formats }) => formats)),
    byFormat,
    stateSecret: known.some(({ stateSecret }) => stateSecret),
    parts: headers.map((header, index): ResultPart => ({
      host: header.host,
      started: header.started,
      ended: summaries[index]?.ended ?? "",
      complete: summaries[index]?.complete === true,
      roots: header.roots,
      ledger: summaries[index]?.ledger ?? noLedger,
      verdicts: summaries[index]?.verdicts ?? noVerdicts,
    })),
  };
}
