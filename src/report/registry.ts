import type { Reporter } from "../model/report.ts";
import { console } from "./console.ts";
import { csv } from "./csv.ts";
import { gitlabCodeQuality } from "./gitlabCodeQuality.ts";
import { html } from "./html.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import { ndjson } from "./ndjson.ts";
import { sarif } from "./sarif.ts";
import { written } from "./written.ts";
import { xlsx } from "./xlsx.ts";

/** Every report format that `-f` knows. */
export const reporters: readonly Reporter[] = [console, csv, gitlabCodeQuality, html, json, junit, markdown, ndjson, sarif, written, xlsx];
