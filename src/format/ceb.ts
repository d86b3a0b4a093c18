import type { Extractor } from "../model/chunk.ts";

/** Founder's encrypted layout format (方正 CEB): recognised by its first bytes, not read. */
export const ceb: Extractor = {
  id: "ceb",
  title: { zh: "CEB 版式文档（仅识别，不读取）", en: "CEB document (recognised, not read)" },
  version: 1,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => Buffer.from(head.subarray(0, 11)).toString("latin1") === "Founder CEB",
  async *extract({ entry }) {
    yield {
      type: "failure",
      failure: {
        stage: "extract",
        code: "unsupported-format",
        path: entry.path,
        detail: "CEB document: convert it to PDF or OFD and scan that",
        partial: false,
      },
    };
  },
};
