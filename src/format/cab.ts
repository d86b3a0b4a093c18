import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import type { ByteSource } from "../model/entry.ts";
import { memorySource } from "./shared/bytes.ts";
import { openCabinetFolder, readCabinet, startsAsCabinet } from "./shared/cabinet.ts";
import type { Cabinet, CabinetFile, FolderPart } from "./shared/cabinet.ts";
import { createInflationGuard } from "./shared/inflation.ts";
import { innerEntry, told } from "./shared/inner.ts";
import { readRuns } from "./shared/runs.ts";

/** 64 cabinets: more a file never spans. */
const setLimit = 64;

/**
 * Cabinets ([MS-CAB]): stored, MSZIP and LZX, each folder unpacked once, in order. A file that goes on in the next cabinet is read with it where
 * that lies beside this one, else its name is told. Quantum is told as not supported.
 */
export const cab: Extractor = {
  id: "cab",
  title: { zh: "CAB 压缩包", en: "Cabinet (cab)" },
  version: 1,
  access: "any",
  streaming: true,
  accepts: ({ head }) => startsAsCabinet(head),
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, bytes } = input;
  const cabinet = await readCabinet(bytes);
  // One without files is made by no program.
  if (cabinet === undefined || cabinet.files.length === 0) {
    yield told(entry, "corrupt", "directory of the cabinet is damaged", false);
    return;
  }
  if (cabinet.damaged) yield told(entry, "corrupt", "directory of the cabinet is damaged", true);
  const opened: ByteSource[] = [];
  try {
    const earlier = cabinet.files.filter(({ continued }) => continued);
    // Where the cabinet before is here, they are read with it.
    if (earlier.length > 0 && !(await isHere(input, cabinet, cabinet.previous)))
      for (const file of earlier)
        yield told(
          entry,
          "not-found",
          `file begins in cabinet ${cabinet.previous ?? "before this one"}, which is not here or not examined`,
          false,
          path(file),
        );
    const own = cabinet.files.filter(({ continued }) => !continued);
    const plain = own.filter(({ size }) => size === 0);
    yield* emptyFiles(input, plain);
    for (const [index, folder] of cabinet.folders.entries()) {
      const files = own.filter((file) => file.folder === index && file.size > 0);
      if (files.length === 0) continue;
      if (input.signal.aborted) {
        yield told(entry, "interrupted", "interrupted between members", true);
        return;
      }
      const parts: FolderPart[] = [{ source: bytes, folder, reserved: cabinet.reserved }];
      if (files.some(({ goesOn }) => goesOn)) {
        const missing = await followSet(input, cabinet, parts, opened);
        if (missing !== undefined) yield told(entry, "not-found", `cabinet ${missing} of the set is not here`, true);
      }
      const stream = openCabinetFolder(parts);
      const guard = createInflationGuard(input.budget, input.signal);
      const ended = yield* readRuns(input, files, {
        pieces: stream.pieces,
        allow: (length) => guard.allow(length, stream.taken()),
        trouble: () => stream.trouble(),
        cut: "cabinet is cut off",
      });
      if (ended) return;
    }
  } finally {
    for (const source of opened) await source.close();
  }

  function path({ name }: { readonly name: string }): string {
    return `${entry.path}!/${name}`;
  }
}

/** Files of no bytes lie in no block. */
function* emptyFiles(input: ExtractInput, files: readonly CabinetFile[]): Generator<Extracted, void> {
  for (const file of files) {
    if (!input.budget.take("members", 1)) return;
    yield {
      type: "member",
      entry: innerEntry(input.entry, { name: file.name, key: file.name, size: 0, modified: file.modified }),
      open: () => Promise.resolve(memorySource(new Uint8Array(0))),
    };
  }
}

async function isHere(input: ExtractInput, cabinet: Cabinet, name: string | undefined): Promise<boolean> {
  const source = name === undefined ? undefined : await input.partner?.(baseName(name));
  if (source === undefined) return false;
  try {
    return (await readCabinet(source))?.setId === cabinet.setId;
  } finally {
    await source.close();
  }
}

/** Adds the first folder of each cabinet that follows as long as it goes on; gives the name of the first that is not here. */
async function followSet(input: ExtractInput, first: Cabinet, parts: FolderPart[], opened: ByteSource[]): Promise<string | undefined> {
  let name = first.next;
  for (let number = 1; name !== undefined && number < setLimit; number++) {
    const source = await input.sibling?.(baseName(name));
    if (source === undefined) return name;
    opened.push(source);
    input.budget.also?.(source.size ?? 0);
    const cabinet = await readCabinet(source);
    const [folder] = cabinet?.folders ?? [];
    if (cabinet === undefined || folder === undefined || cabinet.setId !== first.setId || cabinet.index !== first.index + number)
      return name;
    parts.push({ source, folder, reserved: cabinet.reserved });
    if (cabinet.folders.length > 1 || !cabinet.files.some(({ goesOn }) => goesOn)) return undefined;
    name = cabinet.next;
  }
  return name;
}

/** A cabinet may name its neighbours with a folder; only what lies beside it is read. */
function baseName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
}
