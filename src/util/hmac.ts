/** An HMAC-SHA-256 of texts under one key: its first 16 bytes as 32 hex digits. */
export type Hmac = (text: string) => string;

/** Bytes of a block and of a digest. */
const BLOCK = 64;
const DIGEST = 32;
/** Bytes that end a text: a bit and its length in bits. */
const ENDING = 9;

/** Fractions of the square roots of the first 8 primes, and of the cube roots of the first 64 (FIPS 180-4, 4.2.2 and 5.3.3). */
const START = Int32Array.of(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19);
const ROUNDS = Int32Array.from(
  [
    [0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5],
    [0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174],
    [0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da],
    [0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967],
    [0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85],
    [0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070],
    [0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3],
    [0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2],
  ].flat(),
);

const schedule = new Int32Array(64);
const state = new Int32Array(8);
const scratch = new Uint8Array(1024);
const encoder = new TextEncoder();

/**
 * HMAC (RFC 2104) with SHA-256 (FIPS 180-4), cut to half its length (RFC 2104, 5). The same as `node:crypto` gives, whose objects cost more than
 * the hash of a short text does: a finding takes two, and a scan may have a million findings. Texts are hashed as UTF-8.
 */
export function hmac(key: Uint8Array): Hmac {
  const [inner, outer] = [begin(key, 0x36), begin(key, 0x5c)];
  const digest = new Uint8Array(BLOCK);
  const half = Buffer.from(digest.buffer, 0, DIGEST / 2);
  return (text) => {
    const most = 3 * text.length + BLOCK + ENDING;
    const bytes = most <= scratch.length ? scratch : new Uint8Array(most);
    const length = write(text, bytes);
    state.set(inner);
    finish(bytes, length);
    writeState(digest, 8);
    state.set(outer);
    finish(digest, DIGEST);
    writeState(digest, 4);
    return half.toString("hex");
  };
}

/** The state after a block of the key, each byte of it changed by `pad`. */
function begin(key: Uint8Array, pad: number): Int32Array {
  if (key.length > BLOCK) throw new Error("a key fits into a block");
  const block = new Uint8Array(BLOCK).fill(pad);
  for (const [at, byte] of key.entries()) block[at] = byte ^ pad;
  state.set(START);
  compress(block, 0);
  return state.slice();
}

/** Takes all bytes before `length` with what ends them, for which there is room behind; a block of the key stands before them. */
function finish(bytes: Uint8Array, length: number): void {
  const end = BLOCK * Math.ceil((length + ENDING) / BLOCK);
  bytes[length] = 0x80;
  bytes.fill(0, length + 1, end - 4);
  writeWord(bytes, end - 4, 8 * (BLOCK + length));
  for (let at = 0; at < end; at += BLOCK) compress(bytes, at);
}

function write(text: string, bytes: Uint8Array): number {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // A call for the few characters of a value costs as much as hashing them.
    if (code >= 0x80) return encoder.encodeInto(text, bytes).written;
    bytes[at] = code;
  }
  return text.length;
}

function writeWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

/** Writes the first words of the state. */
function writeState(bytes: Uint8Array, words: number): void {
  for (let word = 0; word < words; word++) writeWord(bytes, 4 * word, state[word] ?? 0);
}

/** Takes the block at `from` into the state. */
function compress(bytes: Uint8Array, from: number): void {
  for (let index = 0, at = from; index < 16; index++, at += 4)
    schedule[index] = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  for (let index = 16; index < 64; index++) {
    const x = schedule[index - 15] ?? 0;
    const y = schedule[index - 2] ?? 0;
    const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    schedule[index] = (low + high + (schedule[index - 16] ?? 0) + (schedule[index - 7] ?? 0)) | 0;
  }
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let e = state[4] ?? 0;
  let f = state[5] ?? 0;
  let g = state[6] ?? 0;
  let h = state[7] ?? 0;
  for (let index = 0; index < 64; index++) {
    const turned = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + turned + (g ^ (e & (f ^ g))) + (ROUNDS[index] ?? 0) + (schedule[index] ?? 0)) | 0;
    const other = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & b) | (c & (a | b)))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + other) | 0;
  }
  state[0] = (state[0] ?? 0) + a;
  state[1] = (state[1] ?? 0) + b;
  state[2] = (state[2] ?? 0) + c;
  state[3] = (state[3] ?? 0) + d;
  state[4] = (state[4] ?? 0) + e;
  state[5] = (state[5] ?? 0) + f;
  state[6] = (state[6] ?? 0) + g;
  state[7] = (state[7] ?? 0) + h;
}
