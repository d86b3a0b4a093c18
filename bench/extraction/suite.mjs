import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { has, best, measure } from "../shared/measure.mjs";
import { table } from "../shared/table.mjs";
import { inputFile, inputs } from "./inputs.mjs";
import { conversion } from "./libreOffice.mjs";

const one = fileURLToPath(new URL("./extract.mjs", import.meta.url));
const peers = { docx: "mammoth", xlsx: "sheetjs", xls: "sheetjs", xlsb: "sheetjs" };

/** Programs of catdoc's family and what they are asked. */
const catdocs = { doc: ["catdoc", "-d", "utf-8"], rtf: ["catdoc", "-d", "utf-8"], ppt: ["catppt", "-d", "utf-8"] };
/** What LibreOffice converts to. */
const converted = { doc: "txt:Text", rtf: "txt:Text", ppt: "odp" };

/** CPU of extraction without start-up: zicha's readers beside mammoth, SheetJS, LibreOffice, catdoc and pdftotext on inputs that take these a second or more. */
export async function run({ dir, only, rounds }) {
  const folder = join(dir, "extraction");
  mkdirSync(folder, { recursive: true });
  const rows = [];
  for (const kind of Object.keys(inputs).filter((name) => only.length === 0 || only.includes(name))) {
    const file = await inputFile(folder, kind);
    if (file === undefined) continue;
    const mine = await inProcess("zicha", file);
    rows.push([kind, inputs[kind].what, "zicha", mine.cpu.toFixed(2), mine.memory.toFixed(0), mine.characters, ""]);
    if (peers[kind] !== undefined) {
      const peer = await inProcess(peers[kind], file);
      rows.push([kind, "", peers[kind], peer.cpu.toFixed(2), peer.memory.toFixed(0), peer.characters, (mine.cpu / peer.cpu).toFixed(2)]);
    }
    if (kind === "pdf" && (await has("pdftotext"))) {
      const peer = await best(rounds, "pdftotext", ["-q", file, "-"], { keep: true });
      rows.push([kind, "", "pdftotext", peer.cpu.toFixed(2), peer.memory.toFixed(0), peer.text.length, (mine.cpu / peer.cpu).toFixed(2)]);
    }
    const [catdoc, ...options] = catdocs[kind] ?? [];
    if (catdoc !== undefined && (await has(catdoc))) {
      const peer = await best(rounds, catdoc, [...options, file], { keep: true });
      // catppt finds nothing in what LibreOffice writes: no time to compare.
      const ratio = peer.text.length === 0 ? "nothing read" : (mine.cpu / peer.cpu).toFixed(2);
      rows.push([kind, "", catdoc, peer.cpu.toFixed(2), peer.memory.toFixed(0), peer.text.length, ratio]);
    }
    if (converted[kind] !== undefined && (await has("soffice"))) {
      const peer = await conversion(rounds, folder, file, converted[kind]);
      rows.push([kind, "", "LibreOffice", peer.cpu.toFixed(2), peer.memory.toFixed(0), "", (mine.cpu / peer.cpu).toFixed(2)]);
    }
    if (kind === "xls" && (await has("xls2csv"))) {
      const peer = await best(rounds, "xls2csv", ["-d", "utf-8", file], { keep: true });
      rows.push([kind, "", "xls2csv", peer.cpu.toFixed(2), peer.memory.toFixed(0), peer.text.length, (mine.cpu / peer.cpu).toFixed(2)]);
    }
  }
  table(["format", "input", "reader", "CPU s", "peak MiB", "characters", "zicha ÷ this"], rows);

  /** The quickest of the rounds: noise only ever adds. */
  async function inProcess(tool, file) {
    let found;
    for (let round = 0; round < rounds; round++) {
      const { text, code } = await measure(process.execPath, [one, tool, file], { keep: true });
      if (code !== 0) throw new Error(`${tool} failed on ${file}`);
      const told = JSON.parse(text);
      if (found === undefined || told.cpu < found.cpu) found = told;
    }
    return found;
  }
}
