import type { Entry } from "../../model/entry.ts";
import type { Extracted } from "../../model/chunk.ts";
import type { FailureCode } from "../../model/failure.ts";

/** What a container knows of something it holds. */
export interface Inner {
  /** As it stands in the container; a path of its own is kept. */
  readonly name: string;
  /** Tells it from its siblings of the same name. */
  readonly key: string | number;
  readonly size?: number | undefined;
  readonly modified?: string | undefined;
}

/** The entry of something that `outer` holds, one level deeper. */
export function innerEntry(outer: Entry, inner: Inner): Entry {
  return {
    path: `${outer.path}!/${inner.name}`,
    key: `${outer.key}!${inner.key}`,
    root: outer.root,
    size: inner.size,
    modified: inner.modified,
    stamp: undefined,
    depth: outer.depth + 1,
  };
}

/** A failure of the entry, or of the one at `path` inside it. */
export function told(entry: Entry, code: FailureCode, detail: string, partial: boolean, path: string = entry.path): Extracted {
  return { type: "failure", failure: { stage: "extract", code, path, detail, partial } };
}
