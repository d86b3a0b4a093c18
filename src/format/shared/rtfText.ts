import { decodeCodepage } from "./codepage.ts";

/** Code page of a font whose bytes name signs, not letters. */
export const symbolPage = -1;

/** Stars of Wingdings. */
const stars: ReadonlySet<number> = new Set([0xab, 0xb5, 0xb6]);

/** Code pages by `\fcharset` (RTF 1.9.1, font table); those not here are the document's own. */
const charsets: Readonly<Record<number, number>> = {
  77: 10000,
  78: 10001,
  79: 10003,
  80: 10008,
  81: 10002,
  128: 932,
  129: 949,
  130: 1361,
  134: 936,
  136: 950,
  161: 1253,
  162: 1254,
  163: 1258,
  177: 1255,
  178: 1256,
  186: 1257,
  204: 1251,
  222: 874,
  238: 1250,
  254: 437,
  255: 850,
};

/** The code page of a font's character set; `otherwise` where the set does not say. */
export function charsetPage(charset: number, otherwise: number): number {
  return charset === 2 ? symbolPage : (charsets[charset] ?? otherwise);
}

/** Text being gathered, of which some is bytes still: a character may stand in two runs. */
export interface RtfText {
  /** Characters so far, bytes counted as one. */
  readonly length: number;
  bytes(piece: string, page: number): void;
  add(text: string): void;
  /** Length of the text that `take` will give of what there is so far; a character is not taken to go on behind it. */
  settled(): number;
  /** The text, once. */
  take(): string;
}

/** Empty. */
export function createRtfText(): RtfText {
  let text = "";
  let raw = "";
  let rawPage = 0;

  function settle(): void {
    if (raw === "") return;
    if (rawPage === symbolPage) {
      for (const sign of raw) text += stars.has(sign.charCodeAt(0)) ? "★" : sign;
    } else text += decodeCodepage(Buffer.from(raw, "latin1"), rawPage);
    raw = "";
  }

  return {
    get length(): number {
      return text.length + raw.length;
    },
    bytes(piece, page): void {
      if (raw === "") {
        if (page !== symbolPage && /^[\x00-\x7f]*$/.test(piece)) {
          text += piece;
          return;
        }
      } else if (page !== rawPage) settle();
      rawPage = page;
      raw += piece;
    },
    add(piece): void {
      settle();
      text += piece;
    },
    settled(): number {
      settle();
      return text.length;
    },
    take(): string {
      settle();
      const taken = text;
      text = "";
      // The star of Wingdings where it is named as a character of private use.
      return taken.includes("\uf0ab") ? taken.replaceAll("\uf0ab", "★") : taken;
    },
  };
}
