import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { createSink } from "./shared/flow.ts";
import { giveMember } from "./shared/givenMember.ts";
import { htmlPieces, looksLikeHtml } from "./shared/htmlEncoding.ts";
import { createHtmlDocument } from "./shared/htmlDocument.ts";
import { createHtmlScanner } from "./shared/htmlScan.ts";
import { piecesOf } from "./shared/pieces.ts";

/**
 * HTML and XHTML: text with tags taken out and references resolved, tables as rows, attributes, form fields, links, comments, scripts, and what
 * a browser hides. Streamed: one tag and one paragraph are held.
 */
export const html: Extractor = {
  id: "html",
  title: { zh: "HTML 网页", en: "HTML page" },
  version: 2,
  access: "in-order",
  streaming: true,
  accepts: ({ head, name }) => looksLikeHtml(head, name),
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, budget } = input;
  const sink = createSink(budget, entry.path);
  let embedded = 0;
  const document = createHtmlDocument({
    sink,
    line: () => scanner.line,
    data(type, bytes): void {
      const name = `embedded${++embedded}${type === "" ? "" : `.${(type.split("/")[1] ?? "bin").replace(/[^a-z0-9]/g, "").replace("jpeg", "jpg")}`}`;
      giveMember(input, sink, name, bytes);
    },
  });
  const scanner = createHtmlScanner(document);
  for await (const piece of htmlPieces(piecesOf(input.bytes))) {
    if (!sink.open) break;
    if (input.signal.aborted) {
      sink.stop("interrupted", "interrupted in the page");
      break;
    }
    scanner.push(piece);
    yield* sink.drain();
  }
  scanner.end();
  document.end();
  yield* sink.drain();
}
