import type { Engine, TextChunk } from "../detect/contract.ts";
import type { Seal } from "../model/placed.ts";

/** Names of directories come again and again; this many are remembered. */
const REMEMBERED = 20_000;
/**
 * Without one of these in it a name holds nothing that would be masked: digits in a row or grouped (a day, `2026-11-26`, is no such group), an
 * address, a word for a password, a plate, the beginning of an account or a key. Looking with all rules takes about 90 µs a name, this nothing.
 */
export const mayIdentify: RegExp = new RegExp(
  [
    "[0-9０-９]{6}",
    "(?:[0-9０-９][ ._·\\-‐-―−\\u00a0\\u00ad\\u200b-\\u200f\\u3000\\ufeff]{0,2}){9}",
    "@",
    "密码|口令|密钥|[Pp]ass[Ww]|PASSW|[Pp]wd|PWD|wxid_",
    "AKIA|gh[opsur]_|glpat-|xox[bp]-|(?<![A-Za-z])sk-|eyJ",
    "\\p{Script=Han}[A-Z][ .·]?[0-9A-Z]{5}",
  ].join("|"),
  "u",
);

/** A name as the engine examines it. */
export function nameChunk(name: string): TextChunk {
  return {
    content: { kind: "utf8", bytes: Buffer.from(name, "utf8"), locate: () => ({ kind: "name" }) },
    flow: "name",
    start: 0,
    roles: ["name"],
  };
}

/** The name that something in a recycle bin had. */
export function recycledChunk(name: string): TextChunk {
  return { ...nameChunk(name), flow: "recycled-name" };
}

/**
 * Masks identifiers inside the names of a path, so that a report does not tell what stands in a file's name. What rules find, at any
 * confidence, is masked as it would be in the text; marks and words stay, since a person must find the file.
 */
export function createPathMasker(engine: Engine, seal: Seal, asOf: string): (path: string) => string {
  const known = new Map<string, string>();
  return (path) => {
    if (!mayIdentify.test(path)) return path;
    return path
      .split(/(!\/|[/\\])/)
      .map((name) => (mayIdentify.test(name) ? masked(name) : name))
      .join("");
  };

  function masked(name: string): string {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (known.size >= REMEMBERED) known.clear();
    const session = engine.open({ name, asOf, seal, subjects: { of: () => "" }, cap: 100, signal: new AbortController().signal });
    session.text(nameChunk(name));
    const bytes = Buffer.from(name, "utf8");
    const pieces: Uint8Array[] = [];
    let at = 0;
    for (const match of session.end().matches) {
      if (match.start < at || match.end <= match.start || match.group !== undefined) continue;
      pieces.push(bytes.subarray(at, match.start), Buffer.from(match.masked, "utf8"));
      at = match.end;
    }
    const result = Buffer.concat([...pieces, bytes.subarray(at)]).toString("utf8");
    known.set(name, result);
    return result;
  }
}
