import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import type { ByteSource } from "../model/entry.ts";
import { rangeSource } from "./shared/bytes.ts";
import { innerEntry, told } from "./shared/inner.ts";
import { isoFiles, isoMark, mayBeIso } from "./shared/isoDirectory.ts";
import type { IsoFile } from "./shared/isoDirectory.ts";

/** Disc images (ECMA-119, ISO 9660), also those that start a machine: every file under Joliet's, Rock Ridge's or its short name. */
export const iso: Extractor = {
  id: "iso",
  title: { zh: "光盘镜像（ISO 9660）", en: "Disc images (ISO 9660)" },
  version: 1,
  access: "any",
  streaming: true,
  accepts: async (probe) => mayBeIso(probe.head) && (await probe.members()).has(isoMark),
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, bytes, budget } = input;
  const details = new Set<string>();
  let files = 0;
  for await (const file of isoFiles(bytes, (detail) => details.add(detail))) {
    if (input.signal.aborted) {
      yield told(entry, "interrupted", "interrupted between files", true);
      return;
    }
    if (!budget.take("members", 1)) {
      yield told(entry, "too-large", "limit of members reached", true);
      return;
    }
    files++;
    const size = file.runs.reduce((all, [, length]) => all + length, 0);
    const member = innerEntry(entry, { name: file.name, key: file.runs[0]?.[0] ?? 0, size });
    yield { type: "member", entry: member, open: () => Promise.resolve(sourceOf(bytes, file)) };
    const end = Math.max(...file.runs.map(([from, length]) => from + length));
    if (bytes.size !== undefined && end > bytes.size) yield told(entry, "corrupt", "image ends inside the file", true, member.path);
  }
  for (const detail of details) yield told(entry, "corrupt", detail, files > 0);
}

function sourceOf(bytes: ByteSource, { runs }: IsoFile): ByteSource {
  const [only] = runs;
  if (runs.length === 1 && only !== undefined)
    return rangeSource(bytes, only[0], Math.max(0, Math.min(only[1], (bytes.size ?? Number.MAX_SAFE_INTEGER) - only[0])));
  const size = runs.reduce((all, [, length]) => all + length, 0);
  return {
    size,
    seekable: bytes.seekable,
    async read(into, offset) {
      let start = 0;
      for (const [from, length] of runs) {
        if (offset < start + length)
          return bytes.read(into.subarray(0, Math.min(into.length, start + length - offset)), from + offset - start);
        start += length;
      }
      return 0;
    },
    close: () => Promise.resolve(),
  };
}
