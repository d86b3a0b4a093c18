import { TextDecoder } from "node:util";

import type { Encoding } from "../model/chunk.ts";

/** What the Encoding Standard calls an encoding. */
export function decoderLabel(encoding: Encoding): string {
  switch (encoding) {
    case "utf8":
      return "utf-8";
    case "utf16le":
      return "utf-16le";
    case "utf16be":
      return "utf-16be";
    default:
      return encoding;
  }
}

/** Decodes text of an encoding; what is no text in it becomes U+FFFD. */
export function decoderOf(encoding: Encoding): InstanceType<typeof TextDecoder> {
  return new TextDecoder(decoderLabel(encoding));
}
