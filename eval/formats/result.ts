/** A text that was not found, or not where it stands. */
export interface Miss {
  readonly format: string;
  readonly file: string;
  readonly text: string;
  readonly role: string | undefined;
  readonly place: string | undefined;
  /** Where the text was found instead; empty where it was not. */
  readonly elsewhere: string;
  /** Codes of what the reader said it could not read. */
  readonly failures: readonly string[];
}

/** What was found of one format. */
export interface FormatResult {
  readonly format: string;
  readonly files: number;
  readonly strings: number;
  readonly found: number;
  /** How many of the texts other programs give at all, whatever role and place, by their names. */
  readonly peers: Readonly<Record<string, number>>;
}

/** What a run found of a set: `fixtures` or `corpus`. */
export interface SetResult {
  readonly set: string;
  readonly formats: readonly FormatResult[];
  readonly missing: readonly Miss[];
}

/** All formats in one. */
export function total({ formats }: SetResult): { readonly files: number; readonly strings: number; readonly found: number } {
  const sum = (key: "files" | "strings" | "found"): number => formats.reduce((all, one) => all + one[key], 0);
  return { files: sum("files"), strings: sum("strings"), found: sum("found") };
}

/** A result as lines for a person, what is missing below. */
export function tableOf(result: SetResult): string {
  const all = total(result);
  const rows = [...result.formats, { format: "total", ...all, peers: {} }].map(
    ({ format, files, strings, found, peers }) =>
      `${format.padEnd(14)}${String(files).padStart(6)}${String(strings).padStart(9)}${String(found).padStart(7)}${String(strings - found).padStart(9)}${percent(found, strings).padStart(9)}` +
      Object.entries(peers)
        .map(([name, count]) => `  ${name} ${percent(count, strings)}`)
        .join(""),
  );
  const misses = result.missing.map(
    ({ file, text, role, place, elsewhere, failures }) =>
      `missing: ${file}: ${JSON.stringify(text)} ${[role, place].filter((one) => one !== undefined).join(" ")}` +
      `${elsewhere === "" ? "" : ` (is in: ${elsewhere})`}${failures.length === 0 ? "" : ` (${[...new Set(failures)].join(", ")})`}`,
  );
  return [`${result.set.padEnd(14)} files  strings  found  missing   recall`, ...rows, ...misses].join("\n");
}

/** With one decimal, cut and not rounded: 100.0 % means all. */
export function percent(found: number, strings: number): string {
  return `${(Math.floor((found / strings) * 1000) / 10).toFixed(1)} %`;
}
