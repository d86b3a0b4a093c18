import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** pdf.js, through pdf-parse: reads documents and pages that PDFium does not. */
export interface SecondReader {
  readonly pages: number;
  /** Text of a page, from 1; undefined when it cannot be read. */
  text(page: number): Promise<string | undefined>;
  /** The metadata packet (XMP), decrypted where that was needed; empty when there is none. */
  metadata(): Promise<string>;
  close(): Promise<void>;
}

/**
 * pdf.js makes a matrix of the browser's as it is loaded, which it takes from a native canvas where it finds one: a process that may load no
 * native code, or a system for which there is none, would not get as far as the text. Only drawing uses it, and nothing is drawn here.
 */
function standInForCanvas(): void {
  if ("DOMMatrix" in globalThis) return;
  Object.assign(globalThis, { DOMMatrix: class {}, ImageData: class {}, Path2D: class {} });
}

/** Opens with each password in turn, the empty one first. */
export async function openSecond(data: Buffer, passwords: readonly string[]): Promise<SecondReader | "corrupt" | "encrypted"> {
  standInForCanvas();
  const { PDFParse, PasswordException } = await import("pdf-parse");
  const release = holdRejections();
  const fromHere = createRequire(import.meta.url);
  // The copy that pdf-parse itself loads: its CMaps and fonts fit its code.
  const folder = dirname(createRequire(fromHere.resolve("pdf-parse")).resolve("pdfjs-dist/package.json"));
  for (const password of ["", ...passwords]) {
    const parser = new PDFParse({
      data: widePages(data),
      password,
      // Without these two, text in Chinese fonts that are not embedded comes back empty, and nothing is said.
      cMapUrl: join(folder, "cmaps/"),
      cMapPacked: true,
      standardFontDataUrl: join(folder, "standard_fonts/"),
      isEvalSupported: false,
      disableFontFace: true,
      useSystemFonts: false,
      verbosity: 0,
    });
    try {
      const { total } = await parser.getText({ partial: [unreachablePage], pageJoiner: "" });
      return {
        pages: total,
        text: async (page) => {
          try {
            const read = await parser.getText({ partial: [page], pageJoiner: "" });
            return read.pages[0]?.text;
          } catch {
            return undefined;
          }
        },
        metadata: async () => {
          try {
            const packet: unknown = (await parser.getInfo()).metadata;
            const raw = (packet as { getRaw?(): unknown } | null | undefined)?.getRaw?.();
            return typeof raw === "string" ? raw : "";
          } catch {
            return "";
          }
        },
        close: async () => {
          await parser.destroy();
          release();
        },
      };
    } catch (error) {
      await parser.destroy();
      if (!(error instanceof PasswordException)) {
        release();
        return "corrupt";
      }
    }
  }
  release();
  return "encrypted";
}

/**
 * pdf.js lets some promises fail that nobody waits for (a cross-reference entry that is wrong), which would end the thread. They say nothing
 * that its answers do not say too; other rejections go their way. Gives what ends this.
 */
function holdRejections(): () => void {
  if (holders === 0) process.on("unhandledRejection", passOnForeign);
  holders += 1;
  // After the turn of the event loop in which the last of them comes up.
  return () =>
    void setImmediate(() => {
      holders -= 1;
      if (holders === 0) process.off("unhandledRejection", passOnForeign);
    });
}

/** Documents that pdf.js has open in this thread. */
let holders = 0;

function passOnForeign(reason: unknown): void {
  const { name = "", stack = "" } = reason instanceof Error ? reason : {};
  if (!/Exception$|^(?:Format|Jpeg|Jpx|Jbig2|Lexer)Error$/u.test(name) && !/pdf\.worker|pdfjs-dist/u.test(stack)) throw reason;
}

/**
 * A copy (pdf.js takes the buffer away from its owner) whose pages reach farther to the right and up: pdf.js leaves out what lies off the
 * page. No byte moves, so the cross-reference table still holds.
 */
function widePages(data: Buffer): Uint8Array {
  const copy = Uint8Array.from(data);
  for (const key of ["/MediaBox", "/CropBox"]) {
    for (let at = data.indexOf(key); at !== -1; at = data.indexOf(key, at + key.length)) {
      const box = /^\s*\[\s*[\d.-]+\s+[\d.-]+\s+/u.exec(data.toString("latin1", at + key.length, at + 80));
      if (box === null) continue;
      for (let digit = at + key.length + box[0].length; isNumberOrSpace(data[digit]); digit += 1) {
        if (data[digit] !== 0x20) copy[digit] = 0x39;
      }
    }
  }
  return copy;
}

function isNumberOrSpace(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || byte === 0x2e || byte === 0x20);
}

/** No document has it: asking for it opens the document and reads nothing. */
const unreachablePage = -1;
