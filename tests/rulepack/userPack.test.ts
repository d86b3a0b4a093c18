import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEntryBench } from "../rules/support/entry.ts";
import { RULES } from "../rules/support/examine.ts";
import { loadPacks } from "../../src/rulepack/load.ts";

const pack = `id: house
version: "1.2.0"
title: { zh: 本行规则, en: rules of the house }
tables: { bins: data/bins.tsv, headers: data/headers.json, marks: data/marks.json, samples: data/samples.json }
override:
  cn-pii/resident-id: { severity: high }
  cn-pii/email: { tiers: [{ low: [email-domain] }] }
  cn-bank/uscc: { exclude: { values: ["^9131"] } }
disable: [cn-pii/landline]
`;

const files: Readonly<Record<string, string>> = {
  "pack.yaml": pack,
  "data/bins.tsv": "prefix\tlength\n89998\t16\n",
  "data/headers.json": '{"entities":{"CN_RESIDENT_ID":{"strong":["客户证照"],"weak":[]}}}',
  "data/marks.json": '{"INTERNAL_MARK":["行内机要"]}',
  "data/samples.json": '{"CN_RESIDENT_ID":["440308199001152170"]}',
  "contract.yaml": `id: house/contract
kind: pattern
infoType: HOUSE_CONTRACT
title: { zh: 合同号, en: contract number }
description: { zh: 本行合同号。, en: A contract number of the house. }
severity: medium
dataClass: C2
rank: 300
mask: { keep: [2, 2] }
triggers: [{ literals: [HT-] }]
patterns: [{ name: contract, regex: 'HT-\\d{8}' }]
tiers: [{ high: [contract] }]
examples:
  match: [HT-20240001, 合同 HT-20240002, 编号：HT-20240003]
  noMatch: [HT, HT-1, AHT-20240001]
`,
};

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "zicha-house-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("a pack of the house", () => {
  it("adds rules, issuers, names of columns, marks and samples, and changes and switches off rules", async () => {
    const examine = await openEntryBench(100, [root]);
    const found = async (name: string, text: string): Promise<string[]> =>
      (await examine(name, text)).matches
        .filter(({ group }) => group === undefined)
        .map(({ ruleId, confidence, severity }) => `${ruleId} ${confidence} ${severity}`);
    expect(await found("a.txt", "合同 HT-20240001")).toEqual(["house/contract high medium"]);
    expect(await found("a.txt", "刷了 8999812345678902，成功")).toEqual(["cn-bank/bank-card medium medium"]);
    expect(await found("a.csv", "编号,客户证照\n1,330106199208172284\n")).toEqual(["cn-pii/resident-id high high"]);
    expect(await found("a.txt", "行内机要\n某纪要\n正文")).toEqual(["cn-internal/internal-mark medium medium"]);
    expect(await found("a.txt", "身份证 440308199001152170")).toEqual(["cn-pii/resident-id high info"]);
    expect(await found("a.txt", "邮箱：wang.xiaoming@163.com")).toEqual(["cn-pii/email low low"]);
    expect(await found("a.txt", "统一社会信用代码：91310115591693856A")).toEqual([]);
    expect(await found("a.txt", "电话：010-66223108")).toEqual([]);
  });

  it("says in every report what it is, what it switched off and what it changed", async () => {
    const { packs, switchedOff, changed, problems } = await loadPacks([RULES, root], { disabled: ["secrets"] });
    expect(problems).toEqual([]);
    expect(packs.at(-1)).toMatchObject({ id: "house", version: "1.2.0", digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(switchedOff.toSorted()).toEqual([
      "cn-pii/landline",
      "secrets/access-token",
      "secrets/command-password",
      "secrets/key-file",
      "secrets/password",
      "secrets/pin",
      "secrets/private-key",
      "secrets/secret-key",
      "secrets/url-password",
    ]);
    expect(changed).toEqual([
      { ruleId: "cn-pii/resident-id", pack: "house", keys: ["severity"] },
      { ruleId: "cn-pii/email", pack: "house", keys: ["tiers"] },
      { ruleId: "cn-bank/uscc", pack: "house", keys: ["exclude"] },
    ]);
  });
});
