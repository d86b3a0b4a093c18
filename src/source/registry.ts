import type { Source } from "../model/entry.ts";
import { filesystem } from "./filesystem.ts";
import { git } from "./git.ts";
import { stdin } from "./stdin.ts";

/** The first that claims a root gets it. */
export const sources: readonly Source[] = [stdin, git, filesystem];
