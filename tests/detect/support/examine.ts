import type { Engine, Look, SessionOptions, SessionResult } from "../../../src/detect/contract.ts";
import { ruleKinds } from "../../../src/detect/kind/registry.ts";
import { columnLexicon } from "../../../src/detect/table.ts";
import type { Encoding, Table } from "../../../src/model/chunk.ts";
import type { Matcher } from "../../../src/model/rule.ts";
import { compile, loadPacks } from "../../../src/rulepack/load.ts";
import { memorySource } from "../../../src/scan/examine.ts";
import { RULES } from "../../rules/support/examine.ts";

/** The shipped rules. */
export async function shipped(): Promise<{ readonly matchers: readonly Matcher[]; readonly lexicon: ReturnType<typeof columnLexicon> }> {
  const { matchers, tables } = compile(await loadPacks([RULES], { disabled: [] }), ruleKinds);
  return { matchers, lexicon: columnLexicon(tables.json("headers")) };
}

/** One line for each match of a text as it lies: rule, confidence, place, value, and all evidence. */
export async function found(engine: Engine, bytes: Uint8Array, encoding: Encoding, table?: Table): Promise<readonly string[]> {
  return (await examined(engine, bytes, encoding, table)).lines;
}

/** The same with all that the engine counts; `cap` matches of a rule and confidence are kept. */
export async function examined(
  engine: Engine,
  bytes: Uint8Array,
  encoding: Encoding,
  table?: Table,
  cap = 1_000_000,
  look?: Look,
): Promise<{ readonly lines: readonly string[]; readonly result: SessionResult }> {
  const lines: string[] = [];
  const session = engine.open(optionsOf(cap, lines));
  await session.chunk(
    {
      content: { kind: "range", source: memorySource(bytes), from: 0, length: Number.MAX_SAFE_INTEGER, encodings: [encoding] },
      flow: "body",
      start: 0,
      roles: ["body"],
      ...(table === undefined ? {} : { table }),
    },
    look,
  );
  const result = session.end();
  return { lines: lines.toSorted(), result };
}

/** How texts are looked at here; a line for each match that is sealed goes to `lines`. */
export function optionsOf(cap: number, lines: string[]): SessionOptions {
  return {
    name: "x.txt",
    asOf: "2026-06-01T00:00:00.000Z",
    cap,
    signal: new AbortController().signal,
    subjects: { of: (infoType, value) => `${infoType}:${value}` },
    seal(placed) {
      const { rule, match, confidence, severity, evidence, flow, start, end, roles, location, cell, subject, beaten } = placed;
      const names = evidence.map(({ by, name }) => `${by}:${name}`).toSorted();
      const place = location.kind === "line" ? `${location.line}:${location.column}` : location.kind;
      lines.push([rule.id, confidence, `${start}-${end}`, place, match.value, subject?.value ?? "", names.join(" ")].join(" | "));
      return {
        ruleId: rule.id,
        infoType: rule.infoType,
        severity,
        confidence,
        evidence,
        flow,
        start,
        end,
        location,
        roles,
        ...(cell === undefined ? {} : { cell: { table: cell.table, row: cell.row, column: cell.column } }),
        valueKey: match.value,
        ...(subject === undefined ? {} : { subjectKey: subject.value }),
        ...(beaten === undefined || beaten.length === 0 ? {} : { beaten }),
        masked: "",
        excerpt: "",
        sample: evidence.some(({ by }) => by === "allowlist"),
      };
    },
  };
}
