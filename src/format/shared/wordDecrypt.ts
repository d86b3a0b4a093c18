import { rc4Keys, undoRc4, xorKeys } from "./binaryCrypto.ts";
import type { WordFib } from "./wordFib.ts";

/** The streams of a document that a password covers. */
export interface WordStreams {
  readonly word: Buffer;
  readonly table: Buffer;
  readonly data: Buffer;
}

/** Bytes of the head that stay plain (MS-DOC 2.2.6), in Word 97 and later and before. */
const plainHead = 0x44;
const plainHeadOld = 0x34;
/** 512 bytes: each has a key of its own. */
const block = 512;
/** PowerPoint and Word write it themselves where a file is only protected from changes. */
const built: readonly string[] = ["VelvetSweatshop"];

/** The streams decrypted by the first password that fits (MS-DOC 2.2.6: XOR obfuscation, RC4, RC4 of CryptoAPI); undefined when none does. */
export function decryptWord(streams: WordStreams, fib: WordFib, passwords: readonly string[]): WordStreams | undefined {
  for (const password of [...built, ...passwords]) {
    const undo = fib.obfuscated || !fib.modern ? xorOf(streams.word, password) : rc4Of(streams, password);
    if (undo === undefined) continue;
    const word = undo(streams.word);
    streams.word.copy(word, 0, 0, fib.modern ? plainHead : plainHeadOld);
    // Before Word 97 the tables lie in the stream of the text.
    return { word, table: fib.modern ? undo(streams.table) : word, data: undo(streams.data) };
  }
  return undefined;
}

type Undo = (stream: Buffer) => Buffer;

/** The verifier stands in the head, that of the password below its key. */
function xorOf(word: Buffer, password: string): Undo | undefined {
  const keys = xorKeys(password);
  if (keys === undefined || word.readUInt16LE(14) !== keys.verifier || word.readUInt16LE(16) !== keys.key) return undefined;
  const { array } = keys;
  return (stream) => {
    const out = Buffer.from(stream);
    for (let at = 0; at < out.length; at++) {
      const byte = out[at] ?? 0;
      const plain = byte ^ (array[at & 15] ?? 0);
      // Neither zeros nor what would become one were changed ([MS-OFFCRYPTO] 2.3.7.6).
      if (byte !== 0 && plain !== 0) out[at] = plain;
    }
    return out;
  };
}

/** How the content is encrypted stands plain at the begin of the table stream; the head says how many bytes it takes. */
function rc4Of({ word, table }: WordStreams, password: string): Undo | undefined {
  const length = Math.min(table.length, word.readUInt32LE(14));
  const keyOf = rc4Keys(table.subarray(0, length), password);
  if (keyOf === undefined) return undefined;
  return (stream) => {
    const out = Buffer.from(stream);
    undoRc4(out, keyOf, block);
    if (stream === table) table.copy(out, 0, 0, length);
    return out;
  };
}
