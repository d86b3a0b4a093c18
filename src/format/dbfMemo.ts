import type { Extractor } from "../model/chunk.ts";
import { readRange } from "./shared/bytes.ts";
import { memoKind, openMemo } from "./shared/dbfMemo.ts";
import { createSink } from "./shared/flow.ts";
import { giveTextRuns } from "./shared/textRuns.ts";

const named = /(?:^|[/\\])([^/\\]+)\.(fpt|dbt)$/i;

/**
 * Long texts of a dBASE or FoxPro table (`x.fpt`, `x.dbt`), which nothing in them tells: read with the table that lies beside them, else for the
 * runs of text in them. One of the last readers, so that a file that can be read as anything else is.
 */
export const dbfMemo: Extractor = {
  id: "dbf-memo",
  title: { zh: "dBASE/FoxPro 备注文件（随表读取）", en: "dBASE/FoxPro memo file (read with its table)" },
  version: 1,
  access: "any",
  streaming: true,
  accepts: ({ name }) => named.test(name),
  async *extract(input) {
    const [, base = "", extension = ""] = named.exec(input.entry.path) ?? [];
    const upper = extension === extension.toUpperCase();
    for (const name of upper ? [`${base}.DBF`, `${base}.dbf`] : [`${base}.dbf`, `${base}.DBF`]) {
      const table = await input.partner?.(name);
      if (table === undefined) continue;
      const head = await readRange(table, 0, 32).finally(() => table.close());
      const kind = memoKind(head[0] ?? 0);
      if (kind !== undefined && kind.startsWith(extension.toLowerCase()) && (await openMemo(input.bytes, kind)) !== undefined) return;
    }
    const sink = createSink(input.budget, input.entry.path);
    yield* giveTextRuns(sink, input.bytes);
    sink.failure("not-found", "table of the memo file is not here or not examined: only runs of text were read", true);
    yield* sink.drain();
  },
};
