import type { Locale } from "./locale.ts";

/** What a command needs of the process; nothing below `cli/` looks at it. */
export interface Terminal {
  readonly locale: Locale;
  readonly color: boolean;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
}

/** Something the user can mend: said in a sentence, exit code 2. */
export class UsageError extends Error {}

/** Picks the sentence of the terminal's language. */
export function say(terminal: Pick<Terminal, "locale">, zh: string, en: string): string {
  return terminal.locale === "zh" ? zh : en;
}
