import { walkArt } from "./officeArt.ts";
import type { ArtRecord } from "./officeArt.ts";

/** What a presentation holds, by what is of the last edit and what is not any more. */
export interface SlideEdits {
  /** Records at the top of the stream by their offset. */
  readonly records: ReadonlyMap<number, ArtRecord>;
  /** Where the object of a number lies now. */
  readonly places: ReadonlyMap<number, number>;
  /** The document of the last edit. */
  readonly document: ArtRecord | undefined;
  /** Offsets of records that an earlier edit left behind; empty where the chain of edits is lost. */
  readonly old: ReadonlySet<number>;
  /** Content is encrypted: the stream of the current user says so, or the last edit names a key. */
  readonly encrypted: boolean;
  readonly damage: string | undefined;
}

/** 262,144 objects: a presentation of 5,000 slides with all its saves has some 50,000. */
const recordLimit = 262_144;

const DOCUMENT = 0x03e8;
const USER_EDIT = 0x0ff5;
const DIRECTORY = 0x1772;
const PLAIN = 0xe391c05f;
const ENCRYPTED = 0xf3d1c4df;

/** Follows the edits from the last to the first (MS-PPT 2.1.2), each once; the later place of an object wins. */
export function readEdits(stream: Buffer, user: Buffer): SlideEdits {
  const records = new Map<number, ArtRecord>();
  let damage: string | undefined;
  let end = 0;
  let last: ArtRecord | undefined;
  for (const record of walkArt(stream, 0, stream.length, () => false)) {
    if (records.size >= recordLimit) {
      damage ??= "the presentation has too many objects";
      end = stream.length;
      break;
    }
    records.set(record.from - 8, record);
    if (record.type === USER_EDIT) last = record;
    if (record.cut) damage ??= "the stream of the presentation is cut";
    end = record.to;
  }
  if (end + 8 <= stream.length && stream.subarray(end).some((byte) => byte !== 0)) damage ??= "the stream of the presentation is damaged";
  const token = user.length >= 20 ? user.readUInt32LE(12) : PLAIN;
  let edit = user.length >= 20 ? records.get(user.readUInt32LE(16)) : undefined;
  // A stream of the current user that is lost or damaged: the last edit in the file is the last one.
  if (edit?.type !== USER_EDIT) edit = last;
  let encrypted = token === ENCRYPTED || (edit !== undefined && edit.to - edit.from >= 32);
  const places = new Map<number, number>();
  const seen = new Set<number>();
  let document: ArtRecord | undefined;
  let number: number | undefined;
  while (edit !== undefined && edit.type === USER_EDIT && edit.to - edit.from >= 24 && !seen.has(edit.from)) {
    seen.add(edit.from);
    number ??= stream.readUInt32LE(edit.from + 16);
    const directory = records.get(stream.readUInt32LE(edit.from + 12));
    if (directory?.type === DIRECTORY) readDirectory(stream, directory, places);
    else damage ??= "a directory of the presentation is lost";
    const before = stream.readUInt32LE(edit.from + 8);
    edit = before === 0 ? undefined : records.get(before);
    if (before !== 0 && edit === undefined) damage ??= "an earlier edit of the presentation is lost";
  }
  if (number !== undefined) document = records.get(places.get(number) ?? -1);
  const old = new Set<number>();
  if (document?.type === DOCUMENT) {
    const current = new Set(places.values());
    for (const [offset, { container }] of records) if (container && !current.has(offset)) old.add(offset);
  } else {
    if (!encrypted) damage ??= "the document of the presentation is lost";
    document = [...records.values()].findLast(({ type }) => type === DOCUMENT);
  }
  if (document !== undefined) encrypted &&= !isSound(stream, document);
  return { records, places, document, old, encrypted, damage };
}

/** A document begins with its DocumentAtom; encrypted bytes do not. */
function isSound(stream: Buffer, document: ArtRecord): boolean {
  return document.from + 4 <= document.to && stream.readUInt16LE(document.from + 2) === 0x03e9;
}

function readDirectory(stream: Buffer, directory: ArtRecord, places: Map<number, number>): void {
  for (let at = directory.from; at + 8 <= directory.to;) {
    const head = stream.readUInt32LE(at);
    const first = head & 0xfffff;
    const count = head >>> 20;
    at += 4;
    for (let index = 0; index < count && at + 4 <= directory.to; index++, at += 4) {
      if (!places.has(first + index)) places.set(first + index, stream.readUInt32LE(at));
    }
  }
}
