import type { Extracted, ExtractInput } from "../../model/chunk.ts";
import { artPicture } from "./artPicture.ts";
import { bytesMember } from "./embedded.ts";
import { createArtTeller } from "./artTeller.ts";
import type { Sink } from "./flow.ts";
import { artTexts, isProperties, walkArt } from "./officeArt.ts";

/** Where a Word document keeps its drawings. */
export interface WordDrawings {
  readonly word: Buffer;
  readonly table: Buffer;
  readonly data: Buffer;
  /** Of the drawings in the table stream. */
  readonly place: { readonly from: number; readonly length: number };
  /** Offsets in the Data stream of pictures that stand in the text. */
  readonly pictures: readonly number[];
}

/** Reads drawings of text and headers (WordArt, names, addresses), and gives pictures as entries of their own. */
export function* readWordDrawings(input: ExtractInput, sink: Sink, from: WordDrawings): Generator<Extracted, void> {
  const { word, table, data, place } = from;
  let number = 0;
  const end = Math.min(table.length, place.from + place.length);
  const body = createArtTeller(sink, "drawing", ["body"]);
  const header = createArtTeller(sink, "headerDrawing", ["header"]);
  // The first container holds what drawings share, pictures among them; each one after it follows a byte that says where it belongs.
  const stored: (readonly [bytes: Buffer, from: number])[] = [];
  for (let at = place.from, first = true; place.length > 8 && at + 9 <= end; first = false) {
    const teller = !first && table[at] === 1 ? header : body;
    if (!first) at++;
    const length = 8 + table.readUInt32LE(at + 4);
    for (const record of walkArt(table, at, Math.min(end, at + length))) {
      if (isProperties(record)) for (const text of artTexts(table, record)) teller.tell(text);
      else if (record.type === 0xf007 && record.from + 36 <= record.to) {
        // The picture lies behind the record, or in the document's stream.
        const name = table[record.from + 33] ?? 0;
        if (record.from + 36 + name < record.to) stored.push([table, record.from + 36 + name]);
        else if (table.readUInt32LE(record.from + 28) < word.length) stored.push([word, table.readUInt32LE(record.from + 28)]);
      }
    }
    at += length;
  }
  const inline = createArtTeller(sink, "picture", ["body"]);
  for (const offset of new Set(from.pictures)) {
    if (offset + 68 > data.length || data.readUInt16LE(offset + 4) < 44) continue;
    const head = offset + data.readUInt16LE(offset + 4);
    const limit = Math.min(data.length, offset + data.readUInt32LE(offset));
    // A picture linked by its path has the path before its drawing.
    const link = data.readUInt16LE(offset + 6) === 0x66 ? 1 + (data[head] ?? 0) : 0;
    for (const record of walkArt(data, head + link, limit)) {
      if (isProperties(record)) for (const text of artTexts(data, record)) inline.tell(text);
      else if (record.type === 0xf007 && record.from + 36 <= record.to)
        stored.push([data, record.from + 36 + (data[record.from + 33] ?? 0)]);
    }
  }
  for (const teller of [body, header, inline]) teller.flush();
  yield* sink.drain();
  const seen = new Set<string>();
  for (const [bytes, at] of stored) {
    for (const record of walkArt(bytes, at, bytes.length)) {
      const key = `${bytes === data ? "d" : bytes === word ? "w" : "t"}${record.from}`;
      const picture = seen.has(key) ? undefined : artPicture(bytes, record);
      seen.add(key);
      if (picture !== undefined)
        yield* bytesMember(input, sink, `media/image${++number}.${picture.extension}`, () => picture.bytes(input.budget));
      break;
    }
  }
}
