import type { ByteSource } from "../model/entry.ts";
import { appendedArchive } from "./shared/appended.ts";
import { readRange } from "./shared/bytes.ts";
import { isSmallPicture } from "./shared/pictureSize.ts";

/** A kind of content that can hold no text for the rules. */
export interface TextlessKind {
  readonly id: string;
  readonly title: { readonly zh: string; readonly en: string };
  /** Beside what it shows it may hold texts about itself, which are read. */
  readonly described?: boolean;
}

interface Magic extends TextlessKind {
  /** Said of the first 4 KiB; a name never makes anything textless. */
  is(head: Uint8Array): boolean;
}

function begins(head: Uint8Array, bytes: readonly number[], at = 0): boolean {
  return bytes.every((byte, index) => head[at + index] === byte);
}

function ascii(head: Uint8Array, text: string, at = 0): boolean {
  return begins(head, [...Buffer.from(text, "latin1")], at);
}

function isElf(head: Uint8Array): boolean {
  return begins(head, [0x7f, 0x45, 0x4c, 0x46]) && (head[4] === 1 || head[4] === 2);
}

/** An MZ stub whose header points to a PE, NE or LE header; a text that begins with the letters MZ has none. */
function isDosProgram(head: Uint8Array): boolean {
  if (!ascii(head, "MZ") || head.length < 0x40) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const at = view.getUint32(0x3c, true);
  return at + 4 <= head.length && (ascii(head, "PE\0\0", at) || ascii(head, "NE", at) || ascii(head, "LE", at));
}

function isMachO(head: Uint8Array): boolean {
  const view = head.length >= 8 ? new DataView(head.buffer, head.byteOffset, head.length).getUint32(0, false) : 0;
  return view === 0xfeedface || view === 0xfeedfacf || view === 0xcefaedfe || view === 0xcffaedfe;
}

/** CAFEBABE is Java's and, followed by a small number of architectures, Apple's. */
function isClassOrFat(head: Uint8Array): boolean {
  return begins(head, [0xca, 0xfe, 0xba, 0xbe]) && head.length >= 8;
}

function isFont(head: Uint8Array): boolean {
  return begins(head, [0, 1, 0, 0, 0]) || ascii(head, "OTTO\0") || ascii(head, "ttcf") || ascii(head, "wOFF") || ascii(head, "wOF2");
}

function isSound(head: Uint8Array): boolean {
  if (ascii(head, "ID3") || ascii(head, "fLaC") || ascii(head, "OggS")) return true;
  if (ascii(head, "RIFF") && ascii(head, "WAVE", 8)) return true;
  if (ascii(head, "FORM") && (ascii(head, "AIFF", 8) || ascii(head, "AIFC", 8))) return true;
  // Sun's: the offset of the samples follows, of less than 64 KiB.
  if (ascii(head, ".snd") && begins(head, [0, 0], 4)) return true;
  if (ascii(head, "ftypM4A", 4) || ascii(head, "#!AMR")) return true;
  // MPEG audio: eleven sync bits, then a version, layer, bit rate and rate that exist, twice.
  return head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2 && ((head[2] ?? 0) & 0xf0) !== 0xf0 && ((head[2] ?? 0) & 0x0c) !== 0x0c;
}

function isCompiled(head: Uint8Array): boolean {
  if (begins(head, [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])) return true;
  // Python's compiled files: of version 2 a time and a code object, else a version, CR LF, then flags below 4.
  if (begins(head, [0xf3, 0x0d, 0x0a], 1) && head[8] === 0x63) return true;
  return (
    head[2] === 0x0d &&
    head[3] === 0x0a &&
    (head[1] ?? 0) >= 0x0b &&
    (head[1] ?? 0) <= 0x0f &&
    (head[4] ?? 9) < 4 &&
    head[5] === 0 &&
    head[6] === 0
  );
}

/** Every kind, in one table: the ledger counts entries by it and `docs/formats.md` prints it. */
export const textlessKinds: readonly Magic[] = [
  {
    id: "program",
    title: { zh: "程序", en: "Programs" },
    is: (head) => isElf(head) || isDosProgram(head) || isMachO(head) || isClassOrFat(head),
  },
  { id: "compiled", title: { zh: "编译缓存", en: "Compiled code" }, is: isCompiled },
  { id: "font", title: { zh: "字体", en: "Fonts" }, is: isFont },
  { id: "sound", title: { zh: "声音", en: "Sound" }, is: isSound },
  {
    id: "small-picture",
    title: { zh: "300×300 像素以下的图像", en: "Pictures below 300×300 pixels" },
    is: isSmallPicture,
    described: true,
  },
];

/** Without bytes, so that no first ones tell it; `docs/formats.md` prints it behind the table. */
export const empty: TextlessKind = { id: "empty", title: { zh: "空文件", en: "Empty files" } };

/** Which textless kind an entry would be by its first 4 KiB alone, if any. `size` in bytes where known. */
export function textless(head: Uint8Array, size: number | undefined): TextlessKind | undefined {
  if (head.length === 0) return size === undefined || size === 0 ? empty : undefined;
  return textlessKinds.find(({ is }) => is(head));
}

/** Bytes at the end of a program or picture in which an appended zip archive's directory shows. */
const tailLength = 66 * 1024;

/** Which textless kind an entry is by its content, if any: none where an archive was put behind a program or picture, since it is read. */
export async function textlessKind(head: Uint8Array, bytes: ByteSource): Promise<TextlessKind | undefined> {
  const kind = textless(head, bytes.size);
  if (kind === undefined || bytes.size === undefined || !bytes.seekable) return kind;
  const tail = bytes.size <= head.length ? head : await readRange(bytes, Math.max(0, bytes.size - tailLength), tailLength);
  if (trailingZip(tail)) return undefined;
  return (await appendedArchive(bytes)) === undefined ? kind : undefined;
}

/** Whether these last bytes show the record that ends a zip archive. */
function trailingZip(tail: Uint8Array): boolean {
  for (let at = tail.length - 22; at >= 0; at--) {
    if (!begins(tail, [0x50, 0x4b, 5, 6], at)) continue;
    const comment = (tail[at + 20] ?? 0) | ((tail[at + 21] ?? 0) << 8);
    if (at + 22 + comment <= tail.length) return true;
  }
  return false;
}
