/** Characters of each story, in the order they lie in the text. */
export interface StoryLengths {
  readonly main: number;
  readonly footnotes: number;
  readonly headers: number;
  readonly macros: number;
  readonly comments: number;
  readonly endnotes: number;
  readonly textboxes: number;
  readonly headerTextboxes: number;
}

/** The head of a Word document (MS-DOC 2.5; Word 6 and 95 have the same tables in another place). */
export interface WordFib {
  /** Word 97 and later: characters are UTF-16 or code page 1252; before, a code page of the language. */
  readonly modern: boolean;
  /** Language id (LCID). */
  readonly language: number;
  /** Before Word 97: written by Word for Macintosh, in its code page. */
  readonly macintosh: boolean;
  /** Saved by adding what had changed: text that was edited away may still lie beside the pieces. */
  readonly fastSaved: boolean;
  readonly encrypted: boolean;
  /** Encrypted by XOR; else, where encrypted, by RC4. */
  readonly obfuscated: boolean;
  /** Before Word 97: two bytes a character (Far East editions of Word 95). */
  readonly wide: boolean;
  readonly tableName: "0Table" | "1Table";
  readonly stories: StoryLengths;
  /** Where the text lies, for a document without a piece table. */
  readonly textFrom: number;
  readonly textTo: number;
  /** Offset and length in the table stream of a table by its number in FibRgFcLcb97. */
  place(table: FibTable): { readonly from: number; readonly length: number };
}

/** Numbers in FibRgFcLcb97 (MS-DOC 2.5.6), the same in Word 6. */
export type FibTable = keyof typeof numbers;
const numbers: {
  readonly commentOwners: 36;
  readonly bookmarks: 21;
  readonly charBins: 12;
  readonly paragraphBins: 13;
  readonly headerStories: 11;
  readonly fonts: 15;
  readonly pieces: 33;
  readonly drawings: 50;
  readonly revisionAuthors: 51;
  readonly textboxStories: 56;
  readonly headerTextboxStories: 58;
  readonly variables: 60;
  readonly associated: 32;
  readonly savedBy: 71;
} = {
  commentOwners: 36,
  bookmarks: 21,
  charBins: 12,
  paragraphBins: 13,
  headerStories: 11,
  fonts: 15,
  pieces: 33,
  drawings: 50,
  revisionAuthors: 51,
  textboxStories: 56,
  headerTextboxStories: 58,
  variables: 60,
  associated: 32,
  savedBy: 71,
};

/** Word 97 begins with 106; 101–105 are Word 6 and 95. */
const firstModern = 106;

/** Word 1 and 2 for Windows. */
const firstMagics: ReadonlySet<number> = new Set([0xa59b, 0xa5db]);

/** Characters that the head may count more than there are bytes: Word 1 does. */
const countSlack = 16;

/** Whether a file begins as Word 1 or 2 for Windows wrote it, without a compound file round it. */
export function startsAsOldWord(head: Uint8Array): boolean {
  if (head.length < 0x180) return false;
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  const from = bytes.readUInt32LE(0x18);
  const to = bytes.readUInt32LE(0x1c);
  return (
    firstMagics.has(bytes.readUInt16LE(0)) &&
    from >= 0x80 &&
    from <= 0x1000 &&
    from <= to &&
    bytes.readUInt32LE(0x34) <= to - from + countSlack
  );
}

/** Character set of Word for Macintosh. */
const macintoshSet = 256;

/** Reads the head of the WordDocument stream; undefined when it is none of Word 6 or later. */
export function readFib(word: Buffer): WordFib | undefined {
  if (word.length < 0x180) return undefined;
  const magic = word.readUInt16LE(0);
  const version = word.readUInt16LE(2);
  const first = firstMagics.has(magic);
  // A5DC and A697–A699 stand for Word 6 and 95, A5EC for all later ones; version and magic may be damaged, not both.
  const modern = magic === 0xa5ec ? version >= firstModern || version < 90 : !first && version >= firstModern && version < 0x200;
  if (!modern && !first && magic !== 0xa5ec && magic !== 0xa5dc && !(magic >= 0xa697 && magic <= 0xa699)) return undefined;
  const flags = word.readUInt16LE(10);
  const counts = modern ? 0x4c : 0x34;
  const base = modern ? 0x9a : 0x58;
  const count = (index: number): number => {
    const value = word.readInt32LE(counts + 4 * index);
    return value < 0 ? 0 : value;
  };
  return {
    modern,
    language: word.readUInt16LE(6),
    macintosh: !modern && !first && word.readUInt16LE(0x14) === macintoshSet,
    fastSaved: (flags & 4) !== 0,
    encrypted: (flags & 0x100) !== 0,
    obfuscated: (flags & 0x8000) !== 0,
    wide: !modern && !first && (flags & 0x1000) !== 0,
    tableName: (flags & 0x200) === 0 ? "0Table" : "1Table",
    stories: {
      main: count(0),
      footnotes: count(1),
      headers: count(2),
      macros: count(3),
      comments: count(4),
      endnotes: count(5),
      textboxes: count(6),
      headerTextboxes: count(7),
    },
    textFrom: word.readUInt32LE(0x18),
    textTo: word.readUInt32LE(0x1c),
    place(table): { readonly from: number; readonly length: number } {
      const at = base + 8 * numbers[table];
      // Word 1 and 2 have other tables, in other places.
      if (first || at + 8 > word.length || (!modern && numbers[table] > 40)) return { from: 0, length: 0 };
      return { from: word.readUInt32LE(at), length: word.readUInt32LE(at + 4) };
    },
  };
}
