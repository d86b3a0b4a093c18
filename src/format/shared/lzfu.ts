/** What the dictionary holds before the first byte (MS-OXRTFCP 2.1.2.1). */
const preset =
  "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const size = 4096;
/** 64 MiB of RTF: pictures stand in it as hex digits. */
const limit = 64 * 1024 * 1024;

/** RTF of a message, unpacked (MS-OXRTFCP); what comes before damage is given. Undefined when it is not packed in a way that is known. */
export function unpackRtf(packed: Uint8Array): Buffer | undefined {
  const input = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  if (input.length < 16) return undefined;
  const magic = input.toString("latin1", 8, 12);
  if (magic === "MELA") return input.subarray(16);
  if (magic !== "LZFu") return undefined;
  const dictionary = Buffer.alloc(size, 32);
  let write = dictionary.write(preset, "latin1");
  // Seventeen bytes out of two, and a bit: no input gives more.
  const out = Buffer.alloc(Math.min(limit, input.length * 9));
  let length = 0;
  const put = (byte: number): void => {
    if (length < out.length) out[length++] = byte;
    dictionary[write] = byte;
    write = (write + 1) % size;
  };
  for (let at = 16; at < input.length && length < limit;) {
    const control = input[at++] ?? 0;
    for (let bit = 0; bit < 8 && at < input.length; bit++) {
      if ((control & (1 << bit)) === 0) {
        put(input[at++] ?? 0);
        continue;
      }
      if (at + 2 > input.length) return out.subarray(0, length);
      const reference = input.readUInt16BE(at);
      at += 2;
      const from = reference >>> 4;
      if (from === write) return out.subarray(0, length);
      for (let index = 0; index < (reference & 15) + 2; index++) put(dictionary[(from + index) % size] ?? 0);
    }
  }
  return out.subarray(0, length);
}
