/** Undoes a Content-Transfer-Encoding (RFC 2045 §6) piece by piece; called without an argument it gives what is held back. */
export type TransferDecoder = (piece?: Buffer) => Buffer;

const nothing = Buffer.alloc(0);

/** For an encoding nobody knows the bytes come as they are. */
export function transferDecoder(encoding: string): TransferDecoder {
  const name = encoding.trim().toLowerCase();
  if (name === "base64") return base64();
  if (name === "quoted-printable") return quotedPrintable();
  return (piece) => piece ?? nothing;
}

/** Skips what is no digit; `=` ends a run, and another may follow, as when mailers join encoded texts. */
function base64(): TransferDecoder {
  let rest = "";
  return (piece) => {
    if (piece === undefined) {
      const last = Buffer.from(rest, "base64");
      rest = "";
      return last;
    }
    const text = rest + piece.toString("latin1").replace(/[^A-Za-z0-9+/=]+/g, "");
    rest = "";
    if (!text.includes("=")) {
      const whole = text.length - (text.length % 4);
      rest = text.slice(whole);
      return Buffer.from(text.slice(0, whole), "base64");
    }
    const runs = text.split(/=+/);
    const last = runs.pop() ?? "";
    const whole = last.length - (last.length % 4);
    rest = last.slice(whole);
    return Buffer.concat([...runs.map((run) => Buffer.from(run, "base64")), Buffer.from(last.slice(0, whole), "base64")]);
  };
}

/** Bytes of an escape or soft line end that a piece may cut. */
const escapeLength = 80;

function quotedPrintable(): TransferDecoder {
  let rest = "";
  return (piece) => {
    let text = rest + (piece?.toString("latin1") ?? "");
    rest = "";
    if (piece !== undefined) {
      const escape = text.lastIndexOf("=");
      // Only a whole escape, or a soft line end with its line feed, is let through.
      if (escape >= 0 && text.length - escape < escapeLength && !/^=(?:[0-9A-Fa-f]{2}|[ \t]*\r?\n)/.test(text.slice(escape))) {
        rest = text.slice(escape);
        text = text.slice(0, escape);
      }
    }
    return Buffer.from(
      text.replace(/=(?:([0-9A-Fa-f]{2})|[ \t]*\r?\n|$)/g, (_, digits: string | undefined) =>
        digits === undefined ? "" : String.fromCharCode(Number.parseInt(digits, 16)),
      ),
      "latin1",
    );
  };
}
