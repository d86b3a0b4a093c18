import type { ScanEvent } from "../model/event.ts";
import type { Ahead } from "../scan/main.ts";
import type { Terminal } from "./terminal.ts";

/** Milliseconds between two drawings of the line. */
const EVERY = 200;

/** Milliseconds after which a guess at the rest is worth something. */
const GUESS_AFTER = 3_000;

/** Seconds until the end, where all there is to read is known; undefined before. */
export function secondsLeft(ahead: Ahead, elapsedMs: number): number | undefined {
  if (!ahead.whole || ahead.told <= 0 || elapsedMs < GUESS_AFTER) return undefined;
  return Math.ceil(((Math.max(0, ahead.met - ahead.told) / ahead.told) * elapsedMs) / 1000);
}

/** `4:05`, `1:00:09`. */
function clockOf(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** One line on standard error of a terminal: files, bytes a second, findings, and the time left once all is known. Silent in a pipe. */
export function createProgress(
  terminal: Pick<Terminal, "stderr" | "locale">,
  quiet: boolean,
  ahead: Ahead,
): { note(event: ScanEvent): void; clear(): void } {
  const { stderr, locale } = terminal;
  if (quiet || !stderr.isTTY) return { note: () => undefined, clear: () => undefined };
  const begun = performance.now();
  let entries = 0;
  let bytes = 0;
  let findings = 0;
  let unread = 0;
  let drawn = -Infinity;
  let shown = false;
  return {
    note(event) {
      if (event.type === "finding" && event.finding.effect !== "recorded") findings++;
      if (event.type === "failure") unread++;
      if (event.type === "entry-end") {
        entries++;
        bytes += event.bytes;
      }
      const now = performance.now();
      if (now - drawn < EVERY) return;
      drawn = now;
      shown = true;
      const rate = (bytes / 1048576 / Math.max(0.001, (now - begun) / 1000)).toFixed(1);
      const left = secondsLeft(ahead, now - begun);
      const rest = left === undefined ? "" : locale === "zh" ? `  约剩 ${clockOf(left)}` : `  about ${clockOf(left)} left`;
      const line =
        locale === "zh"
          ? `已检 ${entries} 个文件  ${rate} MB/s  发现 ${findings}  未检 ${unread}${rest}`
          : `${entries} files  ${rate} MB/s  findings ${findings}  not read ${unread}${rest}`;
      stderr.write(`\r\u001b[K${line}`);
    },
    clear() {
      if (!shown) return;
      shown = false;
      stderr.write("\r\u001b[K");
    },
  };
}
