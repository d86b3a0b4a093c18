import { expect } from "vitest";
import type { Budget, BudgetKind, Chunk, Extracted, Extractor, ExtractInput } from "../../src/model/chunk.ts";
import type { ByteSource, Entry } from "../../src/model/entry.ts";
import { FailureError } from "../../src/model/failure.ts";

/** What an extractor gave for some bytes, members read whole. */
export interface Result {
  readonly chunks: readonly Chunk[];
  /** `flow [roles]: text` of each chunk that holds text. */
  readonly texts: readonly string[];
  /** `code path partial`. */
  readonly failures: readonly string[];
  readonly members: Readonly<Record<string, string>>;
  readonly memberBytes: Readonly<Record<string, Uint8Array>>;
}

export function entryOf(path: string, size: number | undefined): Entry {
  return { path, key: path, root: 0, size, modified: undefined, stamp: undefined, depth: 0 };
}

export function limitedBudget(limits: Partial<Record<BudgetKind, number>> = {}): Budget {
  const left: Partial<Record<BudgetKind, number>> = { ...limits };
  return {
    take(what, amount): boolean {
      const rest = left[what];
      if (rest === undefined) return true;
      left[what] = rest - amount;
      return rest >= amount;
    },
  };
}

export async function readAll(source: ByteSource, step: number = 64 * 1024): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let at = 0; ;) {
    const into = new Uint8Array(step);
    const count = await source.read(into, at);
    pieces.push(into.subarray(0, count));
    at += count;
    if (count < step) break;
  }
  return Buffer.concat(pieces);
}

export async function run(
  extractor: Extractor,
  source: ByteSource,
  options: Partial<Pick<ExtractInput, "budget" | "passwords" | "signal">> & { path?: string } = {},
): Promise<Result> {
  const path = options.path ?? "file";
  const chunks: Chunk[] = [];
  const texts: string[] = [];
  const failures: string[] = [];
  const members: Record<string, string> = {};
  const memberBytes: Record<string, Uint8Array> = {};
  const items: AsyncIterable<Extracted> = extractor.extract({
    entry: entryOf(path, source.size),
    bytes: source,
    budget: options.budget ?? limitedBudget(),
    passwords: options.passwords ?? [],
    signal: options.signal ?? new AbortController().signal,
  });
  for await (const item of items) {
    if (item.type === "failure") failures.push(`${item.failure.code} ${item.failure.path} ${item.failure.partial ? "partial" : "whole"}`);
    else if (item.type === "chunk") {
      const { chunk } = item;
      chunks.push(chunk);
      if (chunk.content.kind === "utf8") {
        texts.push(`${chunk.flow} [${chunk.roles.join(" ")}]: ${Buffer.from(chunk.content.bytes).toString("utf8")}`);
      }
    } else {
      const name = item.entry.path.slice(path.length + 2);
      try {
        const opened = await item.open();
        memberBytes[name] = await readAll(opened);
        members[name] = Buffer.from(memberBytes[name]).toString("utf8");
        await opened.close();
      } catch (error) {
        if (!(error instanceof FailureError)) throw error;
        members[name] = `!${error.code}`;
      }
    }
  }
  return { chunks, texts, failures, members, memberBytes };
}

/** Every chunk is valid UTF-8, and the chunks of each flow follow on each other. */
export function checkChunks(result: Result): void {
  const ends = new Map<string, number>();
  for (const chunk of result.chunks) {
    if (chunk.content.kind !== "utf8") continue;
    const { bytes } = chunk.content;
    expect(Buffer.from(Buffer.from(bytes).toString("utf8"), "utf8").equals(Buffer.from(bytes))).toBe(true);
    expect([chunk.flow, chunk.start]).toEqual([chunk.flow, ends.get(chunk.flow) ?? 0]);
    ends.set(chunk.flow, chunk.start + bytes.length);
  }
}
