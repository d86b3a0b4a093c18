import type { ByteSource, Entry } from "./entry.ts";
import type { Failure } from "./failure.ts";

/** Encodings in which text is examined as it lies. `utf16*` is transcoded block by block. */
export type Encoding = "utf8" | "gb18030" | "big5" | "utf16le" | "utf16be";

/** Where a mark stands decides what it means. */
export type Role =
  | "body"
  | "header"
  | "footer"
  | "watermark"
  | "textbox"
  | "footnote"
  | "comment"
  | "deleted"
  | "hidden"
  | "property"
  | "name"
  | "caption"
  | "field"
  | "link"
  | "chart"
  | "form"
  | "bookmark"
  | "code"
  | "ocr";

/** Where a person finds it again. Lines, columns, pages, rows count from 1. */
export type Location =
  | { readonly kind: "line"; readonly line: number; readonly column: number }
  | { readonly kind: "page"; readonly page: number; readonly line?: number }
  | { readonly kind: "slide"; readonly slide: number }
  | { readonly kind: "paragraph"; readonly paragraph: number }
  | { readonly kind: "cell"; readonly sheet: string; readonly row: number; readonly column: number }
  | { readonly kind: "property"; readonly name: string }
  | { readonly kind: "offset"; readonly bytes: number }
  | { readonly kind: "name" | "whole" };

/** A row is a line of the chunk, cells stand between separators. Properties and `key: value` forms are tables of one row. */
export interface Table {
  /** The same for all chunks of one table. */
  readonly id: string;
  readonly title?: string;
  /** Between cells: a tab for document tables, the delimiter of a csv file. A csv cell may be quoted (RFC 4180). */
  readonly separator: string;
  /** Of the chunk's first line, from 1; in a part from its start, like lines. */
  readonly row: number;
  /** The first ≤ 15 rows, in every chunk and part. Which of them name columns is for rules to say, not for formats. */
  readonly head: readonly (readonly string[])[];
}

/** A run of content. Always bytes, since decoding Chinese costs more than scanning it: one engine, not two. */
export interface Chunk {
  /**
   * "utf8": text from a document; `locate` is called for matches only, so it may be slow; `offset` counts bytes from the chunk's start.
   * "range": text as it lies in the file, not read yet, from byte `from`; while the encoding is undecided each one is examined, and equal
   * spans are told once. The engine counts its lines.
   */
  readonly content:
    | { readonly kind: "utf8"; readonly bytes: Uint8Array; locate(offset: number): Location }
    | {
        readonly kind: "range";
        readonly source: ByteSource;
        readonly from: number;
        readonly length: number;
        readonly encodings: readonly [Encoding, ...Encoding[]];
      };
  /** Chunks of one flow read on from each other (`body`, `header2`, `sheet3`): a match may begin in one and end in the next. */
  readonly flow: string;
  /** Offset in the flow; documents are cut between paragraphs or rows, 4–64 KiB. */
  readonly start: number;
  /** From outer to inner: a text box in a header is `["header", "textbox"]`. */
  readonly roles: readonly [Role, ...Role[]];
  /** Where the format knows it; a first-page header stands on page 1. */
  readonly page?: number;
  readonly table?: Table;
}

/** What the extraction of an entry and all that is nested in it may use. */
export type BudgetKind = "inflated" | "members" | "pages" | "cells" | "characters";
export interface Budget {
  /** False when spent: stop, and say `too-large` or `bomb`, partial. */
  take(what: BudgetKind, amount: number): boolean;
  /** So many bytes of other files are read with the entry: the volumes of a set. */
  also?(bytes: number): void;
  /** Inflated ÷ stored above which one stream or one archive is a bomb; absent: 200. */
  readonly ratio?: number;
}

/** Says whether to stop; an `AbortSignal` is one. */
export interface Stop {
  readonly aborted: boolean;
}

/** What an extractor looks at to say whether an entry is its own. */
export interface Probe {
  readonly name: string;
  /** The first 4 KiB. */
  readonly head: Uint8Array;
  /** Names in the zip or OLE2 directory, read once for all extractors; empty for anything else. */
  members(): Promise<ReadonlySet<string>>;
}

export interface ExtractInput {
  readonly entry: Entry;
  readonly bytes: ByteSource;
  /** Absent: all. Each part reads head and tail of the entry itself, so encoding and column names never cross threads. */
  readonly part?: { readonly from: number; readonly to: number };
  readonly budget: Budget;
  readonly passwords: readonly string[];
  /** Looked at between two things that take time. */
  readonly signal: Stop;
  /** A file beside the entry: the `-wal` of a database, the next volume of an archive. Undefined where there is none; absent for members. */
  sibling?(name: string): Promise<ByteSource | undefined>;
  /** A file beside the entry that this run examines too: with it the entry may be read, and then need not be read by itself. */
  partner?(name: string): Promise<ByteSource | undefined>;
}

/** In document order. A container yields members, and the pipeline goes into each at once: it is gone at the next pull. */
export type Extracted =
  | { readonly type: "chunk"; readonly chunk: Chunk }
  | { readonly type: "failure"; readonly failure: Failure }
  | { readonly type: "member"; readonly entry: Entry; open(): Promise<ByteSource> };

/** Turns one format into chunks. */
export interface Extractor {
  readonly id: string;
  readonly title: { readonly zh: string; readonly en: string };
  /** Raised when the output changes: part of the cache key. */
  readonly version: number;
  /** "any": a member that cannot seek is held in memory first, up to the limit. */
  readonly access: "in-order" | "any";
  /** A byte range can be read apart (plain text): large entries are shared out in parts. */
  readonly divisible?: boolean;
  /** Reads an entry of any size piece by piece: the limit on file size does not apply. */
  readonly streaming?: boolean;
  /** By content; the name is a hint, never the proof. */
  accepts(probe: Probe): boolean | Promise<boolean>;
  extract(input: ExtractInput): AsyncIterable<Extracted>;
}
