import { environmentName, optionTable } from "./options.ts";

/** The manual page zicha(1), from the option table (man(7)). */
export function manualPage(version: string, commands: readonly { readonly usage: string; readonly description: string }[]): string {
  const lines = [
    `.TH ZICHA 1 "" "zicha ${roff(version)}" "User Commands"`,
    ".SH NAME",
    "zicha \\- data-loss-prevention scanner and secrecy self-check",
    ".SH SYNOPSIS",
    ".B zicha",
    ".I command",
    "[\\fIoptions\\fR] [\\fIpath\\fR...]",
    ".SH DESCRIPTION",
    "Finds classified marks and bank-customer data in files, judges them against what this host may hold, and writes the report of a secrecy self-check. Of every file it is said whether it was read. Nothing is sent unless a configuration says so, and nothing is written beside what is examined.",
    ".SH COMMANDS",
    ...commands.flatMap(({ usage, description }) => [".TP", `.B ${roff(usage)}`, roff(description)]),
    ".SH OPTIONS",
  ];
  for (const row of optionTable) {
    const value = row.type === "flag" ? "" : ` \\fI${roff(row.choices?.join("|") ?? row.value ?? "value")}\\fR`;
    const short = row.short === undefined ? "" : `\\fB${roff(row.short)}\\fR, `;
    const environment = row.onlyTyped === true ? "" : ` Environment: ${environmentName(row)}; configuration: ${row.key}.`;
    lines.push(".TP", `${short}\\fB${roff(row.long)}\\fR${value}`, roff(`${row.en} (${row.commands.join(", ")}).${environment}`));
  }
  lines.push(
    ".SH EXIT STATUS",
    ...[
      ["0", "nothing that gates, and everything was read"],
      ["1", "a finding that gates (see --fail-on)"],
      ["2", "could not run; nothing was written"],
      ["3", "something was not, or not wholly, examined"],
    ].flatMap(([code, meaning]) => [".TP", `.B ${code ?? ""}`, roff(meaning ?? "")]),
    ".SH FILES",
    "zicha.config.yaml, $XDG_CONFIG_HOME/zicha/config.yaml, /etc/zicha/config.yaml: the first that is there is used; never one that lies in what is examined.",
    ".br",
    "$XDG_STATE_HOME/zicha: the key of fingerprints, the state and the spool.",
    "",
  );
  return lines.join("\n");
}

/** Signs that roff would take for its own. */
function roff(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^[.']/, "\\&$&");
}
