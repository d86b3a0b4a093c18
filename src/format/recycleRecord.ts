import type { Extractor } from "../model/chunk.ts";
import { readRecycleRecord } from "../util/recycleRecord.ts";
import { readRange } from "./shared/bytes.ts";

/** Bytes of an INFO2 that are read: some thousand records. */
const MOST = 4 * 1024 * 1024;

/**
 * Records of a Windows recycle bin: the paths that what is in it had. Told by name and content together, since their first bytes alone are
 * too common.
 */
export const recycleRecord: Extractor = {
  id: "recycle-record",
  title: { zh: "回收站记录", en: "Recycle bin record" },
  version: 1,
  access: "any",
  accepts: ({ name, head }) => /^(?:\$I|INFO2$)/i.test(name) && readRecycleRecord(name, head).length > 0,
  async *extract({ entry, bytes }) {
    const name = entry.path.slice(Math.max(entry.path.lastIndexOf("/"), entry.path.lastIndexOf("\\")) + 1);
    const items = readRecycleRecord(name, await readRange(bytes, 0, MOST));
    const text = items.map(({ path }) => `${path}\n`).join("");
    yield {
      type: "chunk",
      chunk: {
        content: {
          kind: "utf8",
          bytes: Buffer.from(text, "utf8"),
          locate: (offset) => ({ kind: "line", line: Buffer.from(text, "utf8").toString("utf8", 0, offset).split("\n").length, column: 1 }),
        },
        flow: "paths",
        start: 0,
        roles: ["property"],
      },
    };
    if ((bytes.size ?? 0) > MOST) {
      yield { type: "failure", failure: { stage: "extract", code: "too-large", path: entry.path, detail: "read to 4 MiB", partial: true } };
    }
  },
};
