import { createDecipheriv, createHash, createHmac, pbkdf2Sync } from "node:crypto";

/** How the data of a member, or the headers of an archive, are encrypted. */
export type RarLock =
  | { readonly version: 4; readonly salt: Buffer | undefined }
  | {
      readonly version: 5;
      /** Rounds are two to this. */
      readonly power: number;
      readonly salt: Buffer;
      /** Absent for headers, which have one each. */
      readonly vector: Buffer | undefined;
      /** What the right password gives, where the archive says. */
      readonly check: Buffer | undefined;
      /** Checksums are changed by the key, so that they tell nothing of the content. */
      readonly keyed: boolean;
    };

/** What opens a lock. */
export interface RarKey {
  readonly key: Buffer;
  readonly vector: Buffer;
  /** For checksums changed by the key. */
  readonly sums: Buffer | undefined;
}

/** 2^20 rounds take half a second; WinRAR takes 2^15. */
const powerLimit = 20;
const rounds4 = 0x4_0000;
const known = new Map<string, RarKey | undefined>();

/**
 * The key that a password gives; undefined where the archive says that it is not the one, or asks for more rounds than are done. Kept in memory
 * for the archive's other members.
 */
export function rarKey(lock: RarLock, password: string): RarKey | undefined {
  const salt = lock.salt?.toString("hex") ?? "";
  const name = createHash("sha256")
    .update(`${lock.version}:${salt}:${lock.version === 5 ? lock.power : 0}:`)
    .update(password, "utf8")
    .digest("hex");
  let found = known.get(name);
  if (found === undefined && !known.has(name)) {
    found = lock.version === 5 ? key5(lock, password) : key4(lock.salt, password);
    if (known.size > 256) known.clear();
    known.set(name, found);
  }
  return found === undefined || lock.version === 4 || lock.vector === undefined ? found : { ...found, vector: lock.vector };
}

function key5(lock: RarLock & { version: 5 }, password: string): RarKey | undefined {
  if (lock.power > powerLimit) return undefined;
  const derive = (more: number): Buffer => pbkdf2Sync(Buffer.from(password, "utf8"), lock.salt, 2 ** lock.power + more, 32, "sha256");
  if (lock.check !== undefined) {
    const folded = Buffer.alloc(8);
    for (const [index, byte] of derive(32).entries()) folded[index & 7] = (folded[index & 7] ?? 0) ^ byte;
    if (!folded.equals(lock.check)) return undefined;
  }
  return { key: derive(0), vector: lock.vector ?? Buffer.alloc(16), sums: derive(16) };
}

/** SHA-1 over password, salt and a counter, 2^18 times; bytes of the digests on the way make the vector. */
function key4(salt: Buffer | undefined, password: string): RarKey {
  const secret = Buffer.concat([Buffer.from(password, "utf16le"), salt ?? Buffer.alloc(0)]);
  const hash = createHash("sha1");
  const vector = Buffer.alloc(16);
  const one = secret.length + 3;
  const batch = 0x4000;
  const block = Buffer.alloc(one * batch);
  for (let index = 0; index < batch; index++) secret.copy(block, index * one);
  for (let round = 0; round < rounds4; round += batch) {
    for (let index = 0; index < batch; index++) block.writeUIntLE(round + index, index * one + secret.length, 3);
    // The vector takes a byte of the digest after the first round of each batch.
    vector[round / batch] = hash.update(block.subarray(0, one)).copy().digest()[19] ?? 0;
    hash.update(block.subarray(one));
  }
  return { key: hash.digest().subarray(0, 16).swap32(), vector, sums: undefined };
}

/** Plain bytes of whole cipher blocks. */
export function rarDecrypt(lock: Pick<RarKey, "key" | "vector">, bytes: Uint8Array): Buffer {
  return rarDecipher(lock)(bytes.subarray(0, bytes.length & ~15));
}

/** Decrypts piece by piece. */
export function rarDecipher({ key, vector }: Pick<RarKey, "key" | "vector">): (bytes: Uint8Array) => Buffer {
  const cipher = createDecipheriv(key.length === 16 ? "aes-128-cbc" : "aes-256-cbc", key, vector);
  cipher.setAutoPadding(false);
  return (bytes) => cipher.update(bytes);
}

/** What an archive says of a checksum that is changed by the key. */
export function keyedSum(sums: Buffer, crc: number): number {
  const raw = Buffer.alloc(4);
  raw.writeUInt32LE(crc >>> 0);
  let folded = 0;
  for (const [index, byte] of createHmac("sha256", sums).update(raw).digest().entries()) folded ^= byte << ((index & 3) * 8);
  return folded >>> 0;
}
