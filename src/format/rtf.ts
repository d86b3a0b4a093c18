import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { memorySource } from "./shared/bytes.ts";
import { decodeCodepage } from "./shared/codepage.ts";
import { createSink } from "./shared/flow.ts";
import { createHtmlDocument } from "./shared/htmlDocument.ts";
import { createHtmlScanner } from "./shared/htmlScan.ts";
import type { HtmlScanner } from "./shared/htmlScan.ts";
import { innerEntry } from "./shared/inner.ts";
import { readOleObject } from "./shared/oleObject.ts";
import { giveProperties } from "./shared/package.ts";
import { piecesOf } from "./shared/pieces.ts";
import { createRtfDocument } from "./shared/rtfDocument.ts";
import { createRtfScanner } from "./shared/rtfScan.ts";
import { bytesOf } from "./shared/xml.ts";

/**
 * RTF (specification 1.9.1): body, headers, notes, comments, text boxes, deletions, hidden text, fields, properties; tables as rows; objects
 * and pictures as members. GBK and other code pages by font, `\u` with its fallback. Streamed: one paragraph is held.
 */
export const rtf: Extractor = {
  id: "rtf",
  title: { zh: "RTF 文档", en: "RTF document" },
  version: 2,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => /^(?:\xef\xbb\xbf)?\s{0,64}\{\s{0,8}\\rtf/.test(Buffer.from(head.subarray(0, 128)).toString("latin1")),
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, budget } = input;
  const sink = createSink(budget, entry.path);
  const names: string[] = [];
  let embedded = 0;
  const page = createHtmlDocument({
    sink,
    prefix: "html-",
    line: () => markup.line,
    data(type, bytes): void {
      const name = `embedded${++embedded}.${(type.split("/")[1] ?? "bin").replace(/[^a-z0-9]/g, "")}`;
      sink.item({
        type: "member",
        entry: innerEntry(entry, { name, key: name, size: bytes.length }),
        open: () => Promise.resolve(memorySource(bytes)),
      });
    },
  });
  const markup: HtmlScanner = createHtmlScanner(page);
  const document = createRtfDocument({
    sink,
    html: { push: (text) => markup.push(bytesOf(text)) },
    object(kind, name, bytes, cut): void {
      if (!budget.take("members", 1)) {
        sink.stop("too-large", "limit of members reached");
        return;
      }
      let data = bytes;
      let shown = name;
      if (kind === "object") {
        const object = readOleObject(bytes);
        if (object !== undefined) {
          for (const given of object.names) names.push(decodeCodepage(given, 936));
          if (object.data.length === 0) return;
          data = object.data;
          const file = (object.names[0] === undefined ? "" : decodeCodepage(object.names[0], 936)).replace(/^.*[\\/]/, "");
          if (file !== "") shown = `${name}/${file}`;
        }
      }
      sink.item({
        type: "member",
        entry: innerEntry(entry, { name: shown, key: name, size: data.length }),
        open: () => Promise.resolve(memorySource(data)),
      });
      if (cut) sink.failure("too-large", `${name}: read in part`, true);
    },
  });
  const scanner = createRtfScanner(document);
  for await (const piece of piecesOf(input.bytes)) {
    if (!sink.open) break;
    if (input.signal.aborted) {
      sink.stop("interrupted", "interrupted in the document");
      break;
    }
    scanner.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString("latin1"));
    yield* sink.drain();
  }
  const tokens = scanner.end();
  const closed = document.end();
  markup.end();
  page.end();
  if (sink.open && !(tokens && closed)) sink.failure("corrupt", "the document ends early", true);
  yield* sink.drain();
  yield* giveProperties(sink, "document", document.properties.names, document.properties.values);
  yield* giveProperties(sink, "custom", document.custom.names, document.custom.values);
  const authors = [...document.authors];
  yield* giveProperties(
    sink,
    "authors",
    authors.map(() => "author"),
    authors,
  );
  const files = names.filter((name) => name.trim() !== "").map((name) => Buffer.from(name, "utf8").toString("latin1"));
  yield* giveProperties(
    sink,
    "objects",
    files.map(() => "file"),
    files,
  );
}
