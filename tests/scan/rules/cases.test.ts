import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readLabels, runCases } from "../../../src/scan/rules/cases.ts";

const scratch = mkdtempSync(join(tmpdir(), "zicha-cases-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function cases(labels: string, files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(scratch, "c-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  writeFileSync(join(directory, "labels.tsv"), labels);
  return directory;
}

describe("labels", () => {
  it("are lines of file, place and what, with comments between", () => {
    const directory = cases("# a comment\n\na.txt\t3\tCN_MOBILE\na.txt\t*\tcn-pii/mobile\r\na.txt\t表1!2:3\tEMAIL\n", { "a.txt": "x" });
    expect(readLabels(directory)).toEqual({
      labels: [
        { file: "a.txt", place: "3", what: "CN_MOBILE", line: 3 },
        { file: "a.txt", place: "*", what: "cn-pii/mobile", line: 4 },
        { file: "a.txt", place: "表1!2:3", what: "EMAIL", line: 5 },
      ],
      problems: [],
    });
  });

  it("are refused with their line, all at once", () => {
    const directory = cases("a.txt\t3\nb.txt\t1\tEMAIL\na.txt\tpage 2\tEMAIL\n", { "a.txt": "x" });
    expect(readLabels(directory).problems.map(({ line, detail }) => [line, detail])).toEqual([
      [1, "expected three columns parted by tabs: file, place, infoType or rule id"],
      [2, '"b.txt": no such file'],
      [3, '"page 2": expected *, line, line:column or sheet!row:column'],
    ]);
  });
});

describe("a run over labelled cases", () => {
  it("counts right, wrong and missed", async () => {
    const directory = cases("a.txt\t1\tCN_RESIDENT_ID\na.txt\t2:6\tBANK_CARD\nb.txt\t1\tCN_RESIDENT_ID\n", {
      "a.txt": "身份证号：440308199901101512\n银行卡号：6222021001116245702\n",
      "b.txt": "没有\n",
      "c.txt": "身份证号：440308199001152170\n",
    });
    const result = await runCases(directory, { packs: [], disabled: [], keyFile: join(scratch, "key") });
    if ("problems" in result) throw new Error(JSON.stringify(result.problems));
    const { run } = result;
    expect(run.labels.get("CN_RESIDENT_ID")).toEqual({ right: 0, wrong: 0, wanted: 2, met: 1 });
    expect(run.labels.get("BANK_CARD")).toEqual({ right: 0, wrong: 0, wanted: 1, met: 1 });
    expect(run.rules.get("cn-pii/resident-id")).toEqual({ right: 1, wrong: 1, wanted: 0, met: 0 });
    expect(run.rules.get("cn-bank/bank-card")).toEqual({ right: 1, wrong: 0, wanted: 0, met: 0 });
    expect(run.missed).toEqual([{ file: "b.txt", place: "1", what: "CN_RESIDENT_ID", line: 3 }]);
    expect(run.false.map(({ ruleId, masked }) => [ruleId, masked])).toEqual([["cn-pii/resident-id", "440308********2170"]]);
    expect(run.failures).toEqual([]);
  });
});
