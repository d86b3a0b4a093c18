import { publishedSchema } from "../../../scan/rules/schema.ts";
import type { ExitCode } from "../../exitCode.ts";
import { standardOutput } from "../../output.ts";
import type { Terminal } from "../../terminal.ts";

/** `zicha rules schema`: the JSON Schema of rule files, for editors. */
export async function rulesSchema(terminal: Terminal): Promise<ExitCode> {
  await standardOutput(terminal.stdout).write(`${JSON.stringify(publishedSchema(), null, 2)}\n`);
  return 0;
}
