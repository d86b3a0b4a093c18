import type { Extractor } from "../model/chunk.ts";
import { toByteString } from "../util/path.ts";
import { readRange } from "./shared/bytes.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import { isSmallPicture, pictBegin } from "./shared/pictureSize.ts";
import { pictureTexts } from "./shared/pictureTexts.ts";

const kinds: readonly { readonly name: string; is(head: Uint8Array): boolean }[] = [
  { name: "PNG", is: (head) => latin1(head, 0, 4) === "\x89PNG" },
  { name: "JPEG", is: (head) => head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff },
  { name: "GIF", is: (head) => /^GIF8[79]a/.test(latin1(head, 0, 6)) },
  { name: "BMP", is: (head) => latin1(head, 0, 2) === "BM" && head.length > 26 && head[6] === 0 && head[7] === 0 && head[15] === 0 },
  { name: "TIFF", is: (head) => ["II*\0", "MM\0*"].includes(latin1(head, 0, 4)) },
  { name: "WebP", is: (head) => latin1(head, 0, 4) === "RIFF" && latin1(head, 8, 12) === "WEBP" },
  { name: "HEIF", is: (head) => /^ftyp(hei|hev|mif1|msf1|avif)/.test(latin1(head, 4, 12)) },
  { name: "Photoshop", is: (head) => /^8BPS\0[\x01\x02]\0{6}/.test(latin1(head, 0, 12)) },
  { name: "AVI", is: (head) => latin1(head, 0, 4) === "RIFF" && latin1(head, 8, 12) === "AVI " },
  { name: "PICT", is: (head) => pictBegin(head) !== undefined },
  { name: "JPEG 2000", is: (head) => latin1(head, 4, 8) === "jP  " },
  {
    name: "video",
    is: (head) =>
      /^ftyp(isom|iso2|mp4|avc1|qt  |M4V|3gp)/.test(latin1(head, 4, 12)) ||
      // QuickTime from before there were types of files.
      /^\0[^]{3}(moov|mdat|wide|pnot)/.test(latin1(head, 0, 8)) ||
      latin1(head, 0, 4) === "\x1aE\xdf\xa3",
  },
];

function latin1(head: Uint8Array, from: number, to: number): string {
  return Buffer.from(head.subarray(from, to)).toString("latin1");
}

/**
 * Pictures and video: what they show is not read, and never called clean where it may be a page. Texts that stand beside the pixels (Exif, XMP,
 * IPTC, comments, text chunks) are properties; of small pictures they are all there is.
 */
export const picture: Extractor = {
  id: "picture",
  title: { zh: "图像、视频（只读附带文字，不识别内容）", en: "Pictures and video (texts about them; what they show is not read)" },
  version: 5,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => kinds.some(({ is }) => is(head)),
  async *extract({ entry, bytes, budget }) {
    const head = await readRange(bytes, 0, 4096);
    const kind = kinds.find(({ is }) => is(head))?.name ?? "picture";
    const sink = createSink(budget, entry.path);
    const names: string[] = [];
    const flow = createFlow(sink, {
      id: "metadata",
      roles: ["property"],
      place: (mark) => ({ kind: "property", name: names[mark] ?? "" }),
    });
    for (const { name, text } of await pictureTexts(bytes, kind)) flow.line(toByteString(`${name}: ${text.trim()}`), names.push(name) - 1);
    flow.flush();
    if (!isSmallPicture(head)) sink.failure("no-text", `${kind}: needs a person or OCR`, false);
    yield* sink.drain();
  },
};
