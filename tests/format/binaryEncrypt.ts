import { createHash } from "node:crypto";
import { u16, u32 } from "./biffWriter.ts";

/** RC4, to encrypt what the readers decrypt. */
export function rc4(key: Buffer, data: Buffer): Buffer {
  const state = Array.from({ length: 256 }, (_, index) => index);
  for (let index = 0, other = 0; index < 256; index++) {
    other = (other + (state[index] ?? 0) + (key[index % key.length] ?? 0)) % 256;
    [state[index], state[other]] = [state[other] ?? 0, state[index] ?? 0];
  }
  let index = 0;
  let other = 0;
  return data.map((byte) => {
    index = (index + 1) % 256;
    other = (other + (state[index] ?? 0)) % 256;
    [state[index], state[other]] = [state[other] ?? 0, state[index] ?? 0];
    return byte ^ (state[((state[index] ?? 0) + (state[other] ?? 0)) % 256] ?? 0);
  }) as Buffer;
}

/** In blocks with a key each. */
export function rc4Blocks(keyOf: (block: number) => Buffer, data: Buffer, size: number): Buffer {
  return Buffer.concat(
    Array.from({ length: Math.ceil(data.length / size) }, (_, block) => rc4(keyOf(block), data.subarray(block * size, (block + 1) * size))),
  );
}

const hash = (kind: string, ...pieces: readonly Buffer[]): Buffer => createHash(kind).update(Buffer.concat(pieces)).digest();

/** What stands before encrypted content, and its keys: as Office 97 (RC4) or Office 2003 (RC4 of CryptoAPI, 128 bits) writes it. */
export function encryption(
  password: string,
  kind: "rc4" | "cryptoApi",
): { readonly info: Buffer; readonly keyOf: (block: number) => Buffer } {
  const salt = Buffer.alloc(16, 3);
  const verifier = Buffer.alloc(16, 5);
  const secret = Buffer.from(password, "utf16le");
  const first = hash("md5", secret).subarray(0, 5);
  const base =
    kind === "rc4" ? hash("md5", ...Array.from({ length: 16 }, () => [first, salt]).flat()).subarray(0, 5) : hash("sha1", salt, secret);
  const keyOf = (block: number): Buffer =>
    kind === "rc4" ? hash("md5", base, u32(block)) : hash("sha1", base, u32(block)).subarray(0, 16);
  const check = rc4(keyOf(0), Buffer.concat([verifier, hash(kind === "rc4" ? "md5" : "sha1", verifier)]));
  const parts =
    kind === "rc4"
      ? [u16(1, 1), salt, check]
      : [
          u16(2, 2),
          ...[4, 34, 4, 0, 0x6801, 0x8004, 128, 1, 0, 0].map((value) => u32(value)),
          u16(0),
          u32(16),
          salt,
          check.subarray(0, 16),
          u32(20),
          check.subarray(16),
        ];
  return { info: Buffer.concat(parts), keyOf };
}
