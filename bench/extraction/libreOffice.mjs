// LibreOffice as it is run for its text: a process for each file, with a profile of its own.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { best, measure } from "../shared/measure.mjs";

const argumentsOf = (dir, file, format) => [
  `-env:UserInstallation=${pathToFileURL(join(dir, "libreoffice"))}`,
  "--headless",
  "--convert-to",
  format,
  "--outdir",
  dir,
  file,
];

/** Writes `file` in another format into `dir`. */
export async function convert(dir, file, format) {
  const { code } = await measure("soffice", argumentsOf(dir, file, format));
  if (code !== 0) throw new Error(`soffice failed on ${file}`);
}

/** CPU and memory of a conversion; CPU less that of converting a file of one word, which is start-up. */
export async function conversion(rounds, dir, file, format) {
  const small = join(dir, "start.txt");
  writeFileSync(small, "word");
  await convert(dir, small, "odt");
  const start = await best(rounds, "soffice", argumentsOf(dir, small, "odt"));
  const whole = await best(rounds, "soffice", argumentsOf(dir, file, format));
  return { cpu: whole.cpu - start.cpu, memory: whole.memory };
}
