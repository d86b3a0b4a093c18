import { optionTable } from "./options.ts";
import type { CommandName, OptionRow } from "./options.ts";

/** Shells a script can be written for. */
export const shells = ["bash", "zsh", "fish", "powershell"] as const;
export type Shell = (typeof shells)[number];

/** A command as the program knows it, with the words that may follow it. */
export interface KnownCommand {
  readonly name: string;
  readonly words: readonly string[];
}

const globals = ["--config", "--lang", "--no-color", "--help"];

/** A script that completes commands, their words and their options; names of files where a value is one. */
export function completion(shell: Shell, commands: readonly KnownCommand[]): string {
  switch (shell) {
    case "bash":
      return bash(commands);
    case "zsh":
      return `#compdef zicha\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
    case "fish":
      return fish(commands);
    case "powershell":
      return powershell(commands);
  }
}

function rowsOf(command: string): readonly OptionRow[] {
  return optionTable.filter((row) => row.commands.includes(command as CommandName));
}

function flagsOf(command: string): readonly string[] {
  return [...rowsOf(command).flatMap((row) => (row.short === undefined ? [row.long] : [row.short, row.long])), ...globals];
}

function bash(commands: readonly KnownCommand[]): string {
  const words = commands.map(({ name, words: own }) => `    ${name}) words="${[...own, ...flagsOf(name)].join(" ")}" ;;`);
  const choices = optionTable
    .filter((row) => row.choices !== undefined)
    .map((row) => `    ${row.long}) COMPREPLY=($(compgen -W "${row.choices?.join(" ") ?? ""}" -- "$current")); return ;;`);
  return `_zicha() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words
  case "$previous" in
${[...new Set(choices)].join("\n")}
  esac
  if [ "$COMP_CWORD" = 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${words.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current") $(compgen -f -- "$current"))
}
complete -o filenames -F _zicha zicha
`;
}

function fish(commands: readonly KnownCommand[]): string {
  const lines = [`complete -c zicha -n __fish_use_subcommand -f -a "${commands.map(({ name }) => name).join(" ")}"`];
  for (const { name, words } of commands) {
    const here = `complete -c zicha -n "__fish_seen_subcommand_from ${name}"`;
    if (words.length > 0) lines.push(`${here} -a "${words.join(" ")}"`);
    for (const row of rowsOf(name)) {
      const short = row.short === undefined ? "" : ` -s ${row.short.slice(1)}`;
      const value = row.type === "flag" ? "" : row.choices === undefined ? " -r" : ` -x -a "${row.choices.join(" ")}"`;
      lines.push(`${here}${short} -l ${row.long.slice(2)}${value} -d '${row.en.replaceAll("'", "\\'")}'`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function powershell(commands: readonly KnownCommand[]): string {
  const cases = commands.map(
    ({ name, words }) => `    '${name}' { @(${[...words, ...flagsOf(name)].map((word) => `'${word}'`).join(", ")}) }`,
  );
  return `Register-ArgumentCompleter -Native -CommandName zicha -ScriptBlock {
  param($word, $ast, $position)
  $command = if ($ast.CommandElements.Count -gt 1) { $ast.CommandElements[1].ToString() } else { '' }
  $words = switch ($command) {
${cases.join("\n")}
    default { @(${commands.map(({ name }) => `'${name}'`).join(", ")}) }
  }
  $words | Where-Object { $_ -like "$word*" } | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
}
`;
}
