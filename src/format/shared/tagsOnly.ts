/** Longer tags are not written by any program into parts of which only the attributes count. */
const longestTag = 4096;

/**
 * The whole tags of an XML part, its text and what is no tag left out. For a library that takes tags apart with expressions: on a part of 1 MiB
 * whose quotes do not end they take 1.1 GB. `>` inside a value ends a tag, as it does for that library.
 */
export function tagsOnly(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const kept: string[] = [];
  for (let from = text.indexOf("<"); from >= 0;) {
    const next = text.indexOf("<", from + 1);
    const end = text.indexOf(">", from);
    if (end < 0) break;
    if ((next < 0 || end < next) && end - from <= longestTag) {
      const tag = text.slice(from, end + 1);
      if ((tag.split('"').length & 1) === 1) kept.push(tag);
    }
    from = next;
  }
  return Buffer.from(kept.join(""), "latin1");
}
