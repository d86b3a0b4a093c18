import { looksLikeMail, mailStart } from "./mailHead.ts";
import { fieldOf, parseFields } from "./mimeHeader.ts";

/** What the header of a mail says of its place among others. */
export interface MailPlace {
  /** Its own identifier and those of the mails that it answers, as they stand between angle brackets (RFC 5322, 3.6.4). */
  readonly ids: readonly string[];
  /** Milliseconds since 1970; undefined where no date can be read. */
  readonly date: number | undefined;
}

/** Identifiers of one mail that are looked at: those of a long thread are told by each of its mails. */
const idLimit = 64;
/** RFC 5322 allows a line of 998 characters; real ones have some 80. */
const idLength = 250;

/** Reads the first bytes of a mail; undefined where they are none. */
export function mailPlace(head: Uint8Array): MailPlace | undefined {
  const start = mailStart(head);
  if (!looksLikeMail(head, start)) return undefined;
  const text = Buffer.from(head.buffer, head.byteOffset + start, head.length - start).toString("latin1");
  const fields = parseFields(text.split(/\r?\n\r?\n/, 1)[0]?.split(/(?<=\n)/) ?? []);
  const ids = ["message-id", "in-reply-to", "references"].flatMap((name) => fieldOf(fields, name).match(/<[^<>\s]{1,250}>/g) ?? []);
  const date = Date.parse(fieldOf(fields, "date").replace(/\(.*$/, "").slice(0, idLength));
  return { ids: ids.slice(0, idLimit), date: Number.isNaN(date) ? undefined : date };
}

/**
 * Positions in the order in which they are read: a thread stands together where its first mail stood, its mails by their dates; what has no date
 * comes behind, and all else keeps its place.
 */
export function threadOrder(places: readonly (MailPlace | undefined)[]): readonly number[] {
  /** By position: a position of the same thread, itself for the first one. */
  const first = places.map((_, position) => position);
  const root = (position: number): number => {
    let at = position;
    while (first[at] !== at) {
      first[at] = first[first[at] ?? at] ?? at;
      at = first[at] ?? at;
    }
    return at;
  };
  const known = new Map<string, number>();
  for (const [position, place] of places.entries()) {
    for (const id of place?.ids ?? []) {
      const other = known.get(id);
      if (other === undefined) known.set(id, position);
      else {
        const [one, two] = [root(other), root(position)];
        first[Math.max(one, two)] = Math.min(one, two);
      }
    }
  }
  const date = (position: number): number => places[position]?.date ?? Number.POSITIVE_INFINITY;
  return places
    .map((_, position) => ({ position, thread: root(position), date: date(position) }))
    .toSorted((a, b) => a.thread - b.thread || (a.date === b.date ? 0 : a.date < b.date ? -1 : 1) || a.position - b.position)
    .map(({ position }) => position);
}
