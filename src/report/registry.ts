import type { Reporter } from "../model/report.ts";

/** Every report format that `-f` knows. */
export const reporters: readonly Reporter[] = [];
