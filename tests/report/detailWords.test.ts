import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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
  ["corrupt", "word/document.xml: compressed data is damaged", "word/document.xml：压缩数据损坏"],
  ["corrupt", "header is damaged; what could be unpacked was read without names", "头部损坏；能解开的已读，但没有文件名"],
  // What has no words here is said by its code.
  ["corrupt", "the moon is full", "内容损坏，未能全部读出（the moon is full）"],
  ["timeout", "", ""],
])("says of %s in Chinese: %s", (code, detail, zh) => {
  expect(detailWords({ code, detail }, "zh")).toBe(zh);
  expect(detailWords({ code, detail }, "en")).toBe(detail);
});

/** Codes, as the readers write them before a detail, and what holds one that is told later. */
const codes =
  "not-found|permission-denied|io-error|encrypted|corrupt|unsupported-format|no-text|too-large|too-deep|bomb|timeout|out-of-memory|changed|interrupted|first-match|missing-tool|internal";
const text = /"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/.source;
const told: readonly RegExp[] = [
  new RegExp(`"(?:${codes})"\\s*,\\s*(?:[\\w.]+\\s*(?:\\?\\?|===?[^?]*\\?)\\s*)?(${text})(?:\\s*:\\s*(${text}))?`, "g"),
  new RegExp(`\\b(?:detail|damage|wrong|why|trouble)\\b\\s*(?:\\?\\?=|[:=])\\s*[^"\`\\n;]{0,60}?(${text})(?:\\s*:\\s*(${text}))?`, "g"),
  new RegExp(`\\bnew \\w*(?:Damage|Error|Broken|Trouble)\\w*\\(\\s*(${text})`, "g"),
];
/** Bugs, which are thrown and told as such; and what is wrong with a range of commits, which is told before a scan. */
const bugs = ["a match has a model", "a stream was asked for bytes that are gone", "no commit 7", "expected a range such as main..HEAD"];

it("has Chinese words for every detail that readers, the walk and workers tell", () => {
  const source = fileURLToPath(new URL("../../src", import.meta.url));
  const files = readdirSync(source, { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => /^(?:source|format)\/.*\.ts$|^scan\/(?:\w+|isolation\/\w+)\.ts$/.test(file))
    .filter((file) => !/^scan\/(?:request|compare|merge|key|main|inline|result|extract|baseline|worker)\.ts$/.test(file));
  const details = new Set<string>();
  for (const file of files) {
    const code = readFileSync(join(source, file), "utf8");
    for (const pattern of told) {
      for (const found of code.matchAll(pattern)) {
        for (const literal of found.slice(1)) {
          // What is filled in stands as a number; a template of nothing else says what is said elsewhere.
          const detail = literal?.slice(1, -1).replaceAll(/\$\{[^}]*\}/g, "7") ?? "";
          if (/[a-z] [a-z]/.test(detail) && !detail.includes("${")) details.add(detail);
        }
      }
    }
  }
  expect(details.size).toBeGreaterThan(200);
  const without = [...details].filter((detail) => detailWords({ code: "corrupt", detail }, "zh").endsWith(`（${detail}）`));
  expect(without.filter((detail) => !bugs.includes(detail))).toEqual([]);
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
