/** A finding as far as it counts. */
interface Counting {
  readonly fingerprint: string;
  readonly effect: "violation" | "suspect" | "recorded";
}

/** What counted in a run: by key, where it lies (`Places`). */
export type Gating = ReadonlyMap<string, string>;

/** How a finding that counts is remembered from run to run: its fingerprint, with `!` where it is a violation. */
export function gatingKey({ fingerprint, effect }: Counting): string {
  return effect === "violation" ? `${fingerprint}!` : fingerprint;
}

/** The fingerprint in a key. */
export function fingerprintOf(key: string): string {
  return key.endsWith("!") ? key.slice(0, -1) : key;
}

/** What a finding is beside what counted last time: a violation that was suspected then is worse. */
export function changeSince({ fingerprint, effect }: Counting, known: Gating): "known" | "worse" | "new" {
  if (known.has(`${fingerprint}!`)) return "known";
  if (!known.has(fingerprint)) return "new";
  return effect === "violation" ? "worse" : "known";
}

/** What counted last time and is not among what counts now. */
export function absentOf(known: Gating, now: Iterable<string>): readonly (readonly [key: string, place: string])[] {
  const present = new Set<string>();
  for (const key of now) present.add(fingerprintOf(key));
  return [...known].filter(([key]) => !present.has(fingerprintOf(key)));
}

/** Where paths lie under the roots of a scan, however these were typed, and what of it was not looked at. */
export class Places {
  readonly #roots: readonly string[];
  readonly #missed: Set<string> = new Set();

  /** `roots`: as they stand before the paths. */
  constructor(roots: readonly string[]) {
    this.#roots = roots.map((root) => root.replace(/(?<=.)[/\\]+$/, ""));
  }

  /** `0/sub/a.txt` for what lies below the first root. */
  of(path: string): string {
    for (const [index, root] of this.#roots.entries()) {
      if (path === root) return String(index);
      if (path.startsWith(root) && (/[/\\]$/.test(root) || /^(?:[/\\]|!\/)/.test(path.slice(root.length))))
        return `${index}/${path.slice(root.length).replace(/^[/\\]+/, "")}`;
    }
    return `0/${path}`;
  }

  /** A path that could not be read, or only in part, or was left out: with all that lies below it. */
  miss(path: string): void {
    this.#missed.add(this.of(path));
  }

  /** Whether a place was not looked at, so that what is missing there proves nothing. */
  missed(place: string): boolean {
    for (let rest = place; ;) {
      if (this.#missed.has(rest)) return true;
      const at = rest.lastIndexOf("/");
      if (at < 0) return false;
      rest = rest.slice(0, rest[at - 1] === "!" ? at - 1 : at);
    }
  }
}
