import type { ScanEvent } from "./event.ts";

/** Where a report goes. `write` is awaited, so a slow disk slows the scan instead of filling memory. */
export interface Writer {
  write(text: string | Uint8Array): void | Promise<void>;
}

export interface ReportOptions {
  readonly locale: "zh" | "en";
  readonly color: boolean;
  /** Columns of the terminal; undefined in a pipe. */
  readonly width: number | undefined;
  readonly verbosity: "quiet" | "normal" | "verbose";
  /** For a terminal: the evidence for and against each finding, a line each. */
  readonly explain?: boolean;
  /** Name entries with neither finding nor failure too, where the format lists entries; never of a personal device. */
  readonly listExamined?: boolean;
  /** Where other reports of this run lie, for "see the report": format id and path. */
  readonly others: readonly { readonly format: string; readonly path: string }[];
}

export interface OpenReport {
  on(event: ScanEvent): void | Promise<void>;
  /** Also comes after an interrupt: the report is well-formed then too. */
  close(): void | Promise<void>;
}

/** Writes one report from events, and from nothing else. */
export interface Reporter {
  readonly id: string;
  readonly title: { readonly zh: string; readonly en: string };
  /** Usual file name extension, without the dot. */
  readonly extension: string;
  open(out: Writer, options: ReportOptions): OpenReport;
}
