import type { Extracted } from "../../model/chunk.ts";
import type { Cfb } from "./cfb.ts";
import type { Sink } from "./flow.ts";
import { giveProperties } from "./package.ts";
import { readPropertySet } from "./propertySet.ts";
import type { PropertySection } from "./propertySet.ts";
import { bytesOf } from "./xml.ts";

interface KnownSection {
  readonly id: string;
  /** As Office Open XML names the same property, by its number; "" for what holds nothing a person wrote. */
  readonly names: readonly string[];
}

const known: Readonly<Record<string, KnownSection>> = {
  // {F29F85E0-4FF9-1068-AB91-08002B27B3D9}
  e0859ff2f94f6810ab9108002b27b3d9: {
    id: "core",
    // prettier-ignore
    names: ["", "", "title", "subject", "creator", "keywords", "description", "Template", "lastModifiedBy", "revision", "", "lastPrinted",
      "created", "modified", "Pages", "Words", "Characters", "", "Application", "DocSecurity"],
  },
  // {D5CDD502-2E9C-101B-9397-08002B2CF9AE}
  "02d5cdd59c2e1b10939708002b2cf9ae": {
    id: "app",
    // prettier-ignore
    names: ["", "", "category", "PresentationFormat", "", "Lines", "Paragraphs", "Slides", "Notes", "HiddenSlides", "MMClips", "", "HeadingPairs",
      "TitlesOfParts", "Manager", "Company", "", "", "", "", "", "HyperlinkBase", "", "", "", "", "contentType", "contentStatus", "language",
      "version"],
  },
  // {D5CDD505-2E9C-101B-9397-08002B2CF9AE}
  "05d5cdd59c2e1b10939708002b2cf9ae": { id: "custom", names: [] },
};

const streams: readonly string[] = ["\x05SummaryInformation", "\x05DocumentSummaryInformation"];

/** 16 MiB: property sets hold a thumbnail at most. */
const streamLimit = 16 * 1024 * 1024;

/**
 * The document properties of a compound file, or of a storage in it (`folder` ends with `/`), as tables of one row: `properties-core`,
 * `properties-app`, `properties-custom`. Counts that Word keeps (pages, words) are told as they are. Gives the values.
 */
export async function* readDocumentProperties(cfb: Cfb, sink: Sink, folder = ""): AsyncGenerator<Extracted, ReadonlySet<string>> {
  const told = new Set<string>();
  for (const name of streams) {
    const entry = cfb.find(`${folder}${name}`);
    if (entry === undefined) continue;
    const stream = await cfb.stream(entry);
    for (const value of yield* givePropertySet(sink, await stream.bytes(streamLimit), stream.damage !== undefined)) told.add(value);
  }
  return told;
}

/** The properties in a stream of them, told in the same way; gives the values. */
export function* givePropertySet(sink: Sink, bytes: Uint8Array, damaged: boolean): Generator<Extracted, readonly string[]> {
  const sections = readPropertySet(bytes);
  if (damaged || (sections.length === 0 && bytes.length > 0) || sections.some(({ sound }) => !sound)) {
    sink.failure("corrupt", "a stream of document properties is damaged", true);
  }
  for (const section of sections) yield* giveSection(sink, section);
  return sections.flatMap(({ properties }) => properties.map(({ value }) => value));
}

function* giveSection(sink: Sink, section: PropertySection): Generator<Extracted, void> {
  const kind = known[section.formatId] ?? { id: "other", names: [] };
  const names: string[] = [];
  const values: string[] = [];
  for (const { id, name, value } of section.properties) {
    const told = name ?? kind.names[id] ?? (kind.id === "app" ? "" : `property ${id}`);
    if (told === "") continue;
    names.push(bytesOf(told));
    values.push(bytesOf(value));
  }
  yield* giveProperties(sink, kind.id, names, values);
}
