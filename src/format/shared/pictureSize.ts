/** Pictures below this width and height hold no page: icons, logos, thumbnails. */
const SMALL_PICTURE = 300;

function begins(head: Uint8Array, bytes: readonly number[], at = 0): boolean {
  return bytes.every((byte, index) => head[at + index] === byte);
}

function ascii(head: Uint8Array, text: string, at = 0): boolean {
  return begins(head, [...Buffer.from(text, "latin1")], at);
}

/** Width and height a picture's header tells, in pixels; undefined for anything that is no picture or does not say. */
export function pictureSize(head: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const has = (length: number): boolean => head.length >= length;
  if (begins(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) && has(24))
    return { width: view.getUint32(16), height: view.getUint32(20) };
  if ((ascii(head, "GIF87a") || ascii(head, "GIF89a")) && has(10))
    return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (ascii(head, "BM") && has(26) && [12, 40, 52, 56, 64, 108, 124].includes(view.getUint32(14, true))) {
    if (view.getUint32(14, true) === 12) return { width: view.getUint16(18, true), height: view.getUint16(20, true) };
    return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };
  }
  if (ascii(head, "RIFF") && ascii(head, "WEBP", 8) && has(30)) return webpSize(head, view);
  if (begins(head, [0, 0, 1, 0]) && has(22) && (head[4] ?? 0) > 0 && head[5] === 0 && head[9] === 0) {
    // The largest of an icon's pictures; 0 stands for 256.
    let most = 0;
    for (let index = 0; index < view.getUint16(4, true) && 6 + 16 * index + 2 <= head.length; index++) {
      most = Math.max(most, head[6 + 16 * index] || 256, head[7 + 16 * index] || 256);
    }
    return { width: most, height: most };
  }
  if (begins(head, [0xff, 0xd8, 0xff])) return jpegSize(head, view);
  const pict = pictBegin(head);
  if (pict !== undefined)
    return { width: view.getInt16(pict + 8) - view.getInt16(pict + 4), height: view.getInt16(pict + 6) - view.getInt16(pict + 2) };
  return undefined;
}

/**
 * Where a picture of QuickDraw begins (Inside Macintosh: Imaging, appendix A): behind the 512 bytes that a file has before it, or at once, as
 * documents hold it.
 */
export function pictBegin(head: Uint8Array): number | undefined {
  const second = [0, 0x11, 2, 0xff, 0x0c, 0];
  if (begins(head, second, 10)) return 0;
  // Two bytes are no mark without the zeros before them: those of version 1.
  const known = begins(head, second, 522) || begins(head, [0x11, 1], 522);
  return known && head.subarray(0, 512).every((byte) => byte === 0) ? 512 : undefined;
}

function webpSize(head: Uint8Array, view: DataView): { width: number; height: number } | undefined {
  if (ascii(head, "VP8X", 12))
    return { width: 1 + (view.getUint32(24, true) & 0xffffff), height: 1 + ((view.getUint32(26, true) >>> 8) & 0xffffff) };
  if (ascii(head, "VP8 ", 12)) return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (!ascii(head, "VP8L", 12)) return undefined;
  const bits = view.getUint32(21, true);
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
}

/** A frame header further back than the head is not looked for: then the picture counts as large. */
function jpegSize(head: Uint8Array, view: DataView): { width: number; height: number } | undefined {
  for (let at = 2; at + 9 < head.length && head[at] === 0xff;) {
    const marker = head[at + 1] ?? 0;
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** Whether a picture is too small to hold a page, as its header tells; false for anything that is no picture or does not say. */
export function isSmallPicture(head: Uint8Array): boolean {
  const size = pictureSize(head);
  return size !== undefined && size.width > 0 && size.height > 0 && size.width < SMALL_PICTURE && size.height < SMALL_PICTURE;
}
