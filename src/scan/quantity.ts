import { shareOf, toldShare, type QuantityLimits } from "../detect/shared/quantity.ts";
import type { Quantity } from "../model/event.ts";
import type { Examination } from "../model/finding.ts";
import type { RequestPacks } from "../model/request.ts";
import { Distinct } from "../util/distinct.ts";

/** Directories told: those with most people. */
const MOST_TOLD = 20;
/** People from which a directory is told. */
const FEWEST = 50;
/** Keys held for directories; past it only those known by then are counted on. */
const MOST_KEYS = 2_000_000;

interface People {
  readonly all: Distinct;
  readonly by: Map<string, Distinct>;
}

/**
 * Unique people over the whole scan and by directory: one person in a hundred copies of a file is one, linked across files by an equal key
 * only. An indicator of quantity, no legal finding.
 */
export class Quantities {
  readonly #limits: QuantityLimits | undefined;
  readonly #scan: People = none();
  readonly #directories = new Map<string, People>();
  #keys = 0;

  constructor(packs: Pick<RequestPacks, "rules">) {
    const fields = packs.rules.find(({ base, fields: own }) => base.kind === "threshold" && own["limits"] !== undefined)?.fields;
    if (fields === undefined) return;
    this.#limits = { limits: fields["limits"] as Record<string, number>, factor: Number(fields["factor"] ?? 1) };
  }

  add(shownPath: string, { subjects, subjectsBy }: Pick<Examination, "subjects" | "subjectsBy">): void {
    if (subjects.length === 0) return;
    take(this.#scan, subjects, subjectsBy);
    const directory = shownPath.slice(0, Math.max(0, shownPath.lastIndexOf("/")));
    let known = this.#directories.get(directory);
    if (known === undefined) {
      if (this.#keys > MOST_KEYS) return;
      this.#directories.set(directory, (known = none()));
    }
    this.#keys += subjects.length;
    take(known, subjects, subjectsBy);
  }

  get subjects(): number {
    return this.#scan.all.size;
  }

  /** Of the scan; undefined where no rule says limits. */
  scan(): Quantity | undefined {
    return this.#of(this.#scan);
  }

  directories(): readonly (Quantity & { readonly path: string })[] {
    return [...this.#directories]
      .filter(([, people]) => people.all.size >= FEWEST)
      .flatMap(([path, people]) => {
        const quantity = this.#of(people);
        return quantity === undefined ? [] : [{ path, ...quantity }];
      })
      .toSorted((one, other) => other.share - one.share || other.subjects - one.subjects)
      .slice(0, MOST_TOLD);
  }

  #of({ all, by }: People): Quantity | undefined {
    if (this.#limits === undefined) return undefined;
    const counts = Object.fromEntries([...by].map(([name, keys]) => [name, keys.size]));
    return { subjects: all.size, by: counts, share: toldShare(shareOf(all.size, counts, this.#limits)) };
  }
}

function none(): People {
  return { all: new Distinct(), by: new Map() };
}

function take(people: People, subjects: readonly string[], by: Readonly<Record<string, readonly string[]>>): void {
  people.all.addAll(subjects);
  for (const [name, keys] of Object.entries(by)) {
    const known = people.by.get(name) ?? new Distinct();
    people.by.set(name, known);
    known.addAll(keys);
  }
}
