import { resolveHtmlReferences } from "./htmlReferences.ts";

/** What a scan of HTML tells. Strings are byte strings of UTF-8 (see xml.ts). */
export interface HtmlHandler {
  /** `name` is in lower case where the dialect is HTML. `attributes` is the tag's text behind the name: see `htmlAttributes`. */
  open(name: string, attributes: string, empty: boolean): void;
  close(name: string): void;
  /** Character data with references resolved; long data comes in several calls. */
  text(text: string): void;
  /** A comment, a processing instruction, a declaration; in several calls when long. */
  comment(text: string): void;
  /** What stands in a script or a style sheet, unresolved; in several calls when long. */
  raw(element: string, text: string): void;
}

/** A scanner that is fed piece by piece. */
export interface HtmlScanner {
  push(piece: string): void;
  /** What is held is told as text: a tag that does not end hides nothing. */
  end(): void;
  /** Line of the source, from 1, in which the token that is being told begins. */
  readonly line: number;
}

/** 16 MiB: a longer tag is no tag (pictures in attributes reach some MiB). */
const tagLimit = 16 * 1024 * 1024;
/** 256 KiB of a tag that does not end, before it is waited for. */
const patience = 256 * 1024;

const rawElements: ReadonlySet<string> = new Set(["script", "style", "xmp", "noembed", "noframes", "plaintext"]);
/** Elements whose content is text and references, no tags. */
const textElements: ReadonlySet<string> = new Set(["title", "textarea"]);

function isNameStart(code: number, dialect: "html" | "xml"): boolean {
  if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90)) return true;
  // Names of XML may be Chinese.
  return dialect === "xml" && (code >= 0x80 || code === 95);
}

/**
 * Cuts HTML into its tokens as browsers do (WHATWG, 13.2.5), tolerant of anything. Holds one tag at most and nothing of the tree: depth costs
 * nothing. In `xml` names keep their case and no element is raw.
 */
export function createHtmlScanner(handler: HtmlHandler, dialect: "html" | "xml" = "html"): HtmlScanner {
  let rest = "";
  let waiting: string[] = [];
  let waited = 0;
  /** Behind what the current run ends; in lower case. */
  let until = "";
  let run: "comment" | "raw" | "text" = "comment";
  let element = "";
  let line = 1;
  let nextLine = Infinity;
  let current = "";

  /** Counts lines up to `to`; where the next one ends is looked for once. */
  function count(to: number): void {
    while (nextLine < to) {
      line++;
      const found = current.indexOf("\n", nextLine + 1);
      nextLine = found < 0 ? Infinity : found;
    }
  }
  function take(source: string): void {
    current = source;
    const found = source.indexOf("\n");
    nextLine = found < 0 ? Infinity : found;
  }

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
    take(source);
    scan(source);
  }
  function keep(source: string, at: number): void {
    count(at);
    rest = source.slice(at);
  }
  function tell(text: string): void {
    if (text === "") return;
    if (run === "comment") handler.comment(text);
    else if (run === "raw") handler.raw(element, text);
    else handler.text(resolveHtmlReferences(text));
  }
  /** Where the run ends; -1 when it goes on. */
  function find(source: string, at: number): number {
    if (run === "comment") return source.indexOf(until, at);
    for (let found = source.indexOf("</", at); found >= 0; found = source.indexOf("</", found + 2)) {
      if (source.slice(found, found + until.length).toLowerCase() === until) return found;
    }
    return -1;
  }

  function scan(source: string): void {
    let at = 0;
    for (;;) {
      if (until !== "") {
        count(at);
        const end = find(source, at);
        if (end < 0) {
          // The end, or a reference, may be cut.
          let held = Math.max(at, source.length - until.length + 1);
          if (run === "text") {
            const reference = source.lastIndexOf("&", held);
            if (reference >= at && held - reference < 34) held = reference;
          }
          tell(source.slice(at, held));
          keep(source, held);
          return;
        }
        tell(source.slice(at, end));
        at = run === "comment" ? end + until.length : end;
        until = "";
      }
      const start = source.indexOf("<", at);
      if (start !== at) {
        let end = start < 0 ? source.length : start;
        if (start < 0) {
          const reference = source.lastIndexOf("&");
          if (reference >= at && source.length - reference < 34 && !source.includes(";", reference)) end = reference;
        }
        count(at);
        if (end > at) handler.text(resolveHtmlReferences(source.slice(at, end)));
        if (start < 0) {
          keep(source, end);
          return;
        }
        at = start;
      }
      count(at);
      if (source.length - at < 9 && !source.includes(">", at)) {
        keep(source, at);
        return;
      }
      const next = source.charCodeAt(at + 1);
      if (next === 33 /* ! */) {
        run = "comment";
        if (source.startsWith("<!--", at)) {
          until = "-->";
          at += source.startsWith("<!-->", at) ? 2 : 4;
        } else if (source.startsWith("<![CDATA[", at)) {
          run = "comment";
          const end = source.indexOf("]]>", at);
          if (end < 0) {
            if (source.length - at <= tagLimit) {
              keep(source, at);
              return;
            }
            handler.text(source.slice(at + 9));
            return;
          }
          handler.text(source.slice(at + 9, end));
          at = end + 3;
        } else {
          until = ">";
          at += 2;
        }
        continue;
      }
      if (next === 63 /* ? */) {
        run = "comment";
        until = ">";
        at += 2;
        continue;
      }
      const closing = next === 47;
      if (!isNameStart(source.charCodeAt(closing ? at + 2 : at + 1), dialect)) {
        handler.text("<");
        at++;
        continue;
      }
      const end = tagEnd(source, at);
      if (end < 0) {
        if (source.length - at <= tagLimit) {
          keep(source, at);
          return;
        }
        handler.text("<");
        at++;
        continue;
      }
      let nameEnd = at + 2;
      while (nameEnd < end) {
        const code = source.charCodeAt(nameEnd);
        if (code <= 32 || code === 47 || code === 62) break;
        nameEnd++;
      }
      const given = source.slice(closing ? at + 2 : at + 1, nameEnd);
      const name = dialect === "html" ? given.toLowerCase() : given;
      at = end + 1;
      if (closing) handler.close(name);
      else {
        const empty = source.charCodeAt(end - 1) === 47;
        handler.open(name, source.slice(nameEnd, end), empty);
        if (!empty && dialect === "html" && (rawElements.has(name) || textElements.has(name))) {
          run = rawElements.has(name) ? "raw" : "text";
          element = name;
          until = `</${name}`;
        }
      }
    }
  }
  return {
    push,
    end(): void {
      if (waiting.length > 0) resume("");
      const held = rest;
      rest = "";
      take(held);
      if (until !== "") tell(held);
      else if (held !== "") handler.text(resolveHtmlReferences(held));
    },
    get line(): number {
      return line;
    },
  };
}

/** The `>` that ends the tag at `at`, outside quoted values; -1 when there is none. A quote counts only behind an equals sign. */
function tagEnd(source: string, at: number): number {
  let value = false;
  for (let position = at + 2; position < source.length; position++) {
    const code = source.charCodeAt(position);
    if (code === 62) return position;
    if (code === 61) value = true;
    else if (value && (code === 34 || code === 39)) {
      position = source.indexOf(code === 34 ? '"' : "'", position + 1);
      if (position < 0) return -1;
      value = false;
    } else if (code > 32) value = false;
  }
  return -1;
}

const attributePattern = /([^\t-\r =/"'>][^\t-\r =/>]*)(?:[\t-\r ]*=[\t-\r ]*(?:"([^"]*)"|'([^']*)'|([^\t-\r "'>][^\t-\r >]*)))?/g;

/** All attributes of a tag in order, names in lower case, references resolved; one without a value has an empty one. */
export function htmlAttributes(attributes: string): readonly (readonly [name: string, value: string])[] {
  if (attributes.length < 2) return [];
  const found: (readonly [string, string])[] = [];
  for (const [, name, double, single, plain] of attributes.matchAll(attributePattern)) {
    found.push([(name ?? "").toLowerCase(), resolveHtmlReferences(double ?? single ?? plain ?? "")]);
  }
  return found;
}
