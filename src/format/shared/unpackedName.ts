/** What a name becomes when one layer of compression is taken off: `日志.log.gz` → `日志.log`, `资料.tgz` → `资料.tar`. `path` may hold folders. */
export function unpackedName(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  const short = /^(.+)\.(?:tgz|tbz2?|txz|tlz|taz|tzst)$/i.exec(name)?.[1];
  if (short !== undefined) return `${short}.tar`;
  return /^(.+)\.(?:gz|z|bz2|xz|lzma|lz|lz4|zst|zstd)$/i.exec(name)?.[1] ?? (name === "" ? "content" : name);
}
