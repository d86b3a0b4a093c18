import type { ByteSource } from "../model/entry.ts";
import type { SealedMatch } from "../model/finding.ts";

/** Bytes of a text that is searched for allowances: what people write and review is smaller. */
const LARGEST = 16 * 1024 * 1024;
/** Characters of a reason that reports show. */
const REASON = 200;

const marker = "zicha:allow";
/** Rule and reason; a reason ends with its line or where the next allowance of the line begins. */
const said = /zicha:allow[ \t]+([\w.-]+\/[\w.-]+)[ \t]+(.+?)(?=[ \t]*(?:zicha:allow|$))/g;
/** What closes a comment belongs to no reason. */
const closing = /(?:\s|-->|\*\/|\*\)|[#%-]\}|\?>)+$/;

/**
 * Notes on matches that their own line of text allows them: `zicha:allow RULE REASON`, the reason as `allowed`. Whether it counts is judged
 * later. A finding that takes several together is allowed only where all of them stand in that line. `mask` makes of a reason what reports may
 * show: it is text of the file.
 */
export async function noteAllowances(
  matches: readonly SealedMatch[],
  open: () => Promise<ByteSource>,
  mask: (text: string) => string,
): Promise<readonly SealedMatch[]> {
  if (!matches.some(({ location }) => location.kind === "line")) return matches;
  const lines = await markedLines(open);
  if (lines.size === 0) return matches;
  return matches.map((match) => {
    const line = lineOf(match);
    const text = line === undefined ? undefined : lines.get(line);
    const reason = text === undefined ? undefined : reasonFor(text, match.ruleId);
    return reason === undefined ? match : { ...match, allowed: mask(reason) };
  });
}

/** The line that holds the whole of a match; undefined where there is none. */
function lineOf({ location, group }: SealedMatch): number | undefined {
  if (location.kind !== "line") return undefined;
  const { line } = location;
  const inLine = (part: { readonly matches: number; readonly first?: { readonly location: SealedMatch["location"] } }): boolean =>
    part.matches === 1 && part.first?.location.kind === "line" && part.first.location.line === line;
  if (group !== undefined && (group.rows !== undefined || !group.parts.every(inLine))) return undefined;
  return line;
}

/** Why the line allows the rule; undefined where it does not, or gives no reason. */
function reasonFor(line: string, ruleId: string): string | undefined {
  for (const [, rule, rest = ""] of line.matchAll(said)) {
    const reason = rest.replace(closing, "").slice(0, REASON);
    if (rule === ruleId && /[\p{L}\p{N}]/u.test(reason)) return reason;
  }
  return undefined;
}

/** Lines with an allowance, by number, counted as the engine counts them. What cannot be read, is large or UTF-16 has none. */
async function markedLines(open: () => Promise<ByteSource>): Promise<ReadonlyMap<number, string>> {
  const lines = new Map<number, string>();
  let source: ByteSource | undefined;
  try {
    source = await open();
    if (source.size === undefined || source.size > LARGEST) return lines;
    const bytes = Buffer.alloc(source.size);
    const filled = bytes.subarray(0, await source.read(bytes, 0));
    if (!filled.includes(marker)) return lines;
    // No byte of a Chinese character in GB18030, Big5 or UTF-8 is a line end.
    for (const [index, line] of filled
      .toString("latin1")
      .split(/\r\n|\n|\r/)
      .entries()) {
      if (line.includes(marker)) lines.set(index + 1, decoded(Buffer.from(line, "latin1")));
    }
  } catch {
    // Told as a failure where the entry itself is read.
  } finally {
    await source?.close().catch(() => undefined);
  }
  return lines;
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}
