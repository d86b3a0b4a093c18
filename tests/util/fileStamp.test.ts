import { expect, test } from "vitest";
import { directoryHash, fileStamp, fileStampOf } from "../../src/util/fileStamp.ts";

const modified = 1_732_612_345_123_456;

test("says the same of a directory and a name as of a path", () => {
  const stamp = fileStamp(directoryHash("部门/项目/"), "会议纪要.docx", 20_480, modified, modified + 1, 7_340_033);
  expect(stamp).toBe(fileStampOf("部门/项目/会议纪要.docx", `20480:${modified}:${modified + 1}:7340033`));
  expect(stamp).not.toBe(fileStampOf("部门/项目会议纪要.docx", `20480:${modified}:${modified + 1}:7340033`));
});

test("tells files apart by each of what it takes, in 53 bits", () => {
  const directory = directoryHash("a/");
  const stamps: number[] = [];
  // Powers of two, since a change of one high bit is what a weak hash loses.
  for (let bit = 0; bit < 53; bit++) {
    const by = 2 ** bit;
    stamps.push(fileStamp(directory, "b", by, 0, 0, 0), fileStamp(directory, "b", 0, by, 0, 0));
    stamps.push(fileStamp(directory, "b", 0, 0, by, 0), fileStamp(directory, "b", 0, 0, 0, by));
    stamps.push(fileStamp(directory, "b", by, by, by, by), fileStamp(directory, "b", 0, by, by, 0));
  }
  for (let at = 0; at < 50_000; at++) {
    stamps.push(
      fileStamp(directory, `${at}.txt`, 1, modified, modified, 1),
      fileStamp(directory, "c", 1, modified + at, modified + at, at),
    );
  }
  // Every microsecond a day has, a second apart, with times that move together.
  for (let at = 0; at < 86_400; at++) {
    const time = modified + at * 1_000_000;
    stamps.push(fileStamp(directory, "d", 1, time, time, 1));
  }
  expect(new Set(stamps).size).toBe(stamps.length);
  expect(stamps.every((stamp) => Number.isSafeInteger(stamp) && stamp >= 0)).toBe(true);
});

test("takes what no clock should say", () => {
  for (const time of [-1, -62_135_596_800_000_000, 0, 2 ** 53 - 1]) {
    expect(fileStamp(directoryHash(""), "a", 0, time, time, 1)).toBe(fileStampOf("a", `0:${time}:${time}:1`));
  }
});
