/** Languages the program speaks. */
export type Locale = "zh" | "en";

/** `--lang`, else the first set of LC_ALL, LC_MESSAGES and LANG, else what the system says (Windows and macOS set none). */
export function chooseLocale(lang: string | undefined, environment: Readonly<Record<string, string | undefined>>): Locale {
  const said =
    lang ?? [environment["LC_ALL"], environment["LC_MESSAGES"], environment["LANG"]].find((value) => value !== undefined && value !== "");
  if (said !== undefined) return /^zh/i.test(said) ? "zh" : "en";
  return Intl.DateTimeFormat().resolvedOptions().locale.startsWith("zh") ? "zh" : "en";
}
