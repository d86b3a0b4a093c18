import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { readRange } from "./shared/bytes.ts";
import { createSink } from "./shared/flow.ts";
import { readBySheetJs } from "./shared/sheetJs.ts";

/** Excel workbooks of 2.0 to 2003 (BIFF2 to BIFF8, [MS-XLS]), bare or in a compound file. */
export const xls: Extractor = {
  id: "xls",
  title: { zh: "Excel 97–2003 工作簿", en: "Excel 97–2003 workbook" },
  version: 1,
  access: "any",
  async accepts(probe) {
    if (isBareBook(probe.head)) return true;
    if (probe.head[0] !== 0xd0 || probe.head[1] !== 0xcf) return false;
    return [...(await probe.members())].some((name) => /^\/?(workbook|book)$/i.test(name));
  },
  extract,
};

/** 64 MiB: the library holds some ten times of it. */
const limit = 64 * 1024 * 1024;

/** A BOF record with its length and a kind of stream that exists. */
function isBareBook(head: Uint8Array): boolean {
  if (head.length < 8 || head[0] !== 0x09 || head[3] !== 0) return false;
  const kind = (head[6] ?? 0) | ((head[7] ?? 0) << 8);
  const sizes: Readonly<Record<number, number>> = { 0: 4, 2: 6, 4: 6, 8: 8 };
  if (sizes[head[1] ?? 1] !== head[2] && !(head[1] === 8 && head[2] === 16)) return false;
  return [0x05, 0x06, 0x10, 0x20, 0x40, 0x100].includes(kind);
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const { size } = input.bytes;
  if (size !== undefined && size > limit) {
    sink.failure("too-large", "more than 64 MiB cannot be held by the reader of workbooks", false);
    yield* sink.drain();
    return;
  }
  const bytes = await readRange(input.bytes, 0, limit);
  const outcome = yield* readBySheetJs(sink, bytes, { properties: true });
  if (outcome === "encrypted") sink.failure("encrypted", "workbook is protected by a password", false);
  if (outcome === "corrupt") sink.failure("corrupt", "workbook cannot be read", false);
  yield* sink.drain();
}
