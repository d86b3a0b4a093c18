/** A record of an Office drawing (MS-ODRAW 2.2.1), as PowerPoint uses it too. */
export interface ArtRecord {
  readonly type: number;
  readonly instance: number;
  /** It is made of records itself. */
  readonly container: boolean;
  /** Where its data lies. */
  readonly from: number;
  readonly to: number;
  /** Its length leads outside what holds it. */
  readonly cut: boolean;
}

/** 5 million records: a drawing of a big presentation has some 100,000. */
const recordLimit = 5_000_000;

/**
 * Records from `from` on in the order of the bytes, containers before what they hold, without recursion: depth costs nothing. `enter` says
 * whether what a record holds is wanted as records: of a container unless it says false, of another if it says true. Ends at `to`, or where what follows is no record.
 */
export function* walkArt(
  bytes: Buffer,
  from: number,
  to: number,
  enter?: (record: ArtRecord) => boolean | undefined,
): Generator<ArtRecord, void> {
  const end = Math.min(to, bytes.length);
  let count = 0;
  for (let at = from; at + 8 <= end && count < recordLimit; count++) {
    const head = bytes.readUInt16LE(at);
    const length = bytes.readUInt32LE(at + 4);
    const record: ArtRecord = {
      type: bytes.readUInt16LE(at + 2),
      instance: head >>> 4,
      container: (head & 15) === 15,
      from: at + 8,
      to: Math.min(end, at + 8 + length),
      cut: at + 8 + length > end,
    };
    yield record;
    const wanted = enter?.(record);
    at = (record.container ? wanted !== false : wanted === true) ? record.from : record.to;
  }
}

/** A text a shape's properties hold. */
export interface ArtText {
  readonly kind: "word-art" | "name" | "description" | "link" | "file";
  readonly text: string;
}

const textProperties: Readonly<Record<number, ArtText["kind"]>> = {
  0x00c0: "word-art",
  0x0105: "file",
  0x0187: "file",
  0x01c6: "file",
  0x0380: "name",
  0x0381: "description",
  0x0382: "link",
  0x038d: "description",
  0x0390: "description",
};

/** Whether a record holds properties of a shape. */
export function isProperties({ type }: ArtRecord): boolean {
  return type === 0xf00b || type === 0xf121 || type === 0xf122;
}

/** The texts in a record of properties: WordArt (watermarks are), names, descriptions, addresses, all UTF-16. */
export function artTexts(bytes: Buffer, record: ArtRecord): readonly ArtText[] {
  const count = Math.min(record.instance, Math.floor((record.to - record.from) / 6));
  const texts: ArtText[] = [];
  let at = record.from + 6 * count;
  for (let index = 0; index < count; index++) {
    const place = record.from + 6 * index;
    const id = bytes.readUInt16LE(place);
    if ((id & 0x8000) === 0) continue;
    const length = bytes.readUInt32LE(place + 2);
    const kind = textProperties[id & 0x3fff];
    const data = bytes.subarray(at, Math.min(record.to, at + length));
    if (kind === "link") for (const link of linkTexts(data)) texts.push(link);
    else if (kind !== undefined) {
      const text = data.toString("utf16le", 0, data.length & ~1).replace(/\0[^]*$/, "");
      if (text.trim() !== "") texts.push({ kind, text });
    }
    at += length;
    if (at > record.to) break;
  }
  return texts;
}

/** Addresses in a hyperlink object (MS-OSHARED 2.3.7.1): runs of UTF-16. */
function linkTexts(data: Buffer): readonly ArtText[] {
  const text = data.toString("utf16le", 0, data.length & ~1);
  return [...text.matchAll(/[\u0020-\u007e\u00a0-\u024f\u3000-\u303f\u4e00-\u9fff\uff00-\uffee]{4,}/g)].map(([run]) => ({
    kind: "link",
    text: run,
  }));
}
