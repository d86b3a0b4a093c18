import type { ByteSource } from "../model/entry.ts";
import type { Extractor } from "../model/chunk.ts";
import { readRange } from "./shared/bytes.ts";
import { told } from "./shared/inner.ts";
import { directoryPlace, startsAsSevenZip } from "./shared/sevenZip.ts";
import { startsAsZip } from "./shared/zip.ts";
import { lastVolume } from "./shared/zipVolumes.ts";

const later = /(?:^|[/\\])([^/\\]+)\.(\d{3})$/;
const spanned = /(?:^|[/\\])([^/\\]+)\.z\d\d$/i;

/**
 * Volumes of archives which nothing in them tells (`x.7z.002`, `x.z02`): they are read with the one that holds the directory or the begin, if that
 * is here and belongs to a set. The last of all readers, so that a file that can be read as anything else is.
 */
export const volume: Extractor = {
  id: "volume",
  title: { zh: "压缩包分卷（随整卷读取）", en: "Volumes of archives (read with the set)" },
  version: 1,
  access: "in-order",
  streaming: true,
  accepts: ({ name }) => (later.test(name) && !name.endsWith(".001") && !name.endsWith(".000")) || spanned.test(name),
  async *extract(input) {
    const base = spanned.exec(input.entry.path)?.[1];
    const name = base === undefined ? `${later.exec(input.entry.path)?.[1] ?? ""}.001` : `${base}.zip`;
    const whole = await input.partner?.(name);
    if (whole === undefined) {
      yield told(input.entry, "not-found", `volume ${name} is not here or not examined, or this is no volume`, false);
      return;
    }
    try {
      const belongs = base === undefined ? await goesOn(whole) : ((await lastVolume(whole)) ?? 0) > 0;
      if (!belongs) yield told(input.entry, "unsupported-format", "no volume of an archive", false);
    } finally {
      await whole.close();
    }
  },
};

/** Whether the first volume is an archive that is not whole by itself. */
async function goesOn(first: ByteSource): Promise<boolean> {
  const head = Buffer.from(await readRange(first, 0, 32));
  if (startsAsSevenZip(head)) {
    const place = directoryPlace(head);
    return place !== undefined && place.from + place.length > (first.size ?? 0);
  }
  return startsAsZip(head) && (await lastVolume(first)) === undefined;
}
