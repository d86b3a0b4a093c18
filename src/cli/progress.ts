import type { ScanEvent } from "../model/event.ts";
import type { Terminal } from "./terminal.ts";

/** Milliseconds between two drawings of the line. */
const EVERY = 200;

/** One line on standard error of a terminal: files, bytes a second, findings. Silent in a pipe. */
export function createProgress(terminal: Terminal, quiet: boolean): { note(event: ScanEvent): void; clear(): void } {
  const { stderr, locale } = terminal;
  if (quiet || !stderr.isTTY) return { note: () => undefined, clear: () => undefined };
  const begun = performance.now();
  let entries = 0;
  let bytes = 0;
  let findings = 0;
  let unread = 0;
  let drawn = 0;
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
      const line =
        locale === "zh"
          ? `已检 ${entries} 个文件  ${rate} MB/s  发现 ${findings}  未检 ${unread}`
          : `${entries} files  ${rate} MB/s  findings ${findings}  not read ${unread}`;
      stderr.write(`\r\u001b[K${line}`);
    },
    clear() {
      if (!shown) return;
      shown = false;
      stderr.write("\r\u001b[K");
    },
  };
}
