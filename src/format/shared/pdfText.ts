/** A line as it is emitted, and the line of the page where it begins, from 1. */
export interface PdfLine {
  readonly text: string;
  readonly line: number;
}

/**
 * Lines of a page. A line that is set letter by letter (`机 密 ★ 10 年`), a column set downwards (one character a line) and a number that
 * a line end divides are followed by a second reading without the gaps; the first one stays.
 */
export function pdfLines(text: string): readonly PdfLine[] {
  const lines: PdfLine[] = [];
  let column: string[] = [];
  const endColumn = (line: number): void => {
    if (column.length >= shortestColumn && column.some((part) => wide.test(part))) lines.push({ text: column.join(""), line });
    column = [];
  };
  const read = cleanText(text).split("\n");
  if (read.at(-1) === "") read.pop();
  for (const [index, line] of read.entries()) {
    const number = index + 1;
    const part = line.trim();
    const inColumn = columnPart.test(part);
    if (!inColumn && part !== "") endColumn(number - column.length);
    const joined = joinSpread(line);
    const closed = joined === line && marking.test(line) ? line.replace(besideDigits, "") : line;
    lines.push({ text: closed, line: number });
    if (inColumn) column.push(part);
    if (joined !== line) lines.push({ text: joined, line: number });
    const whole = joinNumber(line, read[index + 1]);
    if (whole !== undefined) lines.push({ text: whole, line: number });
  }
  endColumn(read.length - column.length + 1);
  return lines;
}

/** PDFium: U+FFFE and U+0002 stand for a hyphen at a line's end. pdf.js: U+0000 for what it cannot name. */
function cleanText(text: string): string {
  const lines = text.includes("\r") ? text.replaceAll("\r\n", "\n").replaceAll("\r", "\n") : text;
  const whole =
    lines.includes("\u0002") || lines.includes("\uFFFE") ? lines.replace(dividedWord, "").replace(/[\u0002\uFFFE]/gu, "-") : lines;
  return whole.replaceAll("\0", "");
}

/** A word that a line end divides has no hyphen of its own; between digits or before a capital letter it may have one. */
const dividedWord = /(?<=\p{Ll})[\u0002\uFFFE](?=\p{Ll})|(?<=\p{Lu}{2})[\u0002\uFFFE](?=\p{Lu}{2})/gu;

/** Characters that stand without spaces in Chinese text: ideographs, their punctuation and brackets, full-width forms, stars. */
const wideClass = String.raw`\p{Script=Han}\u3001-\u301f\uff01-\uff60★☆*`;
const wide = new RegExp(`[${wideClass}]`, "u");
const gap = String.raw`[ \t\u00a0\u2000-\u200a\u3000]+`;

/** Two single characters apart, or four single digits. */
const spread = new RegExp(
  `(?:^|[ \\t\\u00a0\\u2000-\\u200a\\u3000])(?:[${wideClass}]${gap}[${wideClass}]|\\d${gap}\\d${gap}\\d${gap}\\d)(?=$|[ \\t\\u00a0\\u2000-\\u200a\\u3000])`,
  "u",
);
const betweenWide = new RegExp(`(?<=[${wideClass}])${gap}(?=[${wideClass}\\d])|(?<=\\d)${gap}(?=[${wideClass}])`, "gu");
const betweenDigits = new RegExp(`(?<=(?<!\\d)\\d)${gap}(?=\\d(?!\\d))`, "gu");

/** The line without the spaces between characters that stand alone; the line itself where there are none. */
function joinSpread(line: string): string {
  return spread.test(line) ? line.replace(betweenDigits, "").replace(betweenWide, "") : line;
}

/**
 * Between ideographs and digits engines see a space where the typesetter left a quarter of one: `★机密 10 年`. In lines that may be a mark
 * it is taken out; elsewhere it may divide columns.
 */
const marking = /[★☆]|[密秘]\s?\d/u;
const besideDigits = new RegExp(`(?<=[${wideClass}]) (?=\\d)|(?<=\\d) (?=[${wideClass}])`, "gu");

/** A character, or a number of up to four digits that stands upright. */
const columnPart = new RegExp(`^(?:[${wideClass}]|\\d{1,4})$`, "u");
const shortestColumn = 3;

/** Digits, with a hyphen or not, at the end of a line of text; digits at the start of the next one. */
const numberTail = /(?:^|[^\d])(\d[\d -]{0,22}\d|\d)-?$/u;
const numberHead = /^(\d[\d -]{0,22})(.?)/u;

/** Mobile numbers have 11 digits, identity numbers 18, cards up to 19. */
const shortestNumber = 11;
const longestNumber = 19;

/** The number that a line end divides, or undefined. Two lines that are nothing but numbers are a column of numbers. */
function joinNumber(line: string, next: string | undefined): string | undefined {
  if (next === undefined) return undefined;
  const last = line.charCodeAt(line.length - 1);
  if (!(last === hyphen || (last >= zero && last <= nine))) return undefined;
  const tail = numberTail.exec(line)?.[1];
  const head = numberHead.exec(next);
  if (tail === undefined || head === null) return undefined;
  const onlyNumbers = tail.length >= line.trim().length - 1 && !line.endsWith("-");
  if (onlyNumbers) return undefined;
  const digits = `${tail}${head[1] ?? ""}`.replace(/[ -]/gu, "");
  const check = head[2] === "X" || head[2] === "x" ? head[2] : "";
  const whole = digits + check;
  return whole.length >= shortestNumber && whole.length <= longestNumber ? whole : undefined;
}
const hyphen = 0x2d;
const zero = 0x30;
const nine = 0x39;
