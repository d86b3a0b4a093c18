import { TextDecoder } from "node:util";
import { decoderLabel } from "../../util/decoder.ts";
import { detectEncodings } from "../../util/encoding.ts";
import { bytesOf } from "./xml.ts";

/** 4 KiB: browsers look at the first 1024 bytes for `<meta charset>`, writers put more before it. */
const declaredWithin = 4096;

/** Elements that a page, or a piece of one, begins with. */
const first =
  /^<(?:!doctype\s+html|html|head|body|meta|title|base|table|div|p|h[1-6]|center|font|span|form|frameset|ul|ol|dl|a|b|br|hr|img|pre|section|article|nav|header|main|link|style)[\s>/]/i;

/** Whether these first bytes are a page; a name alone makes none, but with it a page may begin with text. */
export function looksLikeHtml(head: Uint8Array, name: string): boolean {
  const wide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff) || head[1] === 0 || head[0] === 0;
  let text = Buffer.from(head).toString("latin1");
  if (wide) {
    if (detectEncodings(head, false) === undefined) return false;
    text = text.replaceAll("\0", "").replace(/^(\xff\xfe|\xfe\xff)/, "");
  }
  text = text.replace(/^\xef\xbb\xbf/, "").trimStart();
  for (let turns = 0; turns < 20; turns++) {
    const prologue = /^(?:<!--[^]*?-->|<\?xml[^>]*\?>)\s*/.exec(text);
    if (prologue === null) break;
    text = text.slice(prologue[0].length);
  }
  if (first.test(text)) return true;
  // Behind a document type of any kind, or a comment longer than the head.
  if (/^<!doctype\s[^>]*\bx?html\b/i.test(text)) return true;
  if (!/\.(html?|xhtml|shtml|hta|htm_)$/i.test(name)) return false;
  return (
    /<(?:html|body|table|div|p|br|span|script|td|a|meta|!--)[\s>/]|^<!--/i.test(text) &&
    detectEncodings(head, head.length < 4096) !== undefined
  );
}

/** A page's bytes as byte strings of UTF-8: by byte order mark, by what it is whole in, by its declaration, by likeness. */
export async function* htmlPieces(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let decided = false;
  for await (const piece of pieces) {
    let bytes = piece;
    if (!decided) {
      decided = true;
      const { label, bom } = encodingOf(bytes);
      bytes = bytes.subarray(bom);
      if (label !== "utf-8") decoder = new TextDecoder(label);
    }
    const text = decoder === undefined ? latin1(bytes) : bytesOf(decoder.decode(bytes, { stream: true }));
    if (text !== "") yield text;
  }
  if (decoder !== undefined) yield bytesOf(decoder.decode());
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function encodingOf(head: Uint8Array): { readonly label: string; readonly bom: number } {
  const sample = head.subarray(0, 64 * 1024);
  const detected = detectEncodings(sample, head.length < 64 * 1024);
  const label = decoderLabel(detected?.encodings[0] ?? "utf8");
  const bom = detected?.bom ?? 0;
  if (bom > 0 || label.startsWith("utf-16")) return { label, bom };
  // What is UTF-8 as a whole is UTF-8, whatever it says; in ASCII alone both say the same so far.
  const ascii = sample.every((byte) => byte < 0x80);
  if (label === "utf-8" && !ascii) return { label, bom };
  const said = declared(sample);
  if (said === undefined || said.startsWith("utf-16")) return { label, bom };
  return { label: said, bom };
}

function declared(head: Uint8Array): string | undefined {
  const text = latin1(head.subarray(0, declaredWithin));
  const name = (
    /<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w-]{2,40})/i.exec(text) ??
    /^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w.-]{2,40})["']/.exec(text)
  )?.[1];
  if (name === undefined) return undefined;
  if (/^(gbk|gb2312|gb_2312-80|cp936|x-gbk|gb18030|hz-gb-2312)$/i.test(name)) return "gb18030";
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return undefined;
  }
}
