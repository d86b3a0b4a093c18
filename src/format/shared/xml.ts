/**
 * What a scan of XML tells. Strings are *byte strings*: one character for each byte of UTF-8, so that nothing is decoded on its way from the
 * document into a chunk; markup is ASCII in them. `textOf` gives the real string.
 */
export interface XmlHandler {
  /** `name` is without its prefix. `attributes` is the tag's text behind the name: see `attribute`. An empty element is opened and closed. */
  open(name: string, attributes: string): void;
  close(name: string): void;
  /** Character data with references resolved; long data comes in several calls. */
  text(text: string): void;
}

/** A scanner that is fed piece by piece. */
export interface XmlScanner {
  push(piece: string): void;
  /** True when the document ended outside a tag and with as many ends as starts. */
  end(): boolean;
}

/** 16 MiB: a longer tag is no tag (pictures in attributes reach some MiB); what there is of it is then taken for text. */
const tagLimit = 16 * 1024 * 1024;
/** 256 KiB of a tag that does not end, before it is waited for. */
const patience = 256 * 1024;

/**
 * Scans XML without building anything: elements are counted, never nested on a stack, so depth costs nothing. Entities of a DTD are not
 * expanded. Damage is passed over: the scan goes on with the next `<`.
 */
export function createXmlScanner(handler: XmlHandler): XmlScanner {
  let rest = "";
  let depth = 0;
  /** What a token that did not end in its piece ends with. */
  let until = "";
  let isText = false;
  let broken = false;

  /** Pieces kept back while a tag does not end: it is looked at again when twice as long, so that a long one costs no square. */
  let waiting: string[] = [];
  let waited = 0;

  function push(piece: string): void {
    if (rest.length > patience) {
      waiting.push(piece);
      waited += piece.length;
      if (waited < rest.length) return;
    }
    resume(piece);
  }

  function resume(piece: string): void {
    const source = waiting.length > 0 ? rest + waiting.join("") : rest === "" ? piece : rest + piece;
    rest = "";
    waiting = [];
    waited = 0;
    scan(source);
  }

  /** A tag that did not end: more may come, unless it is too long already. */
  function giveUp(source: string, at: number): void {
    if (source.length - at <= tagLimit) rest = source.slice(at);
    else {
      broken = true;
      handler.text(source.slice(at));
    }
  }

  function scan(source: string): void {
    let at = 0;
    for (;;) {
      if (until !== "") {
        const end = source.indexOf(until, at);
        if (end < 0) {
          const keep = Math.max(at, source.length - until.length + 1);
          if (isText && keep > at) handler.text(source.slice(at, keep));
          rest = source.slice(keep);
          return;
        }
        if (isText && end > at) handler.text(source.slice(at, end));
        at = end + until.length;
        until = "";
        isText = false;
      }
      const start = source.indexOf("<", at);
      if (start !== at) {
        const end = start < 0 ? source.length : start;
        if (start < 0) {
          // A reference may go on in the next piece.
          const reference = source.lastIndexOf("&");
          if (reference >= at && source.length - reference < 12 && !source.includes(";", reference)) {
            if (reference > at) handler.text(resolveReferences(source.slice(at, reference)));
            rest = source.slice(reference);
            return;
          }
        }
        if (end > at) handler.text(resolveReferences(source.slice(at, end)));
        if (start < 0) return;
        at = start;
      }
      const next = source.charCodeAt(at + 1);
      if (next === 33 /* ! */) {
        if (source.length - at < 9) {
          rest = source.slice(at);
          return;
        }
        if (source.startsWith("<!--", at)) {
          until = "-->";
          at += 4;
        } else if (source.startsWith("<![CDATA[", at)) {
          until = "]]>";
          isText = true;
          at += 9;
        } else {
          const end = doctypeEnd(source, at);
          if (end < 0) {
            giveUp(source, at);
            return;
          }
          at = end;
        }
        continue;
      }
      if (next === 63 /* ? */) {
        until = "?>";
        at += 2;
        continue;
      }
      // The end of the tag: a `>` outside quotes.
      let position = at + 1;
      let nameEnd = 0;
      let nameStart = next === 47 /* / */ ? at + 2 : at + 1;
      let open = true;
      while (position < source.length) {
        const code = source.charCodeAt(position);
        if (code === 62 /* > */) {
          open = false;
          break;
        }
        if (nameEnd === 0) {
          if (code === 58 /* : */) nameStart = position + 1;
          else if (code <= 32 || (code === 47 && position > at + 1)) nameEnd = position;
        } else if (code === 34 || code === 39) {
          position = source.indexOf(code === 34 ? '"' : "'", position + 1);
          if (position < 0) break;
        }
        position++;
      }
      if (open) {
        giveUp(source, at);
        return;
      }
      if (nameEnd === 0) nameEnd = position;
      const name = source.slice(nameStart, nameEnd);
      if (next === 47) {
        depth--;
        handler.close(name);
      } else if (source.charCodeAt(position - 1) === 47) {
        handler.open(name, source.slice(nameEnd, position - 1));
        handler.close(name);
      } else {
        depth++;
        handler.open(name, source.slice(nameEnd, position));
      }
      at = position + 1;
    }
  }
  return {
    push,
    end: () => {
      if (waiting.length > 0) resume("");
      if (rest !== "" && !rest.startsWith("<")) {
        handler.text(resolveReferences(rest));
        rest = "";
      }
      return rest === "" && until === "" && depth === 0 && !broken;
    },
  };
}

/** Behind the `>` of a document type declaration, its internal subset passed over; -1 when it does not end. */
function doctypeEnd(source: string, at: number): number {
  let brackets = 0;
  for (let position = at + 2; position < source.length; position++) {
    const code = source.charCodeAt(position);
    if (code === 34 || code === 39) {
      position = source.indexOf(code === 34 ? '"' : "'", position + 1);
      if (position < 0) return -1;
    } else if (code === 91) brackets++;
    else if (code === 93) brackets--;
    else if (code === 62 && brackets <= 0) return position + 1;
  }
  return -1;
}

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Character references and the five entities every XML knows; others stay as they stand. Byte string in, byte string out. */
export function resolveReferences(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return named[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000) || code === 0) return "\xef\xbf\xbd";
      return code < 128 ? String.fromCharCode(code) : bytesOf(String.fromCodePoint(code));
    },
  );
}

/** Value of an attribute by its name without prefix, references resolved; undefined when the tag has none. */
export function attribute(attributes: string, name: string): string | undefined {
  let at = attributes.indexOf(name);
  while (at >= 0) {
    const before = at === 0 ? 32 : attributes.charCodeAt(at - 1);
    let end = at + name.length;
    while (attributes.charCodeAt(end) <= 32) end++;
    if ((before <= 32 || before === 58) && attributes.charCodeAt(end) === 61 /* = */) {
      end++;
      while (attributes.charCodeAt(end) <= 32) end++;
      const quote = attributes.charAt(end);
      const close = quote === '"' || quote === "'" ? attributes.indexOf(quote, end + 1) : -1;
      if (close >= 0) return resolveReferences(attributes.slice(end + 1, close));
    }
    at = attributes.indexOf(name, at + name.length);
  }
  return undefined;
}

/** All attributes of a tag in order, names without prefix; name space declarations are left out. */
export function attributesOf(attributes: string): readonly (readonly [name: string, value: string])[] {
  const found: (readonly [string, string])[] = [];
  let from = 0;
  for (let equals = attributes.indexOf("="); equals >= 0; equals = attributes.indexOf("=", from)) {
    let open = equals + 1;
    while (attributes.charCodeAt(open) <= 32) open++;
    const quote = attributes.charAt(open);
    if (quote !== '"' && quote !== "'") {
      from = equals + 1;
      continue;
    }
    const close = attributes.indexOf(quote, open + 1);
    if (close < 0) break;
    let end = equals;
    while (end > from && attributes.charCodeAt(end - 1) <= 32) end--;
    let start = end;
    while (start > from && attributes.charCodeAt(start - 1) > 32) start--;
    const name = attributes.slice(start, end);
    if (name !== "xmlns" && !name.startsWith("xmlns:")) {
      found.push([name.slice(name.lastIndexOf(":") + 1), resolveReferences(attributes.slice(open + 1, close))]);
    }
    from = close + 1;
  }
  return found;
}

/** A byte string without ASCII spaces around it. `trim()` would take the last byte of characters that end in A0 (加, 删) for a space. */
export function trimBytes(bytes: string): string {
  let start = 0;
  let end = bytes.length;
  while (start < end && isSpace(bytes.charCodeAt(start))) start++;
  while (end > start && isSpace(bytes.charCodeAt(end - 1))) end--;
  return start === 0 && end === bytes.length ? bytes : bytes.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/** The string that a byte string stands for. */
export function textOf(bytes: string): string {
  return /^[\x00-\x7f]*$/.test(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}

/** The byte string of a string. */
export function bytesOf(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** Bytes of an XML document as byte strings of UTF-8, whatever its encoding: by byte order mark, by shape, by its declaration. */
export async function* xmlPieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let first = true;
  let held: Uint8Array | undefined;
  for await (const piece of pieces) {
    let bytes = piece;
    if (first) {
      if (held !== undefined) bytes = Buffer.concat([held, piece]);
      if (bytes.length < 4) {
        held = bytes;
        continue;
      }
      held = undefined;
      first = false;
      const encoding = encodingOf(bytes);
      if (encoding === "utf-8") {
        if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
      } else decoder = new TextDecoder(encoding);
    }
    yield decoder === undefined ? latin1(bytes) : bytesOf(decoder.decode(bytes, { stream: true }));
  }
  if (held !== undefined) yield latin1(held);
  if (decoder !== undefined) yield bytesOf(decoder.decode());
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function encodingOf(bytes: Uint8Array): string {
  const [a, b, c, d] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0 && c !== 0 && d === 0)) return "utf-16le";
  if ((a === 0xfe && b === 0xff) || (a === 0 && b === 0x3c)) return "utf-16be";
  if (a === 0xef && b === 0xbb) return "utf-8";
  const declared = /^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/
    .exec(latin1(bytes.subarray(0, 256)))?.[1]
    ?.toLowerCase();
  if (declared === undefined || declared === "utf8" || declared.startsWith("utf-16")) return "utf-8";
  if (/^(gbk|gb2312|gb_2312-80|cp936|x-gbk)$/.test(declared)) return "gb18030";
  try {
    return new TextDecoder(declared).encoding;
  } catch {
    return "utf-8";
  }
}
