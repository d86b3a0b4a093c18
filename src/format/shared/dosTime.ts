/** A time as DOS packs it, date in the high 16 bits, taken as UTC; undefined where it is none. */
export function dosTime(value: number): string | undefined {
  const date = value >>> 16;
  const time = Date.UTC(1980 + (date >>> 9), ((date >>> 5) & 15) - 1, date & 31, (value >>> 11) & 31, (value >>> 5) & 63, (value & 31) * 2);
  return date === 0 || Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
