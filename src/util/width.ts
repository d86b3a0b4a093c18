/** Code points that take two columns: East Asian Width W and F (Unicode 15), merged; ambiguous ones take one. */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23ec],
  [0x23f0, 0x23f0],
  [0x23f3, 0x23f3],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x267f, 0x267f],
  [0x2693, 0x2693],
  [0x26a1, 0x26a1],
  [0x26aa, 0x26ab],
  [0x26bd, 0x26be],
  [0x26c4, 0x26c5],
  [0x26ce, 0x26ce],
  [0x26d4, 0x26d4],
  [0x26ea, 0x26ea],
  [0x26f2, 0x26f3],
  [0x26f5, 0x26f5],
  [0x26fa, 0x26fa],
  [0x26fd, 0x26fd],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x274e, 0x274e],
  [0x2753, 0x2755],
  [0x2757, 0x2757],
  [0x2795, 0x2797],
  [0x27b0, 0x27b0],
  [0x27bf, 0x27bf],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b50],
  [0x2b55, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18aff],
  [0x1b000, 0x1b2ff],
  [0x1f004, 0x1f004],
  [0x1f0cf, 0x1f0cf],
  [0x1f18e, 0x1f18e],
  [0x1f191, 0x1f19a],
  [0x1f200, 0x1f265],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f7e0, 0x1f7eb],
  [0x1f90c, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Combining marks and format characters take no column. */
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** Columns a terminal gives one character (a code point): 0, 1 or 2. Control characters count 0: neutralise first. */
function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  if (code < 0x300) return 1;
  if (zeroWidth.test(character)) return 0;
  let low = 0;
  let high = wide.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = wide[middle];
    if (range === undefined) break;
    if (code < range[0]) high = middle - 1;
    else if (code > range[1]) low = middle + 1;
    else return 2;
  }
  return 1;
}

/** Columns a terminal gives `text`: Chinese takes two a character (UAX #11; ambiguous ones take one), combining marks none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** `text` with spaces after it up to `columns`; as it is when it is wider. */
export function padToWidth(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}

/**
 * What a terminal or a reader's eye could take for something else: C0 and C1 controls, bidirectional controls (CVE-2021-42574), zero width and
 * invisible characters, line and paragraph separators, lone surrogates, non-characters, private use, tags.
 */
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\p{Cs}\p{Co}\u{e0000}-\u{e0fff}]/gu;
/** Most names hold none: asked first, since it costs a tenth of a replacement. */
const mayBeUnsafe = /[^\u0020-\u007e\u3000-\u3163\u3165-\u9fff\uff01-\uff9f]/u;

/**
 * `text` with every control, bidirectional and invisible character made visible: `\x1B`, `\u202E`, `\u{E0041}`. What comes back is one line,
 * and legal in XML 1.0. A backslash that stands in the text is left as it is.
 */
export function neutralise(text: string): string {
  if (!mayBeUnsafe.test(text)) return text;
  return text.replace(unsafe, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const hex = code.toString(16).toUpperCase();
    if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
    return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
  });
}

/** Characters that may not begin a line of Chinese text. */
const noLineStart = /^[，。、；：？！）】〕》”’,.;:?!)\]}]$/u;

/**
 * Lines of at most `columns` columns: cut at spaces, and between Chinese characters; a word longer than a line is cut where the line ends.
 * Less than 2 columns are taken as 2. The text holds no line breaks.
 */
export function wrapToWidth(text: string, columns: number): readonly string[] {
  const room = Math.max(2, columns);
  if (displayWidth(text) <= room) return [text];
  const lines: string[] = [];
  let line: string[] = [];
  let width = 0;
  /** Index in `line` of the last place where it may be cut. */
  let cut = 0;
  let before = "";
  for (const character of text) {
    const own = characterWidth(character);
    const breakable = before === " " || ((own === 2 || characterWidth(before) === 2) && !noLineStart.test(character));
    if (line.length > 0 && breakable) cut = line.length;
    if (width + own > room && character !== " ") {
      const at = cut > 0 ? cut : line.length;
      lines.push(line.slice(0, at).join("").trimEnd());
      line = line.slice(at);
      width = displayWidth(line.join(""));
      cut = 0;
    }
    before = character;
    if (character === " " && line.length === 0) continue;
    line.push(character);
    width += own;
  }
  if (line.length > 0) lines.push(line.join("").trimEnd());
  return lines;
}
