import type { Reporter } from "../model/report.ts";
import { console } from "./console.ts";
import { html } from "./html.ts";
import { json } from "./json.ts";
import { ndjson } from "./ndjson.ts";

/** Every report format that `-f` knows. */
export const reporters: readonly Reporter[] = [console, html, json, ndjson];
