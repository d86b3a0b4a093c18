export const byRule: Readonly<
  Record<string, { readonly expressions?: readonly string[]; readonly within?: string; readonly reason?: string } | undefined>
>;
export const expressions: readonly string[];
export const samePatterns: readonly {
  readonly rules: readonly string[];
  readonly expression: string;
  readonly corpora: readonly string[];
}[];
export function terms(): readonly string[];
export function toRipgrep(expression: string): string;
export function toJavaScript(expression: string): string;
