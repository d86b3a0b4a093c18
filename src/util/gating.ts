/** A finding as far as it counts. */
interface Counting {
  readonly fingerprint: string;
  readonly effect: "violation" | "suspect" | "recorded";
}

/** How a finding that counts is remembered from run to run: its fingerprint, with `!` where it is a violation. */
export function gatingKey({ fingerprint, effect }: Counting): string {
  return effect === "violation" ? `${fingerprint}!` : fingerprint;
}

/** What a finding is beside what counted last time: a violation that was suspected then is worse. */
export function changeSince(finding: Counting, known: ReadonlySet<string>): "known" | "worse" | "new" {
  const { fingerprint, effect } = finding;
  if (known.has(`${fingerprint}!`)) return "known";
  if (!known.has(fingerprint)) return "new";
  return effect === "violation" ? "worse" : "known";
}

/** The fingerprint in a key. */
export function fingerprintOf(key: string): string {
  return key.endsWith("!") ? key.slice(0, -1) : key;
}
