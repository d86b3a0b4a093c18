import type { Random } from "./random.mjs";

/** A damaged copy of `bytes`, behind compression and checksums too; the names of what was done are put into `told`. */
export function mutate(bytes: Buffer, random: Random, told: string[]): Buffer;
