import { createHash } from "node:crypto";

/** The name of a file of the tree in a path, also of what lies in it. */
const NAME = /f\d{6}\.[^/!]+/;

/** Takes events one by one and gives a digest for each file: of all that is said of it and of its members but its path, its time, what hangs on these, and whether a run before said it. */
export class Digests {
  #files = new Map();

  take(event) {
    const { path = event.finding?.path } = event.failure ?? event;
    const name = path === undefined ? undefined : NAME.exec(path)?.[0];
    if (name === undefined) return;
    const member = path.slice(path.indexOf(name) + name.length);
    let hash = this.#files.get(name);
    if (hash === undefined) this.#files.set(name, (hash = createHash("sha256")));
    // What lies in a file may be named after it, and so may a table.
    hash.update(JSON.stringify([event.type, member, said(event)]).replaceAll(name.slice(0, name.indexOf(".")), "f"));
  }

  /** By name. */
  end() {
    return Object.fromEntries([...this.#files].map(([name, hash]) => [name, hash.digest("hex").slice(0, 24)]));
  }
}

function said(event) {
  if (event.type === "finding") {
    // Reports quote marks, so that they are no marks of their own.
    const { masked, excerpt } = event.finding;
    const bare = (text) => text?.replaceAll(/[“”]/g, "");
    return { ...event.finding, path: "", fingerprint: "", carried: undefined, masked: bare(masked), excerpt: bare(excerpt) };
  }
  if (event.type === "failure") return [event.failure.stage, event.failure.code, event.failure.partial];
  if (event.type !== "entry-end") return null;
  const { verdict, coverage, format, counts, subjects, bytes } = event;
  return [verdict, coverage, format ?? null, counts, subjects, bytes];
}
