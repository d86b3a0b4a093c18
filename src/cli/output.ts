import { closeSync, constants, lstatSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import type { Writer } from "../model/report.ts";

/** A report's way out: closed when it is whole, abandoned when it is not. */
export interface Output {
  readonly writer: Writer;
  /** Puts the report in its place. */
  commit(): void;
  /** Leaves the target as it was. */
  abandon(): void;
}

/** A file that cannot be written, known before the first byte is examined. */
export class OutputError extends Error {}

/**
 * Opens a file for a report, mode 0600. A target that is absent or a regular file is written aside and renamed when whole, so that a half
 * report never looks like one; a device or pipe is written through and never replaced.
 */
export function openOutput(path: string): Output {
  const kind = kindOf(path);
  if (kind === "directory") throw new OutputError("EISDIR");
  if (kind === "other") {
    const fd = attempt(() => openSync(path, constants.O_WRONLY | constants.O_NOCTTY));
    const through = writerTo(fd);
    const close = (): void => {
      through.flush();
      closeSync(fd);
    };
    return { writer: through, commit: close, abandon: close };
  }
  const aside = asideOf(path);
  const fd = attempt(() => openSync(aside, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
  const writer = writerTo(fd);
  return {
    writer,
    commit() {
      writer.flush();
      closeSync(fd);
      renameSync(aside, path);
    },
    abandon() {
      closeSync(fd);
      rmSync(aside, { force: true });
    },
  };
}

/** Where a report is written until it is whole. */
export function asideOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
}

function kindOf(path: string): "absent" | "file" | "directory" | "other" {
  try {
    const seen = lstatSync(path);
    // A link to a device is a device; a link to a file is replaced by the report, not written through.
    const target = seen.isSymbolicLink() ? statSync(path) : seen;
    return target.isDirectory() ? "directory" : target.isFile() ? "file" : "other";
  } catch {
    return "absent";
  }
}

function attempt<Result>(open: () => Result): Result {
  try {
    return open();
  } catch (error) {
    throw new OutputError((error as NodeJS.ErrnoException).code ?? "EIO");
  }
}

/** Writes whole pieces of 64 KiB, since a system call for each line would cost more than the line. */
function writerTo(fd: number): Writer & { flush(): void } {
  let pieces: Uint8Array[] = [];
  let length = 0;
  const flush = (): void => {
    const [only] = pieces;
    const bytes = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces, length);
    pieces = [];
    length = 0;
    for (let at = 0; at < bytes.length;) {
      const from = at;
      at += attempt(() => writeSync(fd, bytes, from));
    }
  };
  return {
    write(text) {
      const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
      pieces.push(bytes);
      length += bytes.length;
      if (length >= 65536) flush();
    },
    flush,
  };
}

/**
 * Standard output as a writer that waits for a slow reader. A reader that went away (`| head`) ends the output, not the scan; any other error,
 * such as a full disk, is an `OutputError` from the next write or from `settle`, which waits until all is written.
 */
export function standardOutput(stream: NodeJS.WriteStream): Writer & { settle(): Promise<void> } {
  let failed: string | undefined;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    failed ??= error.code ?? "EIO";
  });
  const check = (): void => {
    if (failed !== undefined && failed !== "EPIPE") throw new OutputError(failed);
  };
  return {
    write(text) {
      check();
      if (failed !== undefined || stream.write(text)) return undefined;
      return new Promise<void>((resolve) => {
        const done = (): void => {
          stream.off("drain", done);
          stream.off("close", done);
          stream.off("error", done);
          resolve();
        };
        stream.once("drain", done);
        stream.once("close", done);
        stream.once("error", done);
      });
    },
    async settle() {
      if (failed === undefined) {
        await new Promise<void>((resolve) => {
          stream.write("", () => resolve());
        });
        // The error is told after the callback.
        await new Promise((resolve) => setImmediate(resolve));
      }
      check();
    },
  };
}
