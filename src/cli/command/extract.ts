import { readFileSync } from "node:fs";
import { resolve } from "node:path";

import type { Location } from "../../model/chunk.ts";
import { extractHtml, extractText } from "../../scan/extract.ts";
import { defaultLimits } from "../../scan/limits.ts";
import type { ExitCode } from "../exitCode.ts";
import { limitsOf } from "../limits.ts";
import type { Values } from "../options.ts";
import { standardOutput } from "../output.ts";
import { readPasswords } from "../run.ts";
import { say, UsageError } from "../terminal.ts";
import type { Terminal } from "../terminal.ts";

/** `zicha extract FILE`: the text that rules look at, with roles and places; they see its normal form. Content, unmasked: standard output only. */
export async function extractCommand(terminal: Terminal, file: string, values: Values): Promise<ExitCode> {
  const path = resolve(terminal.directory, file);
  terminal.stderr.write(`${say(terminal, "以下是文件原文，未脱敏", "this is the file's content, unmasked")}\n`);
  const out = standardOutput(terminal.stdout);
  if (values["html"] === true) {
    await out.write(await html(terminal, path));
    return 0;
  }
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());
  const limits = { ...defaultLimits, ...limitsOf(values) };
  const passwords = readPasswords(terminal, values["passwordsFile"] as string | undefined);
  let entries = 0;
  let failed = false;
  let heading = "";
  for await (const item of extractText(path, { limits, passwords, signal: abort.signal })) {
    if (values["json"] === true) await out.write(`${JSON.stringify(item)}\n`);
    if (item.type === "failure") {
      failed = true;
      if (item.failure.code === "not-found" && entries === 0)
        throw new UsageError(say(terminal, `没有这个文件：${file}`, `no such file: ${file}`));
      terminal.stderr.write(`${item.failure.path}: ${item.failure.code}: ${item.failure.detail}\n`);
      continue;
    }
    if (item.type === "entry") entries++;
    if (values["json"] === true) continue;
    if (item.type === "entry") {
      await out.write(`== ${item.path} (${item.format})\n`);
      heading = "";
      continue;
    }
    const place = item.location === undefined ? "" : ` ${placeOf(item.location)}`;
    const next = `-- ${item.flow} [${item.roles.join(" > ")}]${item.page === undefined ? "" : ` page ${item.page}`}${place}`;
    if (next !== heading) await out.write(`${next}\n`);
    heading = next;
    await out.write(item.text.endsWith("\n") ? item.text : `${item.text}\n`);
  }
  return failed ? 3 : 0;
}

async function html(terminal: Terminal, path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(
      say(
        terminal,
        `文件无法读取（${(error as NodeJS.ErrnoException).code ?? "EIO"}）`,
        `file cannot be read (${(error as NodeJS.ErrnoException).code ?? "EIO"})`,
      ),
    );
  }
  const text = await extractHtml(bytes);
  if (text === undefined) throw new UsageError(say(terminal, "--html 只用于可读的 docx 文件", "--html is for docx files that can be read"));
  return text;
}

function placeOf(location: Location): string {
  switch (location.kind) {
    case "line":
      return `line ${location.line}`;
    case "page":
      return `page ${location.page}`;
    case "slide":
      return `slide ${location.slide}`;
    case "paragraph":
      return `paragraph ${location.paragraph}`;
    case "cell":
      return `${location.sheet}!R${location.row}C${location.column}`;
    case "property":
      return `property ${location.name}`;
    case "offset":
      return `offset ${location.bytes}`;
    default:
      return location.kind;
  }
}
