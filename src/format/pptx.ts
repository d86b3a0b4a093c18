import type { Extracted, ExtractInput, Extractor, Role } from "../model/chunk.ts";
import { giveAuthors, matching, readDrawings, readMarkup, textless } from "./shared/drawing.ts";
import { createFlow } from "./shared/flow.ts";
import type { Place } from "./shared/flow.ts";
import type { MarkupShared } from "./shared/markup.ts";
import { readCommonParts } from "./shared/package.ts";
import type { KnownPart, OfficePackage, Part } from "./shared/package.ts";
import { numberedPages, packageReader } from "./shared/packageReader.ts";
import { readVml } from "./shared/vml.ts";
import { attribute } from "./shared/xml.ts";

/** PowerPoint presentations, shows and templates (ECMA-376, transitional and strict): slides, notes, comments, masters, every part. */
export const pptx: Extractor = {
  id: "pptx",
  title: { zh: "PowerPoint 演示文稿", en: "PowerPoint presentation" },
  version: 2,
  access: "any",
  streaming: true,
  async accepts(probe) {
    if (probe.head[0] !== 0x50) return false;
    const names = [...(await probe.members())].map((name) => name.replaceAll("\\", "/").replace(/^\//, "").toLowerCase());
    return (
      names.includes("ppt/presentation.xml") || (names.includes("[content_types].xml") && names.some((name) => name.startsWith("ppt/")))
    );
  },
  extract: packageReader(readSlides),
};

const presentationPart: RegExp =
  /presentationml\.(presentation|slideshow|template)\.main\+xml$|powerpoint\.[a-z.]+\.main\+xml$|^ppt\/presentation\d*\.xml$/;
const slidePart: RegExp = /\.slide\+xml$|^ppt\/slides\/[^/]*\.xml$/;
const vmlPart: RegExp = /vmldrawing$|\.vml$/;

/** Parts with text of their own besides slides. Masters and layouts stand on slides as headers do. */
const textParts: readonly { readonly pattern: RegExp; readonly flow: string; readonly roles: readonly [Role, ...Role[]] }[] = [
  { pattern: /notesslide\+xml$|^ppt\/notesslides\/[^/]*\.xml$/, flow: "notes", roles: ["comment"] },
  { pattern: /comments?\+xml$|^ppt\/comments\/[^/]*\.xml$/, flow: "comments", roles: ["comment"] },
  { pattern: /commentauthors\+xml$|powerpoint\.authors\+xml$|^ppt\/(commentauthors|authors)\.xml$/, flow: "authors", roles: ["property"] },
  { pattern: /slidemaster\+xml$|^ppt\/slidemasters\/[^/]*\.xml$/, flow: "master", roles: ["header"] },
  { pattern: /slidelayout\+xml$|^ppt\/slidelayouts\/[^/]*\.xml$/, flow: "layout", roles: ["header"] },
  { pattern: /notesmaster\+xml$|^ppt\/notesmasters\/[^/]*\.xml$/, flow: "notesMaster", roles: ["header"] },
  { pattern: /handoutmaster\+xml$|^ppt\/handoutmasters\/[^/]*\.xml$/, flow: "handoutMaster", roles: ["header"] },
];

const otherParts: readonly KnownPart[] = [
  ...textless,
  { pattern: /(presProps|viewProps|tableStyles)(\+xml|\.xml)$/i, roles: "none" },
  { pattern: /tags\+xml$|\/tags\/[^/]*\.xml$/i, roles: ["property"], elements: /^tag$/ },
];

async function* readSlides(from: OfficePackage, input: ExtractInput): AsyncGenerator<Extracted, void> {
  const shared: MarkupShared = { sink: from.sink, next: 1, authors: new Set() };
  const { slides, named } = yield* readPresentation(from);
  /** The slide a part belongs to. */
  const owners = new Map<string, number>();
  for (const [slide, part] of numberedPages(slides, from, input, "slides")) {
    yield* readMarkup(from, part, shared, { flow: `slide${slide}`, roles: ["body"], place: () => ({ kind: "slide", slide }) });
    for (const relation of await from.relations(part.name)) {
      if (!relation.external && !owners.has(relation.target.toLowerCase())) owners.set(relation.target.toLowerCase(), slide);
    }
  }
  // A template may have none, and says so.
  if (slides.length === 0 && named !== 0) from.sink.failure("corrupt", "no slide of the presentation is where it should be", true);
  const placeOf = (part: Part): Place | undefined => {
    const slide = owners.get(part.name.toLowerCase());
    return slide === undefined ? undefined : () => ({ kind: "slide", slide });
  };
  for (const { pattern, flow, roles } of textParts) {
    let count = 0;
    for (const part of matching(from, pattern)) {
      const shape = /^(master|layout|.*Master)$/.test(flow) ? undefined : placeOf(part);
      yield* readMarkup(from, part, shared, { flow: `${flow}${++count}`, roles, ...(shape === undefined ? {} : { place: shape }) });
    }
  }
  let count = 0;
  for (const part of matching(from, vmlPart)) yield* readVml(from, part, shared, `drawing${++count}`);
  yield* readDrawings(from, shared, placeOf);
  yield* giveAuthors(from.sink, shared);
  yield* readCommonParts(from, input, { known: otherParts });
}

/**
 * Slides in the order of the show, then those it does not name; names of sections and shows go to a flow. `named`: how many the presentation
 * names, undefined where there is none.
 */
async function* readPresentation(
  from: OfficePackage,
): AsyncGenerator<Extracted, { readonly slides: readonly Part[]; readonly named: number | undefined }> {
  const slides = new Set<Part>();
  let named: number | undefined;
  for (const part of matching(from, presentationPart)) {
    const ids: string[] = [];
    const names = createFlow(from.sink, {
      id: from.sink.unique("names"),
      roles: ["bookmark"],
      place: () => ({ kind: "property", name: "section" }),
    });
    yield* from.read(part, {
      open(element, attributes): void {
        // `id` is a number, `r:id` names the relation.
        if (element === "sldId" && ids.length < 100_000) ids.push(/:id\s*=\s*["']([^"']*)["']/.exec(attributes)?.[1] ?? "");
        else if (element === "section" || element === "custShow") names.line(attribute(attributes, "name") ?? "", 1);
      },
      text(): void {
        // Holds none.
      },
      close(): void {
        // Nothing to end.
      },
    });
    names.flush();
    named = (named ?? 0) + ids.length;
    const relations = new Map((await from.relations(part.name)).map((relation) => [relation.id, relation.target]));
    for (const id of ids) {
      const slide = from.part(relations.get(id) ?? "");
      if (slide !== undefined) slides.add(slide);
    }
  }
  for (const part of matching(from, slidePart)) slides.add(part);
  yield* from.sink.drain();
  return { slides: [...slides], named };
}
