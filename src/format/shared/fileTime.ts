/** 100 ns ticks between 1601 and 1970. */
const epoch = 116_444_736_000_000_000n;

/**
 * A FILETIME (100 ns since 1601, MS-DTYP 2.3.3) as ISO 8601 UTC to the second; undefined for zero, for what lies outside the years 1601–9999, and
 * where `bytes` ends before it.
 */
export function fileTime(bytes: Uint8Array, at: number): string | undefined {
  if (at < 0 || at + 8 > bytes.length) return undefined;
  const ticks = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getBigUint64(at, true);
  if (ticks === 0n) return undefined;
  const milliseconds = Number((ticks - epoch) / 10_000n);
  if (milliseconds > 253_402_300_799_000) return undefined;
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}
