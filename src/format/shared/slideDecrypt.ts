import { applyRc4, rc4Keys } from "./binaryCrypto.ts";
import type { KeyOf } from "./binaryCrypto.ts";

/** A presentation whose password was found. */
export interface DecryptedSlides {
  readonly stream: Buffer;
  /** The stream of pictures in the same way. */
  pictures(stream: Buffer): Buffer;
  /** Streams of properties that lie in one of their own ([MS-OFFCRYPTO] 2.3.5.4); undefined where it is damaged. */
  summary(stream: Buffer): readonly Buffer[] | undefined;
}

/** PowerPoint encrypts with the first what is only protected from changes. */
const built: readonly string[] = ["/01Hannes Ruescher/01", "VelvetSweatshop"];

const USER_EDIT = 0x0ff5;
const DIRECTORY = 0x1772;
const CRYPT_SESSION = 0x2f14;
/** 262,144 objects. */
const objectLimit = 262_144;

/**
 * A presentation decrypted by the first password that fits (MS-PPT 2.3.7: RC4 of CryptoAPI): each object by a key of its own, its head with it; edits
 * and directories are plain. `edit` is the offset of the last edit. Undefined when none fits, or the key is not where the edit says.
 */
export function decryptSlides(stream: Buffer, edit: number, passwords: readonly string[]): DecryptedSlides | undefined {
  const objects = objectsOf(stream, edit);
  if (objects === undefined) return undefined;
  const { info, places } = objects;
  for (const password of [...built, ...passwords]) {
    const keyOf = rc4Keys(info, password);
    if (keyOf === undefined) continue;
    const out = Buffer.from(stream);
    // Objects that lie in each other are those of a made-up file: together they are as long as the stream.
    let left = out.length;
    for (const [offset, id] of places) left -= undoRecord(out, offset, keyOf(id), left);
    return { stream: out, pictures: (pictures) => undoPictures(pictures, keyOf), summary: (summary) => undoSummary(summary, keyOf) };
  }
  return undefined;
}

/** How the content is encrypted, and the number of each object by its offset: of all edits. */
function objectsOf(stream: Buffer, last: number): { readonly info: Buffer; readonly places: ReadonlyMap<number, number> } | undefined {
  const places = new Map<number, number>();
  const seen = new Set<number>();
  let session: number | undefined;
  for (let edit = last; edit > 0 || seen.size === 0;) {
    if (seen.has(edit) || edit + 8 + 24 > stream.length || stream.readUInt16LE(edit + 2) !== USER_EDIT) break;
    seen.add(edit);
    const length = stream.readUInt32LE(edit + 4);
    if (length >= 32 && edit + 40 <= stream.length) session ??= stream.readUInt32LE(edit + 8 + 28);
    readDirectory(stream, stream.readUInt32LE(edit + 8 + 12), places);
    edit = stream.readUInt32LE(edit + 8 + 8);
  }
  for (const [offset, id] of places) {
    if (id !== session || offset + 8 > stream.length || stream.readUInt16LE(offset + 2) !== CRYPT_SESSION) continue;
    places.delete(offset);
    return { info: stream.subarray(offset + 8, offset + 8 + stream.readUInt32LE(offset + 4)), places };
  }
  return undefined;
}

function readDirectory(stream: Buffer, offset: number, places: Map<number, number>): void {
  if (offset + 8 > stream.length || stream.readUInt16LE(offset + 2) !== DIRECTORY) return;
  const end = Math.min(stream.length, offset + 8 + stream.readUInt32LE(offset + 4));
  for (let at = offset + 8; at + 4 <= end;) {
    const head = stream.readUInt32LE(at);
    at += 4;
    for (let index = 0; index < head >>> 20 && at + 4 <= end; index++, at += 4) {
      if (places.size < objectLimit) places.set(stream.readUInt32LE(at), (head & 0xfffff) + index);
    }
  }
}

/** A record with its head, in one run of the cipher, if it is no longer than `limit`; gives its length. */
function undoRecord(out: Buffer, offset: number, key: Buffer, limit: number): number {
  if (offset + 8 > out.length) return 0;
  const head = Buffer.from(out.subarray(offset, offset + 8));
  applyRc4(key, head);
  const record = out.subarray(offset, offset + 8 + head.readUInt32LE(4));
  if (record.length > limit) return 0;
  applyRc4(key, record);
  return record.length;
}

/** Bytes of fields that are encrypted each for itself, before the picture's own (MS-PPT 2.3.7; MS-ODRAW 2.2.22–2.2.31). */
function undoPictures(pictures: Buffer, keyOf: KeyOf): Buffer {
  const out = Buffer.from(pictures);
  const key = keyOf(0);
  const undo = (from: number, length: number): number => {
    applyRc4(key, out.subarray(from, from + length));
    return from + length;
  };
  for (let at = 0; at + 8 <= out.length;) {
    let place = undo(at, 8);
    const type = out.readUInt16LE(at + 2);
    const end = place + out.readUInt32LE(at + 4);
    if (type < 0xf007 || type > 0xf02a || end > out.length) break;
    // An instance that is odd has a second digest.
    const digests = (out.readUInt16LE(at) & 0x10) !== 0 ? 2 : 1;
    for (let index = 0; index < digests; index++) place = undo(place, 16);
    place = undo(place, type >= 0xf01a && type <= 0xf01c ? 34 : 1);
    if (place < end) undo(place, end - place);
    at = end;
  }
  return out;
}

/** Two streams; more are not written. */
const summaryLimit = 16;

/** Its head, the list of the streams at its end, and each stream by the key of the block that the list tells: each a run of its own. */
function undoSummary(summary: Buffer, keyOf: KeyOf): readonly Buffer[] | undefined {
  const head = Buffer.from(summary.subarray(0, 8));
  applyRc4(keyOf(0), head);
  const from = head.length < 8 ? summary.length : head.readUInt32LE(0);
  if (from + 4 > summary.length) return undefined;
  const list = Buffer.from(summary.subarray(from));
  applyRc4(keyOf(0), list);
  const count = list.readUInt32LE(0);
  if (count > summaryLimit) return undefined;
  const streams: Buffer[] = [];
  for (let at = 4; streams.length < count;) {
    if (at + 16 > list.length) return undefined;
    const offset = list.readUInt32LE(at);
    const stream = Buffer.from(summary.subarray(offset, offset + list.readUInt32LE(at + 4)));
    applyRc4(keyOf(list.readUInt16LE(at + 8)), stream);
    streams.push(stream);
    // Its name follows, ended with a zero.
    at += 16 + 2 * (list.readUInt8(at + 10) + 1);
  }
  return streams;
}
