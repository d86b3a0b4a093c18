import { isUtf8 } from "node:buffer";
import { isGbkRatherThanUtf8 } from "../../util/gbkOrUtf8.ts";

/**
 * A name as Chinese archivers write it: UTF-8 when its bytes are (a flag says no more than they do), else GB18030, which holds GBK and GB 2312;
 * what is neither stands as `\xB5`. Of bytes that are both, `declared` says that they are UTF-8.
 */
export function decodeName(raw: Uint8Array, declared: boolean = false): string {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  if (isUtf8(bytes) && (declared || !isGbkRatherThanUtf8(withoutExtension(bytes)))) return bytes.toString("utf8");
  try {
    return new TextDecoder("gb18030", { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString("latin1").replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).toUpperCase()}`);
  }
}

/** Letters of an extension say nothing of a name's language. */
function withoutExtension(bytes: Buffer): Buffer {
  const point = bytes.lastIndexOf(0x2e);
  return point > 0 ? bytes.subarray(0, point) : bytes;
}
