import { isUtf8 } from "node:buffer";

/**
 * A name as Chinese archivers write it: UTF-8 when its bytes are (a flag says no more than they do), else GB18030, which holds GBK and GB 2312;
 * what is neither stands as `\xB5`.
 */
export function decodeName(raw: Uint8Array): string {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  if (isUtf8(bytes)) return bytes.toString("utf8");
  try {
    return new TextDecoder("gb18030", { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString("latin1").replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).toUpperCase()}`);
  }
}
