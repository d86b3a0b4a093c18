import type { Extractor } from "../model/chunk.ts";

/** In order of preference: the first that accepts an entry gets it. */
export const extractors: readonly Extractor[] = [];
