import { say, UsageError } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** Fields of the report's forms that a person may give: 单位、部门、检查人、陪同人、被检查人、责任人、设备编号、型号… */
export const fieldNames: readonly string[] = [
  "unit",
  "department",
  "inspector",
  "accompanied",
  "holder",
  "responsible",
  "asset",
  "model",
  "network",
  "kind",
  "basis",
  "medium",
  "agreed",
];

/** Reads `name=value` fields; undefined where none was given. A name no form has is refused, so that a slip of the finger is no lost field. */
export function readFields(terminal: Terminal, said: readonly string[] | undefined): Readonly<Record<string, string>> | undefined {
  if (said === undefined) return undefined;
  const fields: Record<string, string> = {};
  for (const text of said) {
    const equals = text.indexOf("=");
    const name = text.slice(0, Math.max(0, equals));
    if (!fieldNames.includes(name)) {
      throw new UsageError(
        say(
          terminal,
          `--field ${text}：应为 名称=值，名称有 ${fieldNames.join("、")}`,
          `--field ${text}: expected name=value with a name of ${fieldNames.join(", ")}`,
        ),
      );
    }
    fields[name] = text.slice(equals + 1);
  }
  return fields;
}
