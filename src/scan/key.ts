import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

import { keyId } from "../util/hash.ts";
import { makeDirectory } from "./makeDirectory.ts";

/** Bytes of a fingerprint key. */
const KEY_BYTES = 32;

/** Where the key lies unless said: `$XDG_STATE_HOME/zicha/key`, `%LOCALAPPDATA%\\zicha\\key` on Windows. */
export function defaultKeyFile(environment: Readonly<Record<string, string | undefined>>): string {
  return join(defaultStateDirectory(environment), "key");
}

/** Where state lies unless said: `$XDG_STATE_HOME/zicha`, `%LOCALAPPDATA%\\zicha` on Windows. */
export function defaultStateDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const state =
    environment["XDG_STATE_HOME"] ??
    (process.platform === "win32" ? environment["LOCALAPPDATA"] : undefined) ??
    join(homedir(), ".local", "state");
  return join(state, "zicha");
}

/**
 * Reads a key file (64 hex digits), or makes it when `create` says so: mode 0600, its directory 0700. Gives a problem instead where it
 * cannot be read or is no key. Where the state directory cannot be written the key lives for this run only.
 */
export function loadKey(
  file: string,
  create: boolean,
): { readonly key: Uint8Array; readonly stored: boolean } | { readonly problem: string } {
  let text: string;
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || !create) return { problem: `key file cannot be read: ${file}` };
    const key = randomBytes(KEY_BYTES);
    try {
      storeKey(file, key);
      return { key, stored: true };
    } catch (failed) {
      // Another run may have made it in between.
      if ((failed as NodeJS.ErrnoException).code === "EEXIST") return loadKey(file, false);
      return { key, stored: false };
    }
  }
  if (!/^[0-9a-f]{64}$/i.test(text)) return { problem: `key file holds no key (64 hex digits): ${file}` };
  return { key: Buffer.from(text, "hex"), stored: true };
}

function storeKey(file: string, key: Buffer): void {
  makeDirectory(dirname(file));
  writeFileSync(file, `${key.toString("hex")}\n`, { mode: 0o600, flag: "wx" });
  chmodSync(file, 0o600);
}

/** Makes a new key where there is none, and gives its id; the system's error code where it cannot, `EEXIST` where there is one. */
export function makeKey(file: string): { readonly id: string } | { readonly problem: string } {
  const key = randomBytes(KEY_BYTES);
  try {
    storeKey(file, key);
    return { id: keyId(key) };
  } catch (error) {
    return { problem: (error as NodeJS.ErrnoException).code ?? "EIO" };
  }
}

/** The id of the key in a file. */
export function readKeyId(file: string): { readonly id: string } | { readonly problem: string } {
  const loaded = loadKey(file, false);
  return "problem" in loaded ? loaded : { id: keyId(loaded.key) };
}
