import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** Another program or library that reads some of the formats. */
export interface Peer {
  readonly name: string;
  readonly formats: ReadonlySet<string>;
  /** Told all files of a format before they are read. */
  prepare?(files: readonly string[]): void;
  /** All the text it gives, an empty text where it gives up. */
  read(file: string): Promise<string>;
}

/** For one file: some of the fixtures are made to keep readers busy. */
const milliseconds = 10_000;
/** For all files of a format. */
const batchMilliseconds = 240_000;

/** Peers that this host has. Libraries are those of `node_modules`; nothing is fetched. */
export function installedPeers(): readonly Peer[] {
  return [
    command("pdftotext", "pdf", (file) => [file, "-"]),
    command("catdoc", "doc rtf", (file) => ["-d", "utf-8", "-w", file]),
    command("antiword", "doc", (file) => ["-m", "UTF-8.txt", "-w", "0", file]),
    command("xls2csv", "xls", (file) => ["-d", "utf-8", file]),
    command("catppt", "ppt", (file) => ["-d", "utf-8", file]),
    command("bsdtar", "archive zip tar gz rar 7z epub", (file) => ["-xOf", file]),
    office(),
    { name: "mammoth", formats: new Set(["docx"]), read: mammoth },
    { name: "SheetJS", formats: new Set(["xlsx", "xlsb", "xls", "dbf", "spreadsheetml"]), read: sheets },
  ].filter((peer) => peer !== undefined);
}

function command(name: string, formats: string, argumentsOf: (file: string) => readonly string[]): Peer | undefined {
  if (!installed(name)) return undefined;
  return {
    name,
    formats: new Set(formats.split(" ")),
    read: (file) => Promise.resolve(run(name, argumentsOf(file))),
  };
}

function installed(name: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((directory) => {
    try {
      return readdirSync(directory).includes(name);
    } catch {
      return false;
    }
  });
}

function run(name: string, given: readonly string[], timeout = milliseconds): string {
  try {
    return execFileSync(name, given, {
      encoding: "utf8",
      timeout,
      maxBuffer: 64 * 1024 * 1024,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch (error) {
    const { stdout } = error as { readonly stdout?: unknown };
    return typeof stdout === "string" ? stdout : "";
  }
}

/**
 * What its command line gives as text, not what it would show in a window. Each file becomes the plain text of its application: text, csv of every sheet, a presentation by way of PDF. All files of a format go into one
 * start of the program, which takes longer than the files do, under names that do not meet.
 */
function office(): Peer | undefined {
  if (!installed("soffice")) return undefined;
  const texts = new Map<string, string>();
  return {
    name: "LibreOffice",
    formats: new Set(["doc", "docx", "odf", "rtf", "xls", "xlsx", "xlsb", "ppt", "pptx", "wps"]),
    prepare: (files) => {
      for (const wanted of new Set(files.map(target))) {
        const some = files.filter((file) => target(file) === wanted);
        for (const [index, text] of convert(some, wanted).entries()) texts.set(some[index] ?? "", text);
      }
    },
    read: (file) => Promise.resolve(texts.get(file) ?? ""),
  };
}

function convert(files: readonly string[], wanted: string): readonly string[] {
  const scratch = mkdtempSync(join(tmpdir(), "zicha-office-"));
  try {
    const copies = files.map((file, index) => {
      const copy = join(scratch, `f${index}f${extname(file)}`);
      copyFileSync(file, copy);
      return copy;
    });
    const profile = `-env:UserInstallation=${pathToFileURL(join(scratch, "profile")).href}`;
    const made = join(scratch, "made");
    mkdirSync(made);
    run("soffice", [profile, "--headless", "--convert-to", wanted, "--outdir", made, ...copies], batchMilliseconds);
    return files.map((_, index) =>
      readdirSync(made)
        .filter((name) => name.startsWith(`f${index}f`))
        .map((name) => (name.endsWith(".pdf") ? run("pdftotext", [join(made, name), "-"]) : readFileSync(join(made, name), "utf8")))
        .join("\n"),
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function target(file: string): string {
  if (/\.(?:xls[xbm]?|et|ods|fods|dbf)$/i.test(file)) return "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true,false,false,false,-1";
  return /\.(?:pp[st]x?|dps|odp|fodp)$/i.test(file) ? "pdf" : "txt:Text (encoded):UTF8";
}

async function mammoth(file: string): Promise<string> {
  const { default: library } = await import("mammoth");
  try {
    return (await library.extractRawText({ buffer: readFileSync(file) })).value;
  } catch {
    return "";
  }
}

async function sheets(file: string): Promise<string> {
  const { read, utils } = await import("xlsx");
  try {
    const book = read(readFileSync(file));
    return book.SheetNames.map((name) => {
      const sheet = book.Sheets[name];
      return `${name}\n${sheet === undefined ? "" : utils.sheet_to_csv(sheet)}`;
    }).join("\n");
  } catch {
    return "";
  }
}
