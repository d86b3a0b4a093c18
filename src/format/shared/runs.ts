import type { ExtractInput, Extracted } from "../../model/chunk.ts";
import { troubleCodes } from "./compressed.ts";
import { innerEntry, told } from "./inner.ts";
import type { Trouble } from "./lzma2.ts";
import { streamSource } from "./zipMember.ts";
import type { MemberDamage } from "./zipMember.ts";

/** A file inside a run of files packed together. */
export interface RunFile {
  readonly name: string;
  /** Offset and bytes in what the run unpacks to. */
  readonly from: number;
  readonly size: number;
  readonly modified?: string | undefined;
}

/** A run being unpacked, once, front to back. */
export interface Run {
  readonly pieces: AsyncGenerator<Uint8Array, void>;
  /** Asked before each piece is used; what comes back ends the archive. */
  allow(length: number): MemberDamage | undefined;
  /** Why the pieces ended early, or should not be trusted. */
  trouble(): { readonly code: Trouble; readonly detail: string } | undefined;
  /** Said when they ended without a reason. */
  readonly cut: string;
}

/** Gives each file of a run as a member. True when a limit was reached: the caller stops. */
export async function* readRuns(input: ExtractInput, files: readonly RunFile[], run: Run): AsyncGenerator<Extracted, boolean> {
  const { entry } = input;
  let rest: Uint8Array = new Uint8Array(0);
  let position = 0;
  let refused: MemberDamage | undefined;
  let said: unknown;
  const next = async (limit: number): Promise<Uint8Array | undefined> => {
    while (rest.length === 0) {
      if (refused !== undefined) return undefined;
      const { done, value } = await run.pieces.next();
      if (done === true) return undefined;
      refused = run.allow(value.length);
      if (refused !== undefined) return undefined;
      rest = value;
    }
    const piece = rest.subarray(0, limit);
    rest = rest.subarray(piece.length);
    position += piece.length;
    return piece;
  };
  for (const file of files.toSorted((a, b) => a.from - b.from)) {
    const path = `${entry.path}!/${file.name}`;
    if (input.signal.aborted) {
      yield told(entry, "interrupted", "interrupted between members", true);
      return true;
    }
    if (file.from < position) {
      yield told(entry, "corrupt", "member shares bytes with another", false, path);
      continue;
    }
    while (position < file.from) if ((await next(file.from - position)) === undefined) break;
    const end = file.from + file.size;
    const take = async (): Promise<Uint8Array | undefined> => (position < end ? next(end - position) : undefined);
    async function* pieces(): AsyncGenerator<Uint8Array, void> {
      for (let piece = await take(); piece !== undefined; piece = await take()) yield piece;
    }
    const first = position === file.from ? await take() : undefined;
    if (first !== undefined) {
      if (!input.budget.take("members", 1)) {
        yield told(entry, "too-large", "limit of members reached", true);
        return true;
      }
      async function* all(begin: Uint8Array): AsyncGenerator<Uint8Array, void> {
        yield begin;
        yield* pieces();
      }
      yield {
        type: "member",
        entry: innerEntry(entry, { name: file.name, key: file.from, size: file.size, modified: file.modified }),
        open: () => Promise.resolve(streamSource(all(first), file.size, () => refused)),
      };
      // What the reader of the member has left must be passed over.
      while ((await take()) !== undefined);
    }
    if (refused !== undefined) {
      yield told(entry, refused.code, refused.detail, true);
      return true;
    }
    const trouble = run.trouble();
    if (position < end) yield told(entry, troubleCodes[trouble?.code ?? "cut"], trouble?.detail ?? run.cut, first !== undefined, path);
    else if (trouble !== undefined && trouble !== said) {
      said = trouble;
      yield told(entry, troubleCodes[trouble.code], trouble.detail, true, path);
    }
  }
  return false;
}
