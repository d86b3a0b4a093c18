import type { ExtractInput } from "../../model/chunk.ts";
import type { ByteSource } from "../../model/entry.ts";
import { readRange } from "./bytes.ts";
import { rarVersion, readRarHeaders } from "./rarHeaders.ts";
import type { RarFile, RarHeaders } from "./rarHeaders.ts";

/** A file with its parts in the volumes that hold it. */
export interface RarMember {
  /** As the volume tells it that ends it: its checksum is that of the whole. */
  readonly file: RarFile;
  /** As the volume tells it that begins it: its salt serves for all of it. */
  readonly lock: RarFile["lock"];
  readonly parts: readonly { readonly source: ByteSource; readonly from: number; readonly length: number }[];
  /** Its begin or its end is not here. */
  readonly without: "begin" | "end" | undefined;
}

/** A set of volumes from the first that is here. */
export interface RarSet {
  readonly members: readonly RarMember[];
  /** Name of the volume that would come next and is not here though something goes on in it. */
  readonly missing: string | undefined;
  /** Headers of one of the volumes end early. */
  readonly cut: boolean;
  /** The volumes beside the entry could not be followed to the end. */
  readonly tooMany: boolean;
  close(): Promise<void>;
}

/** More volumes than a set has. */
const volumeLimit = 2_000;

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** `x.part1.rar` → `x.part2.rar`, `x.rar` → `x.r00`, `x.r00` → `x.r01`, `x.r99` → `x.s00`. */
export function nextVolume(path: string): string {
  const name = baseName(path);
  const part = /^(.*\.part)(\d+)(\.[^.]*)$/i.exec(name);
  if (part !== null) return `${part[1]}${String(Number(part[2]) + 1).padStart(part[2]?.length ?? 1, "0")}${part[3]}`;
  const old = /^(.*\.)([r-z])(\d\d)$/i.exec(name);
  if (old === null) return name.replace(/\.[^.]*$/, ".r00");
  const [, base = "", letter = "r", digits = ""] = old;
  if (digits === "99") return `${base}${String.fromCharCode(letter.charCodeAt(0) + 1)}00`;
  return `${base}${letter}${String(Number(digits) + 1).padStart(2, "0")}`;
}

/** The volume before one of these names; undefined where the name is a first one's or says nothing. */
export function previousVolume(path: string): string | undefined {
  const name = baseName(path);
  const part = /^(.*\.part)(\d+)(\.[^.]*)$/i.exec(name);
  if (part !== null)
    return Number(part[2]) <= 1 ? undefined : `${part[1]}${String(Number(part[2]) - 1).padStart(part[2]?.length ?? 1, "0")}${part[3]}`;
  const old = /^(.*\.)([r-z])(\d\d)$/i.exec(name);
  if (old === null) return undefined;
  const [, base = "", letter = "r", digits = ""] = old;
  if (digits !== "00") return `${base}${letter}${String(Number(digits) - 1).padStart(2, "0")}`;
  return letter.toLowerCase() === "r" ? `${base}rar` : `${base}${String.fromCharCode(letter.charCodeAt(0) - 1)}99`;
}

/** Whether the volume before this one lies beside it, so that the set is read with it. */
export async function readWithEarlier(input: ExtractInput, headers: RarHeaders): Promise<boolean> {
  const name = headers.volume ? previousVolume(input.entry.path) : undefined;
  const source = name === undefined ? undefined : await input.partner?.(name);
  if (source === undefined) return false;
  try {
    const version = rarVersion(await readRange(source, 0, 8));
    return version === headers.version && (await readRarHeaders(source, version, input.passwords)).volume;
  } finally {
    await source.close();
  }
}

/** Follows the set from the entry on. */
export async function followRarSet(input: ExtractInput, first: RarHeaders): Promise<RarSet> {
  const members: RarMember[] = [];
  const opened: ByteSource[] = [];
  let open: { begin: RarFile; last: RarFile; parts: RarMember["parts"][number][] } | undefined;
  const end = (): void => {
    if (open !== undefined) members.push({ file: open.last, lock: open.begin.lock, parts: open.parts, without: "end" });
    open = undefined;
  };
  let headers = first;
  let source = input.bytes;
  let name = baseName(input.entry.path);
  let cut = false;
  let missing: string | undefined;
  let tooMany = false;
  for (let number = 1; ; number++) {
    cut ||= headers.cut;
    for (const file of headers.files) {
      const part = { source, from: file.from, length: file.length };
      if (!file.continued) end();
      if (file.continued && open !== undefined) {
        open.parts.push(part);
        open.last = { ...file, size: file.size ?? open.begin.size };
      } else if (file.continued) members.push({ file, lock: file.lock, parts: [part], without: "begin" });
      else open = { begin: file, last: file, parts: [part] };
      if (open !== undefined && !file.goesOn) {
        members.push({ file: open.last, lock: open.begin.lock, parts: open.parts, without: undefined });
        open = undefined;
      }
    }
    if (!headers.more && open === undefined) break;
    name = nextVolume(name);
    if (number >= volumeLimit) {
      tooMany = true;
      break;
    }
    const next = await input.sibling?.(name);
    const version = next === undefined ? undefined : rarVersion(await readRange(next, 0, 8));
    if (next !== undefined) opened.push(next);
    if (next === undefined || version !== first.version) {
      missing = name;
      break;
    }
    headers = await readRarHeaders(next, version, first.password === undefined ? input.passwords : [first.password]);
    source = next;
    input.budget.also?.(next.size ?? 0);
    if (headers.hidden || !headers.volume) {
      missing = name;
      break;
    }
  }
  end();
  return {
    members,
    missing,
    cut,
    tooMany,
    async close(): Promise<void> {
      for (const one of opened) await one.close();
    },
  };
}
