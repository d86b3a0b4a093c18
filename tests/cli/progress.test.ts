import { expect, it } from "vitest";

import { createProgress, secondsLeft } from "../../src/cli/progress.ts";

it("guesses the time left only when all there is to read is known", () => {
  expect(secondsLeft({ met: 400, told: 100, whole: false }, 60_000)).toBeUndefined();
  expect(secondsLeft({ met: 400, told: 0, whole: true }, 60_000)).toBeUndefined();
  expect(secondsLeft({ met: 400, told: 100, whole: true }, 500)).toBeUndefined();
  expect(secondsLeft({ met: 400, told: 100, whole: true }, 60_000)).toBe(180);
  expect(secondsLeft({ met: 400, told: 400, whole: true }, 60_000)).toBe(0);
});

it("draws one line on a terminal, and nothing in a pipe or when quiet", () => {
  const draw = (isTTY: boolean, quiet: boolean): string => {
    const written: string[] = [];
    const stderr = { isTTY, write: (text: string) => written.push(text) > 0 } as unknown as NodeJS.WriteStream;
    const progress = createProgress({ stderr, locale: "en" }, quiet, { met: 0, told: 0, whole: false });
    progress.note({
      type: "entry-end",
      path: "a",
      verdict: "clean",
      coverage: "full",
      format: "text",
      counts: [],
      subjects: 0,
      bytes: 0,
      elapsedMs: 0,
    });
    progress.clear();
    return written.join("");
  };
  expect(draw(true, false)).toBe("\r\u001b[K1 files  0.0 MB/s  findings 0  not read 0\r\u001b[K");
  expect([draw(false, false), draw(true, true)]).toEqual(["", ""]);
});
