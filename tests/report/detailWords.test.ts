import { expect, it } from "vitest";

import type { FailureCode } from "../../src/model/failure.ts";
import { excludedWords } from "../../src/report/shared/excludedWords.ts";
import type { Overview } from "../../src/report/shared/overview.ts";
import { failuresInWords } from "../../src/report/shared/conclusion.ts";
import { detailWords } from "../../src/report/shared/detailWords.ts";

it.each<[FailureCode, string, string]>([
  ["permission-denied", "permission denied", "没有读取权限"],
  ["io-error", "cannot be read (ESTALE)", "无法读取（ESTALE）"],
  ["no-text", "pages without readable text that need OCR: 2–3, 7 of 9", "没有可读文字、须文字识别（OCR）的页：2–3, 7（共 9 页）"],
  ["corrupt", "archive is damaged: compressed data is cut off", "压缩包损坏：压缩数据被截断"],
  ["corrupt", "archive is damaged: something new", "压缩包损坏：something new"],
  ["too-large", "104857601 bytes, the limit for this format is 104857600", "104857601 字节，此格式的上限为 104857600"],
  ["missing-tool", "reading RAR needs the npm package libarchive-wasm", "读取 RAR 须安装 npm 包 libarchive-wasm"],
  // What has no words here is said by its code.
  ["corrupt", "the moon is full", "内容损坏，未能全部读出（the moon is full）"],
  ["timeout", "", ""],
])("says of %s in Chinese: %s", (code, detail, zh) => {
  expect(detailWords({ code, detail }, "zh")).toBe(zh);
  expect(detailWords({ code, detail }, "en")).toBe(detail);
});

it("says where there are more reasons than files", () => {
  const of = (unread: number): Overview => ({ unread, failures: { corrupt: 2, encrypted: 1 } }) as unknown as Overview;
  expect(failuresInWords(of(3), "zh")).toBe("损坏 2 · 加密 1");
  expect(failuresInWords(of(2), "zh")).toBe("共 3 项原因：损坏 2 · 加密 1");
  expect(failuresInWords(of(2), "en")).toBe("3 reasons: corrupt 2 · encrypted 1");
});

it("says why a path was left out, and a pattern as it was given", () => {
  expect([excludedWords("symbolic link", "zh"), excludedWords("*.iso", "zh"), excludedWords("symbolic link", "en")]).toEqual([
    "符号链接",
    "*.iso",
    "symbolic link",
  ]);
});
