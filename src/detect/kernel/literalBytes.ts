import type { ByteEncoding } from "../../util/decode.ts";
import { encode } from "../../util/encode.ts";

/**
 * Bytes of a literal, in lower case, as kernels compare them: every byte of A to Z as one of a to z, in the literal and in the text, also
 * where it is the second half of a character. What is found too much by that `isLiteral` tells. Undefined where the encoding cannot write it.
 */
export function literalBytes(text: string, encoding: ByteEncoding): Uint8Array | undefined {
  return encode(text, encoding)?.map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));
}

interface Exact {
  readonly bytes: Uint8Array;
  /** 1 where a byte is a letter by itself, of either case. */
  readonly letters: Uint8Array;
}

const known = new Map<string, Exact>();

/** Whether the literal, in lower case, stands at `at`, where a character begins. */
export function isLiteral(bytes: Uint8Array, at: number, text: string, encoding: ByteEncoding): boolean {
  const key = `${encoding} ${text}`;
  let exact = known.get(key);
  if (exact === undefined) known.set(key, (exact = exactly(text, encoding)));
  for (let index = 0; index < exact.bytes.length; index++) {
    const byte = bytes[at + index] ?? 0;
    if (byte !== exact.bytes[index] && !(exact.letters[index] === 1 && (byte | 0x20) === exact.bytes[index])) return false;
  }
  return true;
}

function exactly(text: string, encoding: ByteEncoding): Exact {
  const bytes: number[] = [];
  const letters: number[] = [];
  for (const character of text) {
    const own = encode(character, encoding) ?? new Uint8Array();
    bytes.push(...own);
    letters.push(...own.map(() => (/[a-z]/.test(character) ? 1 : 0)));
  }
  return { bytes: Uint8Array.from(bytes), letters: Uint8Array.from(letters) };
}
