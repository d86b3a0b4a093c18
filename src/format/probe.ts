import type { Probe } from "../model/chunk.ts";
import type { ByteSource } from "../model/entry.ts";
import { appendedArchive, appendedMark, mayCarryArchive } from "./shared/appended.ts";
import { readRange } from "./shared/bytes.ts";
import { readCfb, startsAsCfb } from "./shared/cfb.ts";
import { holeMark, isTextBehindHole, startsWithHole } from "./shared/hole.ts";
import { imageMarks } from "./shared/imageMark.ts";
import { discMark, isIso, mayBeDisc } from "./shared/isoDirectory.ts";
import { isUdf } from "./shared/udfDirectory.ts";
import { mayCarryZip, readZip, startsAsZip } from "./shared/zip.ts";

/** A kind of container whose directory of names tells formats apart. */
interface Directory {
  /** `name`: of the last volume of a set only its name and its end tell what it is. */
  claims(head: Uint8Array, name?: string): boolean;
  names(bytes: ByteSource): Promise<Iterable<string>>;
}

/** 4 KiB: enough for every magic number and the first lines of a text. */
const headLength = 4096;

const zip: Directory = {
  claims: (head, name) => startsAsZip(head) || mayCarryZip(head) || (name !== undefined && /\.zip$/i.test(name)),
  names: async (bytes) => (await readZip(bytes))?.members.map((member) => member.name) ?? [],
};

/** Paths of streams and storages: `WordDocument`, `ObjectPool/_1/CONTENTS`. */
const ole2: Directory = {
  claims: startsAsCfb,
  names: async (bytes) => (await readCfb(bytes))?.entries.map((entry) => entry.path) ?? [],
};

/** A disc image begins with nothing, or with a loader; what it is shows 32 KiB behind. */
const disc: Directory = {
  claims: mayBeDisc,
  names: async (bytes) => ((await isIso(bytes)) || (await isUdf(bytes)) ? [discMark] : []),
};

/** Text with a hole of zeros before it, as a crash or a log cut by another program leaves it. */
const hole: Directory = {
  claims: startsWithHole,
  names: async (bytes) => ((await isTextBehindHole(bytes)) ? [holeMark] : []),
};

/** A program behind which an archive stands. */
const program: Directory = {
  claims: mayCarryArchive,
  names: async (bytes) => ((await appendedArchive(bytes)) === undefined ? [] : [appendedMark]),
};

/** Images of discs that only their end tells, so that the name says where to look. */
const image: Directory = {
  claims: (_head, name) => name !== undefined && /\.(?:dmg|vhd)$/i.test(name),
  names: imageMarks,
};

/** A new kind of container is a new line here. */
const directories: readonly Directory[] = [image, program, zip, ole2, disc, hole];

/**
 * True when `members()` needs the whole content at hand: what cannot seek is held in memory before it is probed, else its members are none.
 * `head` is the first 4 bytes or more. Programs and pictures are left out: few of them have an archive behind them, and holding each would
 * spend what may be inflated.
 */
export function isContainer(head: Uint8Array): boolean {
  return directories.some((directory) => directory.claims(head)) && !mayCarryZip(head);
}

/** Reads the first 4 KiB, and the names in the container's directory once, when an extractor asks for them. */
export async function createProbe(name: string, bytes: ByteSource): Promise<Probe> {
  const head = await readRange(bytes, 0, headLength);
  let members: Promise<ReadonlySet<string>> | undefined;
  return {
    name,
    head,
    members: () => (members ??= namesOf(head, name, bytes)),
  };
}

async function namesOf(head: Uint8Array, name: string, bytes: ByteSource): Promise<ReadonlySet<string>> {
  if (!bytes.seekable) return new Set();
  const names = new Set<string>();
  for (const directory of directories) {
    if (!directory.claims(head, name)) continue;
    for (const one of await directory.names(bytes)) names.add(one);
    if (names.size > 0) break;
  }
  return names;
}
