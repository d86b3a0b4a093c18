import type { Extractor } from "../model/chunk.ts";
import { appendedArchive, appendedMark, mayCarryArchive } from "./shared/appended.ts";
import { rangeSource, readRange } from "./shared/bytes.ts";
import { hidesPicture } from "./shared/carrier.ts";
import { innerEntry, told } from "./shared/inner.ts";

/**
 * Programs that unpack a 7z, RAR or cabinet archive which stands behind them or, of IExpress, in them, and pictures, sounds and fonts with one behind
 * them: the archive is a member. The program itself holds no text. What installers hold (NSIS, Inno Setup) is told as not read.
 */
export const selfExtractor: Extractor = {
  id: "self-extractor",
  title: {
    zh: "自解压程序及附在图像等之后的压缩包（7z、RAR、CAB）",
    en: "Self-extracting programs, archives behind pictures and the like (7z, RAR, cabinets)",
  },
  version: 6,
  access: "any",
  streaming: true,
  accepts: async (probe) => mayCarryArchive(probe.head) && (await probe.members()).has(appendedMark),
  async *extract({ entry, bytes }) {
    const found = await appendedArchive(bytes);
    if (found === undefined) {
      yield told(entry, "corrupt", "no archive behind the program", false);
      return;
    }
    if (found.kind === "NSIS" || found.kind === "Inno Setup") {
      yield told(entry, "unsupported-format", `installer (${found.kind}): unpack it and scan what it holds`, false);
      return;
    }
    if (hidesPicture(await readRange(bytes, 0, 4096)))
      yield told(entry, "no-text", "the picture before the archive needs a person or OCR", true);
    const length = Math.min(found.length ?? Number.MAX_SAFE_INTEGER, Math.max(0, (bytes.size ?? 0) - found.from));
    yield {
      type: "member",
      entry: innerEntry(entry, { name: `archive.${found.kind}`, key: found.from, size: length, modified: entry.modified }),
      open: () => Promise.resolve(rangeSource(bytes, found.from, length)),
    };
  },
};
