import { excludedWords } from "../report/shared/excludedWords.ts";
import { failureWords } from "../report/shared/words.ts";
import type { ScanRequest } from "../model/request.ts";
import { walked } from "../scan/list.ts";
import { neutralise } from "../util/width.ts";
import type { ExitCode } from "./exitCode.ts";
import { standardOutput } from "./output.ts";
import { say } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** `--list-files`: what would be examined on standard output, what would not be and why on standard error. Nothing is opened. */
export async function listFiles(terminal: Terminal, request: ScanRequest): Promise<ExitCode> {
  const out = standardOutput(terminal.stdout);
  let unwalked = 0;
  for await (const found of walked(request)) {
    for (const one of found) {
      if (one.type === "entry") await out.write(`${neutralise(one.entry.path)}\n`);
      else if (one.type === "excluded")
        terminal.stderr.write(
          `${say(terminal, "排除", "excluded")}  ${neutralise(one.path)}  ${neutralise(excludedWords(one.by, terminal.locale))}\n`,
        );
      else if (one.type === "failure") {
        unwalked++;
        terminal.stderr.write(
          `${say(terminal, "未检", "not examined")}  ${neutralise(one.failure.path)}  ${failureWords[one.failure.code][terminal.locale]}\n`,
        );
      }
    }
  }
  return unwalked > 0 ? 3 : 0;
}
