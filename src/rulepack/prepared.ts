import { existsSync, readFileSync } from "node:fs";
import type { Json } from "../model/json.ts";
import type { Policy } from "../model/policy.ts";
import type { RuleBase } from "../model/rule.ts";
import { packaged } from "../util/home.ts";
import type { Overrides } from "./schema.ts";

/** `pack.yaml` as written. */
export interface PackFile {
  readonly id: string;
  readonly version: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly tables?: Readonly<Record<string, string>>;
  readonly override?: Readonly<Record<string, Overrides>>;
  readonly disable?: readonly string[];
  readonly enable?: readonly string[];
}

/** A pack as parsed, before it meets others. Plain data. */
export interface PackData {
  readonly info: PackFile;
  readonly rules: readonly { readonly name: string; readonly base: RuleBase; readonly fields: Readonly<Record<string, Json>> }[];
  /** By way into `pack.yaml`; absent where the pack was prepared. */
  readonly lines?: Readonly<Record<string, number>>;
}

/** What the build parsed already, by digest: a pack or policy that was edited since has another digest and is parsed anew. */
export interface Prepared {
  readonly packs: Readonly<Record<string, PackData>>;
  readonly policies: Readonly<Record<string, Policy>>;
  /** Readers and their versions: whoever only names them need not load them. */
  readonly formats?: readonly { readonly id: string; readonly version: number }[];
  /** Files beside this one with the kernel's tables for the shipped rules, by what they were made of. */
  readonly kernels?: Readonly<Record<string, string>>;
}

const FILE = packaged("bundle/prepared.json");

/** What the build prepared; nothing when there is no build. */
export function readPrepared(): Prepared {
  prepared ??= existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as Prepared) : { packs: {}, policies: {} };
  return prepared;
}

/** The kernel's tables made of this; undefined where they were not prepared. */
export function readKernelTables(key: string): Uint8Array | undefined {
  const file = readPrepared().kernels?.[key];
  return file === undefined ? undefined : readFileSync(packaged(`bundle/${file}`));
}

let prepared: Prepared | undefined;
