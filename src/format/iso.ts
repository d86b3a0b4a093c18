import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import type { ByteSource } from "../model/entry.ts";
import { rangeSource } from "./shared/bytes.ts";
import { countZeros, mappedSource } from "./shared/tarSparse.ts";
import type { Stretch, ZeroCount } from "./shared/tarSparse.ts";
import { innerEntry, told } from "./shared/inner.ts";
import { discMark, isIso, isoFiles, mayBeDisc } from "./shared/isoDirectory.ts";
import type { DiscFile } from "./shared/isoDirectory.ts";
import { isUdf, udfFiles } from "./shared/udfDirectory.ts";

/**
 * Disc images, also those that start a machine: UDF (ECMA-167), and ISO 9660 (ECMA-119) under Joliet's, Rock Ridge's or its short names. Many discs
 * have both; one for large files may hold nothing but a word of excuse in its ISO 9660, so that UDF is read first, and of the other what is not there.
 */
export const iso: Extractor = {
  id: "iso",
  title: { zh: "光盘镜像（ISO 9660、UDF）", en: "Disc images (ISO 9660, UDF)" },
  version: 3,
  access: "any",
  streaming: true,
  accepts: async (probe) => mayBeDisc(probe.head) && (await probe.members()).has(discMark),
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, bytes, budget } = input;
  const details = new Set<string>();
  let files = 0;
  for await (const file of discFiles(bytes, (detail) => details.add(detail))) {
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
    const member = innerEntry(entry, { name: file.name, key: file.runs[0]?.[0] ?? 0, size, modified: file.modified });
    const stored = joinedSource(
      bytes,
      file.runs.filter(([from]) => from >= 0),
    );
    const zeros = countZeros(budget);
    const content = sourceOf(bytes, file, stored, zeros);
    yield { type: "member", entry: member, open: () => Promise.resolve(content ?? stored) };
    if (zeros.spent()) yield told(entry, "too-large", "limit of inflated bytes reached", true, member.path);
    if (content === undefined) yield told(entry, "too-large", "holes of a sparse file are left out", true, member.path);
    const end = file.runs.reduce((all, [from, length]) => (from < 0 || length === 0 ? all : Math.max(all, from + length)), 0);
    if (bytes.size !== undefined && end > bytes.size) yield told(entry, "corrupt", "image ends inside the file", true, member.path);
  }
  for (const detail of details) yield told(entry, "corrupt", detail, files > 0);
}

async function* discFiles(bytes: ByteSource, damaged: (detail: string) => void): AsyncGenerator<DiscFile, void> {
  const begins = new Set<number>();
  if (await isUdf(bytes)) {
    for await (const file of udfFiles(bytes, damaged)) {
      begins.add(file.runs[0]?.[0] ?? -1);
      yield file;
    }
  }
  if (!(await isIso(bytes))) return;
  for await (const file of isoFiles(bytes, damaged)) if (!begins.has(file.runs[0]?.[0] ?? -1)) yield file;
}

/** The bytes of a file, with its holes as zeros; undefined where these are too large to be given. */
function sourceOf(bytes: ByteSource, { runs }: DiscFile, stored: ByteSource, zeros: ZeroCount): ByteSource | undefined {
  const [only] = runs;
  if (runs.length === 1 && only !== undefined && only[0] >= 0)
    return rangeSource(bytes, only[0], Math.max(0, Math.min(only[1], (bytes.size ?? Number.MAX_SAFE_INTEGER) - only[0])));
  let offset = 0;
  const map: Stretch[] = [];
  for (const [from, length] of runs) {
    if (from >= 0) map.push({ offset, length });
    offset += length;
  }
  return map.length === runs.length ? stored : mappedSource(stored, map, offset, zeros);
}

function joinedSource(bytes: ByteSource, runs: DiscFile["runs"]): ByteSource {
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
