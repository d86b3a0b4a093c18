import type { Source } from "../model/entry.ts";

/** The first that claims a root gets it. */
export const sources: readonly Source[] = [];
