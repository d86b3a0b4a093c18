import type { Source } from "../model/entry.ts";
import { filesystem } from "./filesystem.ts";

/** The first that claims a root gets it. */
export const sources: readonly Source[] = [filesystem];
