import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";
import type { ByteSource } from "../../model/entry.ts";
import { FailureError } from "../../model/failure.ts";
import { toSystemPath } from "../../util/path.ts";
import type { ByteString } from "../../util/path.ts";
import { errorCode, explainSystemError } from "./systemError.ts";

/** Linux only: the access time stays as it was. Node has no constant of its own on other systems. */
const noAccessTime = constants.O_NOATIME ?? 0;

/** A link or FIFO put in the place of a file is not followed and does not block. Both are 0 on Windows. */
const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Most bytes asked of one system call: Linux gives 2 GiB − 4 KiB at most. */
const readSize = 1 << 30;

/**
 * Opens a file once, without a trace where the system allows, and makes sure of what was opened: a link, device or FIFO put in its place since
 * the walk is refused. All calls are synchronous, since a worker has nothing else to do: 34 µs CPU per small file, with promises 82.
 */
export function openFile(key: ByteString): ByteSource {
  const path = toSystemPath(key);
  let descriptor: number;
  let touched: boolean;
  let isFile = true;
  try {
    // Windows has no flags against links and pipes, so what the name stands for is looked at first.
    isFile = constants.O_NOFOLLOW !== undefined || lstatSync(path).isFile();
    ({ descriptor, touched } = openQuietly(path));
  } catch (error) {
    const { code, detail } = explainSystemError(error);
    throw new FailureError(code, detail);
  }
  const stats = fstatSync(descriptor);
  if (!isFile || !stats.isFile()) {
    closeSync(descriptor);
    throw stats.isDirectory() ? new FailureError("changed", "became a directory") : new FailureError("unsupported-format", "special file");
  }
  let closed = false;
  return {
    size: stats.size,
    seekable: true,
    ...(touched ? { touched } : {}),
    read: async (into, offset) => readFully(descriptor, into, offset),
    close: async () => {
      if (!closed) {
        closed = true;
        closeSync(descriptor);
      }
    },
  };
}

/** The first `most` bytes of a regular file, opened as quietly. Throws what `openFile` throws. */
export function readSmallFile(key: ByteString, most: number): Uint8Array {
  const path = toSystemPath(key);
  const stats = lstatSync(path);
  if (!stats.isFile()) throw new FailureError("unsupported-format", "special file");
  const { descriptor } = openQuietly(path);
  try {
    const bytes = Buffer.alloc(Math.min(most, stats.size));
    return bytes.subarray(0, readFully(descriptor, bytes, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** `touched` where a system that can leave the access time alone would not. */
function openQuietly(path: string | Buffer): { readonly descriptor: number; readonly touched: boolean } {
  if (noAccessTime === 0) {
    return { descriptor: openSync(path, readFlags), touched: false };
  }
  try {
    return { descriptor: openSync(path, readFlags | noAccessTime), touched: false };
  } catch (error) {
    // Only the owner may leave the access time alone; any other reader changes it.
    if (errorCode(error) !== "EPERM") {
      throw error;
    }
    return { descriptor: openSync(path, readFlags), touched: true };
  }
}

function readFully(descriptor: number, into: Uint8Array, offset: number): number {
  let done = 0;
  try {
    while (done < into.length) {
      const count = readSync(descriptor, into, done, Math.min(into.length - done, readSize), offset + done);
      if (count === 0) {
        break;
      }
      done += count;
    }
  } catch (error) {
    const { code, detail } = explainSystemError(error);
    throw new FailureError(code, detail);
  }
  return done;
}
