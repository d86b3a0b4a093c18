import { createDecipheriv, createHash, hash as hashAtOnce, timingSafeEqual } from "node:crypto";
import type { Stop } from "../../model/chunk.ts";
import { attribute } from "./xml.ts";

/** A package whose password was found. */
export interface OpenedPackage {
  /** Bytes of the package, made when asked for. */
  plain(): Buffer;
}

/** Excel and PowerPoint write these passwords themselves where a file is only protected from changes: it opens without asking. */
const built: readonly string[] = ["VelvetSweatshop", "/01Hannes Ruescher/01"];

/** 1 million rounds: Office makes 100,000, and a file that asks for more than ten times as many asks for the time. */
const roundLimit = 1_000_000;
/** 256 passwords are tried on one file: each costs some 0.2 s. */
const tryLimit = 256;

/**
 * Tries passwords on an encrypted Office package (MS-OFFCRYPTO 2.3.4, agile and standard encryption). Undefined when none fits, or the
 * encryption is of another kind.
 */
export function openPackageWith(info: Buffer, stored: Buffer, passwords: readonly string[], signal: Stop): OpenedPackage | undefined {
  if (info.length < 12 || stored.length < 8) return undefined;
  const minor = info.readUInt16LE(2);
  const open = minor === 4 ? agile(info, stored) : minor === 2 ? standard(info, stored) : undefined;
  if (open === undefined) return undefined;
  for (const password of [...built, ...passwords].slice(0, tryLimit)) {
    if (signal.aborted) return undefined;
    try {
      const opened = open(password);
      if (opened !== undefined) return opened;
    } catch {
      // A damaged description of keys makes the cipher refuse: no password fits it.
      return undefined;
    }
  }
  return undefined;
}

type Open = (password: string) => OpenedPackage | undefined;

/** Bytes of the package: its size stands before it, and may lie. */
function sized(stored: Buffer, plain: Buffer): Buffer {
  const size = Number(stored.readBigUInt64LE(0));
  return plain.subarray(0, Math.min(plain.length, size));
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A digest cut to `length`, or filled up with 36. */
function fit(bytes: Buffer, length: number): Buffer {
  return bytes.length >= length ? bytes.subarray(0, length) : Buffer.concat([bytes, Buffer.alloc(length - bytes.length, 0x36)]);
}

function hashed(algorithm: string, ...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function spin(algorithm: string, salt: Buffer, password: string, rounds: number): Buffer {
  let hash = hashed(algorithm, salt, Buffer.from(password, "utf16le"));
  const round = Buffer.alloc(4 + hash.length);
  for (let index = 0; index < rounds; index++) {
    round.writeUInt32LE(index);
    hash.copy(round, 4);
    hash = hashAtOnce(algorithm, round, "buffer");
  }
  return hash;
}

/** AES without padding: what does not fill a block at the end of a cut file is left out. */
function decipher(mode: "cbc" | "ecb", key: Buffer, vector: Buffer | null, bytes: Buffer): Buffer {
  const cipher = createDecipheriv(`aes-${8 * key.length}-${mode}`, key, vector);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes.subarray(0, bytes.length - (bytes.length % 16))), cipher.final()]);
}

function same(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && one.length > 0 && timingSafeEqual(one, other);
}

const algorithms: Readonly<Record<string, string>> = {
  SHA1: "sha1",
  "SHA-1": "sha1",
  SHA256: "sha256",
  "SHA-256": "sha256",
  SHA384: "sha384",
  "SHA-384": "sha384",
  SHA512: "sha512",
  "SHA-512": "sha512",
};

interface KeyDescription {
  readonly hash: string;
  readonly salt: Buffer;
  readonly keyLength: number;
}

function describe(attributes: string): KeyDescription | undefined {
  const hash = algorithms[(attribute(attributes, "hashAlgorithm") ?? "").toUpperCase()];
  const bits = Number(attribute(attributes, "keyBits"));
  const salt = Buffer.from(attribute(attributes, "saltValue") ?? "", "base64");
  const chaining = attribute(attributes, "cipherChaining");
  if (hash === undefined || ![128, 192, 256].includes(bits) || salt.length < 8 || salt.length > 64) return undefined;
  if (attribute(attributes, "cipherAlgorithm") !== "AES" || chaining !== "ChainingModeCBC") return undefined;
  return { hash, salt, keyLength: bits / 8 };
}

function agile(info: Buffer, stored: Buffer): Open | undefined {
  const xml = info.toString("latin1", 8, Math.min(info.length, 64 * 1024));
  const data = describe(/<keyData\s([^>]*)>/.exec(xml)?.[1] ?? "");
  const attributes = /<(?:\w+:)?encryptedKey\s([^>]*)>/.exec(xml)?.[1] ?? "";
  const key = describe(attributes);
  const rounds = Number(attribute(attributes, "spinCount"));
  if (data === undefined || key === undefined || !(rounds >= 0 && rounds <= roundLimit)) return undefined;
  const sealed = (name: string): Buffer => Buffer.from(attribute(attributes, name) ?? "", "base64");
  return (password) => {
    const base = spin(key.hash, key.salt, password, rounds);
    const unseal = (block: string, bytes: Buffer): Buffer =>
      decipher("cbc", fit(hashed(key.hash, base, Buffer.from(block, "hex")), key.keyLength), fit(key.salt, 16), bytes);
    const input = unseal("fea7d2763b4b9e79", sealed("encryptedVerifierHashInput"));
    const value = unseal("d7aa0f6d3061344e", sealed("encryptedVerifierHashValue"));
    const digest = hashed(key.hash, input.subarray(0, key.salt.length));
    if (!same(digest, value.subarray(0, digest.length))) return undefined;
    const secret = unseal("146e0be7abacd0d6", sealed("encryptedKeyValue")).subarray(0, data.keyLength);
    if (secret.length < data.keyLength) return undefined;
    return {
      plain(): Buffer {
        const parts: Buffer[] = [];
        for (let at = 8, segment = 0; at < stored.length; at += 4096, segment++) {
          const vector = fit(hashed(data.hash, data.salt, number(segment)), 16);
          parts.push(decipher("cbc", secret, vector, stored.subarray(at, at + 4096)));
        }
        return sized(stored, Buffer.concat(parts));
      },
    };
  };
}

/** AES with SHA-1 and 50,000 rounds, as Office 2007 wrote it. */
function standard(info: Buffer, stored: Buffer): Open | undefined {
  const headerLength = info.readUInt32LE(8);
  const verifier = 12 + headerLength;
  if (headerLength < 32 || verifier + 4 + 16 + 16 + 4 + 32 > info.length) return undefined;
  const bits = info.readUInt32LE(12 + 16);
  const algorithm = info.readUInt32LE(12 + 8);
  if (![0x660e, 0x660f, 0x6610].includes(algorithm) || ![128, 192, 256].includes(bits)) return undefined;
  const salt = info.subarray(verifier + 4, verifier + 20);
  const input = info.subarray(verifier + 20, verifier + 36);
  const value = info.subarray(verifier + 40, verifier + 72);
  return (password) => {
    const base = hashed("sha1", spin("sha1", salt, password, 50_000), number(0));
    const mixed = (fill: number): Buffer => {
      const block = Buffer.alloc(64, fill);
      for (const [index, byte] of base.entries()) block[index] = fill ^ byte;
      return hashed("sha1", block);
    };
    const key = Buffer.concat([mixed(0x36), mixed(0x5c)]).subarray(0, bits / 8);
    const digest = hashed("sha1", decipher("ecb", key, null, input));
    if (!same(digest, decipher("ecb", key, null, value).subarray(0, 20))) return undefined;
    return { plain: () => sized(stored, decipher("ecb", key, null, stored.subarray(8))) };
  };
}
