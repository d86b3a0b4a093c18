import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import { decodeName } from "./shared/archiveName.ts";
import { memorySource, rangeSource, readRange } from "./shared/bytes.ts";
import { openChmSection, readChm, startsAsChm } from "./shared/chmFile.ts";
import type { ChmDirectory, ChmFile } from "./shared/chmFile.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import { createInflationGuard } from "./shared/inflation.ts";
import { innerEntry, told } from "./shared/inner.ts";
import { readRuns } from "./shared/runs.ts";

/** Compiled HTML help (chm): every page, contents and index as members, unpacked once, and the titles in its own tables. */
export const chm: Extractor = {
  id: "chm",
  title: { zh: "CHM 帮助文件", en: "Compiled HTML help (chm)" },
  version: 2,
  access: "any",
  streaming: true,
  accepts: ({ head }) => startsAsChm(head),
  extract,
};

/** 4 MiB of titles. */
const titlesLimit = 4 * 1024 * 1024;

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, bytes } = input;
  const directory = await readChm(bytes);
  if (directory === undefined) {
    yield told(entry, "corrupt", "directory of the help file is damaged", false);
    return;
  }
  if (directory.damaged) yield told(entry, "corrupt", "directory of the help file is damaged", directory.files.length > 0);
  yield* titles(input, directory);
  // Beside pages lie tables of the program's own: `/#…` and `/$…` index what the pages say, `::…` says how they are packed.
  const files = directory.files
    .filter(({ name }) => name.startsWith("/") && !name.endsWith("/") && !/^\/[#$]/.test(name))
    .map((file) => ({ ...file, name: file.name.slice(1) }));
  if (files.length === 0 && !directory.damaged) yield told(entry, "corrupt", "help file names no pages", false);
  for (const file of files.filter(({ section, size }) => section === 0 || size === 0)) {
    if (!input.budget.take("members", 1)) {
      yield told(entry, "too-large", "limit of members reached", true);
      return;
    }
    const source = file.size === 0 ? memorySource(new Uint8Array(0)) : within(input, directory, file);
    const inner = innerEntry(entry, { name: file.name, key: `${file.section}.${file.from}`, size: file.size });
    yield { type: "member", entry: inner, open: () => Promise.resolve(source) };
    if (source.size !== file.size) yield told(entry, "corrupt", "help file is cut off", true, inner.path);
  }
  const packed = files.filter(({ section, size }) => section === 1 && size > 0);
  for (const file of files.filter(({ section, size }) => section > 1 && size > 0))
    yield told(entry, "unsupported-format", "packed in a way that is not known", false, `${entry.path}!/${file.name}`);
  if (packed.length === 0) return;
  const stream = openChmSection(bytes, directory);
  const guard = createInflationGuard(input.budget, input.signal);
  yield* readRuns(input, packed, {
    pieces: stream.pieces,
    allow: (length) => guard.allow(length, stream.taken()),
    trouble: () => stream.trouble(),
    cut: "help file is cut off",
  });
}

function within({ bytes }: ExtractInput, { content }: ChmDirectory, { from, size }: ChmFile) {
  return rangeSource(bytes, content + from, Math.max(0, Math.min(size, (bytes.size ?? Number.MAX_SAFE_INTEGER) - content - from)));
}

/** Title, default page and the like out of `/#SYSTEM`. */
async function* titles(input: ExtractInput, directory: ChmDirectory): AsyncGenerator<Extracted, void> {
  const file = directory.files.find(({ name, section }) => name === "/#SYSTEM" && section === 0);
  if (file === undefined) return;
  const raw = Buffer.from(await readRange(input.bytes, directory.content + file.from, Math.min(titlesLimit, file.size)));
  const sink = createSink(input.budget, input.entry.path);
  const flow = createFlow(sink, { id: "titles", roles: ["property"], place: () => ({ kind: "property", name: "title" }) });
  for (let at = 4; at + 4 <= raw.length;) {
    const code = raw.readUInt16LE(at);
    const length = raw.readUInt16LE(at + 2);
    const value = raw.subarray(at + 4, at + 4 + length);
    // 3: title; the others are names of files and numbers.
    if (code === 3) {
      const end = value.indexOf(0);
      flow.line(Buffer.from(decodeName(end < 0 ? value : value.subarray(0, end)), "utf8").toString("latin1"), 1);
    }
    at += 4 + length;
  }
  flow.flush();
  yield* sink.drain();
}
