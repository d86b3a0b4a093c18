const first = 0x9e3779b1;
const second = 0x85ebca77;
const third = 0xc2b2ae3d;
const fourth = 0x27d4eb2f;
const fifth = 0x165667b1;

/** xxHash of 32 bits with seed 0 (XXH32), of bytes given in pieces. */
export class XxHash32 {
  readonly #lanes: Int32Array = Int32Array.of(first + second, second, 0, -first);
  readonly #kept: Buffer = Buffer.alloc(16);
  #length = 0;

  update(bytes: Uint8Array): void {
    let at = 0;
    const held = this.#length % 16;
    this.#length += bytes.length;
    if (held > 0) {
      at = Math.min(16 - held, bytes.length);
      this.#kept.set(bytes.subarray(0, at), held);
      if (held + at < 16) return;
      this.#stripes(this.#kept);
    }
    const whole = bytes.length - ((bytes.length - at) % 16);
    if (whole > at) this.#stripes(bytes.subarray(at, whole));
    this.#kept.set(bytes.subarray(whole));
  }

  /** The sum of what was given, not negative; more may be given after it. */
  sum(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#lanes;
    let sum = this.#length < 16 ? fifth : turn(a, 1) + turn(b, 7) + turn(c, 12) + turn(d, 18);
    sum = (sum + this.#length) | 0;
    const end = this.#length % 16;
    let at = 0;
    for (; at + 4 <= end; at += 4) sum = Math.imul(turn((sum + Math.imul(this.#kept.readInt32LE(at), third)) | 0, 17), fourth);
    for (; at < end; at++) sum = Math.imul(turn((sum + Math.imul(this.#kept[at] ?? 0, fifth)) | 0, 11), first);
    sum = Math.imul(sum ^ (sum >>> 15), second);
    sum = Math.imul(sum ^ (sum >>> 13), third);
    return (sum ^ (sum >>> 16)) >>> 0;
  }

  #stripes(bytes: Uint8Array): void {
    let [a = 0, b = 0, c = 0, d = 0] = this.#lanes;
    const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; at += 16) {
      a = round(a, words.getInt32(at, true));
      b = round(b, words.getInt32(at + 4, true));
      c = round(c, words.getInt32(at + 8, true));
      d = round(d, words.getInt32(at + 12, true));
    }
    this.#lanes.set([a, b, c, d]);
  }
}

function round(lane: number, word: number): number {
  return Math.imul(turn((lane + Math.imul(word, second)) | 0, 13), first);
}

function turn(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
