import { fstatSync, readSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

import type { Source } from "../model/entry.ts";
import { FailureError } from "../model/failure.ts";
import { errorCode, explainSystemError } from "./shared/systemError.ts";
import { streamSource } from "./shared/streamSource.ts";

/** Bytes asked of the pipe at a time. */
const PIECE = 256 * 1024;
/** Milliseconds until a pipe that has nothing yet is asked again: some parents hand down pipes that do not block. */
const PAUSE = 10;

/** Standard input as one entry: root `stdin:NAME`, where the name is what the text would be saved as. */
export const stdin: Source = {
  id: "stdin",
  claims: (root) => root.startsWith("stdin:"),
  async *walk(root, index) {
    const name = root.slice("stdin:".length);
    yield [
      {
        type: "entry",
        entry: { path: name === "" ? "-" : name, key: "0", root: index, size: undefined, modified: undefined, stamp: undefined, depth: 0 },
      },
    ];
  },
  open: async () => {
    const stats = fstatSync(0);
    const block = Buffer.alloc(PIECE);
    return streamSource(
      stats.isFile() ? stats.size : undefined,
      async () => {
        for (;;) {
          try {
            return Buffer.from(block.subarray(0, readSync(0, block, 0, block.length, null)));
          } catch (error) {
            const code = errorCode(error);
            if (code === "EOF") return Buffer.alloc(0);
            if (code === "EAGAIN") {
              await setTimeout(PAUSE);
              continue;
            }
            const explained = explainSystemError(error);
            throw new FailureError(explained.code, explained.detail);
          }
        }
      },
      () => undefined,
    );
  },
  stamp: () => Promise.resolve(undefined),
};
