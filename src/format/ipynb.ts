import type { ExtractInput, Extracted, Extractor, Role } from "../model/chunk.ts";
import { memorySource, readRange } from "./shared/bytes.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import type { Flow, Sink } from "./shared/flow.ts";
import { giveMember } from "./shared/givenMember.ts";

/** Jupyter notebooks (nbformat 3 and 4): prose, code and what it gave, cell by cell; pages and pictures among the outputs as members. */
export const ipynb: Extractor = {
  id: "ipynb",
  title: { zh: "Jupyter 笔记本", en: "Jupyter notebook" },
  version: 1,
  access: "in-order",
  accepts: ({ head }) => {
    const text = Buffer.from(head).toString("latin1");
    return /^(?:\xef\xbb\xbf)?\s*\{/.test(text) && /"(?:cells|worksheets)"\s*:\s*\[/.test(text) && /"cell_type"\s*:/.test(text);
  },
  extract,
};

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const object = (value: Json | undefined): { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as { readonly [key: string]: Json }) : {};
const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
/** Texts come whole or as a list of lines. */
const text = (value: Json | undefined): string =>
  typeof value === "string"
    ? value
    : list(value)
        .filter((line) => typeof line === "string")
        .join("");

/** 100 MiB is the limit of files that are read at once; a notebook that inflates is held to the same. */
const limit = 100 * 1024 * 1024;

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, bytes } = input;
  const sink = createSink(input.budget, entry.path);
  const raw = Buffer.from(await readAll(input));
  let notebook: Json;
  try {
    notebook = JSON.parse(raw.toString("utf8").replace(/^\ufeff/, "")) as Json;
  } catch {
    // What is left of it is text all the same.
    sink.failure("corrupt", "notebook is damaged or cut off: read as plain text", true);
    yield* sink.drain();
    yield {
      type: "chunk",
      chunk: {
        content: { kind: "range", source: memorySource(raw), from: 0, length: raw.length, encodings: ["utf8"] },
        flow: "body",
        start: 0,
        roles: ["body"],
      },
    };
    return;
  }
  const root = object(notebook);
  const cells = [...list(root["cells"]), ...list(root["worksheets"]).flatMap((sheet) => list(object(sheet)["cells"]))];
  const flows = new Map<Role, Flow>();
  const flow = (role: Role): Flow => {
    let found = flows.get(role);
    if (found === undefined) {
      found = createFlow(sink, {
        id: role === "body" ? "cells" : role,
        roles: [role],
        place: (cell) => ({ kind: "property", name: cell === 0 ? "metadata" : `cell ${cell}` }),
      });
      flows.set(role, found);
    }
    return found;
  };
  tellStrings(root["metadata"], flow("property"), 0);
  for (const [index, value] of cells.entries()) {
    if (input.signal.aborted) {
      sink.stop("interrupted", "interrupted between cells");
      break;
    }
    if (!sink.open) break;
    readCell(input, sink, flow, index + 1, object(value));
    yield* sink.drain();
  }
  for (const one of flows.values()) one.flush();
  if (bytes.size === undefined && raw.length >= limit) sink.failure("too-large", `read only to byte ${limit}`, true);
  yield* sink.drain();
}

async function readAll({ bytes }: ExtractInput): Promise<Uint8Array> {
  if (bytes.size !== undefined) return readRange(bytes, 0, bytes.size);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < limit;) {
    const piece = await readRange(bytes, at, 1024 * 1024);
    if (piece.length === 0) break;
    pieces.push(piece);
    at += piece.length;
  }
  return Buffer.concat(pieces);
}

function tell(flow: Flow, told: string, cell: number): void {
  for (const line of told.split(/\r\n|\n|\r/)) if (line.trim() !== "") flow.line(Buffer.from(line, "utf8").toString("latin1"), cell);
}

/** Strings of settings that a person may have written; at most as deep as notebooks nest them. */
function tellStrings(value: Json | undefined, flow: Flow, cell: number, depth: number = 0): void {
  if (depth > 8) return;
  for (const [key, one] of Object.entries(object(value))) {
    if (typeof one === "string" && one !== "") tell(flow, `${key}: ${one}`, cell);
    else if (Array.isArray(one))
      for (const item of one) tellStrings(typeof item === "string" ? { [key]: item } : item, flow, cell, depth + 1);
    else tellStrings(one, flow, cell, depth + 1);
  }
}

function readCell(
  input: ExtractInput,
  sink: Sink,
  flow: (role: Role) => Flow,
  number: number,
  cell: { readonly [key: string]: Json },
): void {
  const code = cell["cell_type"] === "code";
  tell(flow(code ? "code" : "body"), text(cell["source"] ?? cell["input"]), number);
  tellStrings(cell["metadata"], flow("property"), number);
  for (const [name, bundle] of Object.entries(object(cell["attachments"])))
    for (const [type, data] of Object.entries(object(bundle)))
      giveMember(input, sink, `cell ${number}/${name}`, Buffer.from(text(data), type.startsWith("text/") ? "utf8" : "base64"));
  for (const [index, value] of list(cell["outputs"]).entries()) {
    const output = object(value);
    const base = `cell ${number}/output ${index + 1}`;
    if (output["text"] !== undefined) tell(flow("body"), text(output["text"]), number);
    if (output["traceback"] !== undefined) {
      // Colours of a terminal stand between the words.
      // oxlint-disable-next-line no-control-regex -- they begin with an escape
      tell(
        flow("body"),
        list(output["traceback"])
          .map(text)
          .join("\n")
          .replaceAll(/\x1b\[[0-9;]*m/g, ""),
        number,
      );
    }
    // Version 3 has the kinds beside the text, version 4 in a bundle.
    const data = { ...output, ...object(output["data"]) };
    const page = text(data["text/html"] ?? data["html"]);
    const plain = text(data["text/plain"]);
    if (!says(page, plain)) tell(flow("body"), plain, number);
    if (page !== "") giveMember(input, sink, `${base}.html`, Buffer.from(page, "utf8"));
    for (const type of ["text/markdown", "text/latex", "latex", "application/javascript", "javascript"])
      tell(flow("body"), text(data[type]), number);
    for (const type of ["image/svg+xml", "svg"])
      if (text(data[type]) !== "") giveMember(input, sink, `${base}.svg`, Buffer.from(text(data[type]), "utf8"));
    for (const [type, value64] of Object.entries(data)) {
      const kind = /^(?:image|application)\/(png|jpeg|gif|pdf)$|^(png|jpeg)$/.exec(type);
      if (kind !== null && text(value64) !== "")
        giveMember(input, sink, `${base}.${kind[1] ?? kind[2]}`, Buffer.from(text(value64), "base64"));
      else if (type.endsWith("json")) tell(flow("body"), JSON.stringify(value64), number);
    }
  }
}

/** Whether a page says all the words of a text: the same table comes as both, and is told once, with its columns. */
function says(page: string, plain: string): boolean {
  if (page === "" || plain.trim() === "") return false;
  const seen = page.replaceAll(/<[^>]*>/g, " ").replaceAll(/&[a-z]+;|&#\d+;/g, " ");
  const words = new Set(seen.split(/\s+/));
  return plain.split(/\s+/).every((word) => word === "" || word === "..." || word === "…" || words.has(word));
}
