import type { Examination, SealedMatch } from "../model/finding.ts";
import type { KeyedHash } from "../util/hash.ts";

/** The rule that says what it is, and can be switched off. */
export const leftBehindRule = "advisory/left-behind";

/** Formats of office documents. */
const office: ReadonlySet<string> = new Set([
  "doc",
  "docx",
  "xls",
  "xlsb",
  "xlsx",
  "ppt",
  "pptx",
  "pdf",
  "ofd",
  "odf",
  "rtf",
  "msg",
  "eml",
]);

const DAY = 86_400_000;

/** A match that says by how many days an office document is older than `days`; undefined for anything else, and for what is nested in others. */
export function leftBehind(examination: Examination, days: number, now: number, hash: KeyedHash): SealedMatch | undefined {
  const { entry, format } = examination;
  if (entry.depth > 0 || entry.modified === undefined || format === undefined || !office.has(format)) return undefined;
  const age = Math.floor((now - Date.parse(entry.modified)) / DAY);
  if (!(age > days)) return undefined;
  return {
    ruleId: leftBehindRule,
    infoType: "LEFT_BEHIND",
    severity: "info",
    confidence: "high",
    evidence: [{ by: "pattern", name: "age", effect: "states" }],
    flow: "",
    start: 0,
    end: 0,
    location: { kind: "whole" },
    roles: [],
    valueKey: hash("value", "LEFT_BEHIND", ""),
    masked: `${entry.modified.slice(0, 10)}`,
    excerpt: `${entry.modified.slice(0, 10)} (${age})`,
    sample: false,
  };
}
