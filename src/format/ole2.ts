import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { readCfb, startsAsCfb } from "./shared/cfb.ts";
import { readDocumentProperties } from "./shared/documentProperties.ts";
import { createSink } from "./shared/flow.ts";
import { giveTextRuns } from "./shared/textRuns.ts";

/** Compound files (OLE2) that no other reader knows: what every one may hold is read, the rest is told as not read. */
export const ole2: Extractor = {
  id: "ole2",
  title: { zh: "其他 OLE2 复合文档（只读属性）", en: "Other OLE2 compound files (properties only)" },
  version: 1,
  access: "any",
  accepts: ({ head }) => startsAsCfb(head),
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const cfb = await readCfb(input.bytes);
  if (cfb === undefined) {
    sink.failure("corrupt", "compound file without a directory", true);
    yield* giveTextRuns(sink, input.bytes);
    return;
  }
  if (cfb.find("EncryptedPackage") !== undefined && cfb.find("EncryptionInfo") !== undefined) {
    sink.failure("encrypted", "Office document encrypted with a password", false);
    yield* readDocumentProperties(cfb, sink);
    yield* sink.drain();
    return;
  }
  if (cfb.damage !== undefined) {
    sink.failure("corrupt", cfb.damage, true);
    yield* giveTextRuns(sink, input.bytes);
  }
  yield* readDocumentProperties(cfb, sink);
  sink.failure("unsupported-format", "no reader knows this compound file; its properties were examined", true);
  yield* sink.drain();
}
