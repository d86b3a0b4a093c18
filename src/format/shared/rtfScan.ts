/** What a scan of RTF tells. Text is bytes as characters (latin1): which code page they stand in is for the font to say. */
export interface RtfHandler {
  open(): void;
  close(): void;
  /** A control word; `parameter` is undefined where it has none. */
  word(name: string, parameter: number | undefined): void;
  /** A control symbol other than `\'`, `\\`, `\{`, `\}`, which are text. */
  symbol(character: string): void;
  /** `escaped`: one byte that stood as `\'xx`, or as `\\`, `\{`, `\}`. */
  text(bytes: string, escaped: boolean): void;
  /** What follows `\binN`. */
  binary(bytes: string): void;
}

/** A scanner that is fed piece by piece. */
export interface RtfScanner {
  push(piece: string): void;
  /** True when the last token was whole. */
  end(): boolean;
}

/** A control word has at most 32 letters; one much longer is text. */
const longestWord = 64;

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Cuts RTF (specification 1.9.1) into its tokens. Holds one token at most; groups are told, not nested, so depth costs nothing here. */
export function createRtfScanner(handler: RtfHandler): RtfScanner {
  let rest = "";
  let binary = 0;

  function scan(source: string, final: boolean): void {
    const length = source.length;
    let at = 0;
    while (at < length) {
      if (binary > 0) {
        const end = Math.min(length, at + binary);
        handler.binary(source.slice(at, end));
        binary -= end - at;
        at = end;
        continue;
      }
      const code = source.charCodeAt(at);
      if (code === 123) {
        handler.open();
        at++;
      } else if (code === 125) {
        handler.close();
        at++;
      } else if (code === 13 || code === 10 || code === 0) at++;
      else if (code !== 92) {
        let end = at + 1;
        for (; end < length; end++) {
          const next = source.charCodeAt(end);
          if (next === 92 || next === 123 || next === 125 || next === 13 || next === 10 || next === 0) break;
        }
        handler.text(source.slice(at, end), false);
        at = end;
      } else {
        const end = control(source, at, final);
        if (end < 0) {
          rest = source.slice(at);
          return;
        }
        at = end;
      }
    }
  }

  /** Behind the control at `at`; -1 when it may go on in the next piece. */
  function control(source: string, at: number, final: boolean): number {
    const length = source.length;
    const next = source.charCodeAt(at + 1);
    if (at + 1 >= length) return final ? length : -1;
    if (next === 39 /* ' */) {
      if (at + 4 > length) return final ? length : -1;
      const value = Number.parseInt(source.slice(at + 2, at + 4), 16);
      if (!Number.isNaN(value)) handler.text(String.fromCharCode(value), true);
      return at + 4;
    }
    if (!isLetter(next)) {
      if (next === 92 || next === 123 || next === 125) handler.text(source.charAt(at + 1), true);
      else if (next === 13 || next === 10) handler.word("par", undefined);
      else handler.symbol(source.charAt(at + 1));
      return at + 2;
    }
    let end = at + 2;
    while (end < length && end - at < longestWord && isLetter(source.charCodeAt(end))) end++;
    const name = source.slice(at + 1, end);
    let parameter: number | undefined;
    let digits = end;
    if (source.charCodeAt(digits) === 45 /* - */) digits++;
    const first = digits;
    while (digits < length && digits - first < 12 && isDigit(source.charCodeAt(digits))) digits++;
    if (digits >= length && !final) return -1;
    if (digits > first) {
      parameter = Number(source.slice(end, digits));
      end = digits;
    }
    if (source.charCodeAt(end) === 32) end++;
    if (name === "bin") binary = Math.max(0, parameter ?? 0);
    else handler.word(name, parameter);
    return end;
  }

  return {
    push(piece): void {
      const source = rest === "" ? piece : rest + piece;
      rest = "";
      scan(source, false);
    },
    end(): boolean {
      const whole = rest === "" && binary === 0;
      const source = rest;
      rest = "";
      scan(source, true);
      return whole;
    },
  };
}
