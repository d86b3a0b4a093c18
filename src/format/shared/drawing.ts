import type { Extracted } from "../../model/chunk.ts";
import type { Place, Sink } from "./flow.ts";
import { createMarkup } from "./markup.ts";
import type { MarkupOptions, MarkupShared } from "./markup.ts";
import { giveProperties } from "./package.ts";
import type { KnownPart, OfficePackage, Part } from "./package.ts";

/** Parts whose content type or name (lower case) fits and that nobody has read. */
export function matching(from: OfficePackage, pattern: RegExp): readonly Part[] {
  return from.parts.filter((part) => !from.taken.has(part) && (pattern.test(part.contentType) || pattern.test(part.name.toLowerCase())));
}

/** Reads one part of text; true when nothing was wrong with it. */
export async function* readMarkup(
  from: OfficePackage,
  part: Part,
  shared: MarkupShared,
  options: MarkupOptions,
): AsyncGenerator<Extracted, boolean> {
  const markup = createMarkup(shared, options);
  const sound = yield* from.read(part, markup);
  markup.end();
  yield* from.sink.drain();
  return sound;
}

const charts: RegExp = /drawingml\.chart\+xml$|chartex\+xml$|\/charts\/chart(ex)?\d*\.xml$/;
const chartShapes: RegExp = /chartshapes\+xml$/;
const diagrams: RegExp = /diagramdata\+xml$|\/diagrams\/data\d*\.xml$/;
const diagramDrawings: RegExp = /diagramdrawing\+xml$|\/diagrams\/drawing\d*\.xml$/;

/** Charts and diagrams (SmartArt), which every kind of office document may hold. A diagram's drawing repeats its data: told once. */
export async function* readDrawings(
  from: OfficePackage,
  shared: MarkupShared,
  placeOf: (part: Part) => Place | undefined = () => undefined,
): AsyncGenerator<Extracted, void> {
  let count = 0;
  const at = (part: Part): { readonly place?: Place } => {
    const place = placeOf(part);
    return place === undefined ? {} : { place };
  };
  for (const part of matching(from, charts)) {
    yield* readMarkup(from, part, shared, { flow: `chart${++count}`, roles: ["chart"], values: true, ...at(part) });
  }
  for (const part of matching(from, chartShapes))
    yield* readMarkup(from, part, shared, { flow: `chart${++count}`, roles: ["chart", "textbox"], ...at(part) });
  const seen = new Set<string>();
  for (const pattern of [diagrams, diagramDrawings]) {
    for (const part of matching(from, pattern))
      yield* readMarkup(from, part, shared, { flow: `diagram${++count}`, roles: ["textbox"], seen, ...at(part) });
  }
}

/** Parts of every office document that hold no text: what things look like, fonts, the settings of a printer. */
export const textless: readonly KnownPart[] = [
  { pattern: /theme(override)?(\d*\.xml|\+xml)$/i, roles: "none" },
  { pattern: /chart(style|colorstyle)\+xml$|\/charts\/(style|colors)\d*\.xml$/i, roles: "none" },
  { pattern: /diagram(layout|style|colors)(definition|transform)?\+xml$|\/diagrams\/(layout|quickStyle|colors)\d*\.xml$/i, roles: "none" },
  { pattern: /obfuscatedFont$|x-fontdata$|\.odttf$|\.fntdata$|printerSettings(\d*\.bin)?$/i, roles: "none" },
];

/** Who commented or changed something, as properties. */
export function* giveAuthors(sink: Sink, shared: MarkupShared): Generator<Extracted, void> {
  const authors = [...shared.authors];
  yield* giveProperties(
    sink,
    "authors",
    authors.map(() => "author"),
    authors,
  );
}
