/** 64 MiB of one object or picture. */
const dataLimit = 64 * 1024 * 1024;
/** 64 KiB: lines of digits are short, and not each is worth a buffer. */
const worthBuffer = 64 * 1024;

/** Gathers the bytes of one object or picture after the other, written as digits or as they are. */
export interface RtfData {
  begin(): void;
  /** Digits, and whatever stands between them. */
  hex(piece: string): void;
  /** Bytes as a byte string. */
  raw(piece: string): void;
  /** What has gathered, once; `cut`: there was more than may be held. */
  take(): { readonly bytes: Uint8Array; readonly cut: boolean };
}

/** Nothing is gathered yet. */
export function createRtfData(): RtfData {
  let pieces: Buffer[] = [];
  let length = 0;
  let cut = false;
  let digits = "";
  const full = (): boolean => {
    cut ||= length > dataLimit;
    return length > dataLimit;
  };
  /** A digit whose other one is still to come stays. */
  const settle = (): void => {
    const even = digits.length - (digits.length % 2);
    if (even === 0) return;
    pieces.push(Buffer.from(digits.slice(0, even), "hex"));
    length += even / 2;
    digits = digits.slice(even);
  };
  return {
    begin() {
      pieces = [];
      length = 0;
      cut = false;
      digits = "";
    },
    hex(piece) {
      if (full()) return;
      digits += /[^0-9a-fA-F]/.test(piece) ? piece.replace(/[^0-9a-fA-F]+/g, "") : piece;
      if (digits.length >= worthBuffer) settle();
    },
    raw(piece) {
      if (full()) return;
      settle();
      pieces.push(Buffer.from(piece, "latin1"));
      length += piece.length;
    },
    take() {
      settle();
      const bytes = Buffer.concat(pieces);
      pieces = [];
      length = 0;
      return { bytes, cut };
    },
  };
}
