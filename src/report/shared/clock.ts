/**
 * ISO 8601 UTC as people read it where the scan ran: `2026-11-23 09:52:07 +08:00`; without an offset as UTC, and empty for an unknown time.
 * `offset` is minutes east of Greenwich.
 */
export function clock(time: string, offset?: number): string {
  if (time === "") return "";
  const moment = Date.parse(time);
  if (offset === undefined || offset === 0 || Number.isNaN(moment)) return `${time.slice(0, 19).replace("T", " ")} UTC`;
  const local = new Date(moment + offset * 60_000).toISOString().slice(0, 19).replace("T", " ");
  const two = (value: number): string => String(value).padStart(2, "0");
  const size = Math.abs(offset);
  return `${local} ${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}
