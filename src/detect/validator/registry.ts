import type { Validator } from "../../model/rule.ts";

/** The offline checks of a value that pattern rules may name. */
export const validators: readonly Validator[] = [];
