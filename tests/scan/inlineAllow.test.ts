import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";

import type { ScanEvent } from "../../src/model/event.ts";
import type { Finding } from "../../src/model/finding.ts";
import type { RequestInput } from "../../src/scan/request.ts";
import { eventsOf, tree } from "./support.ts";

const id = "身份证号：440308199901101512";

async function findingsOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  change: Partial<RequestInput>,
): Promise<readonly Finding[]> {
  const root = tree(files);
  try {
    const events: readonly ScanEvent[] = await eventsOf(root, { isolation: "none", ...change });
    return events.flatMap((event) => (event.type === "finding" ? [event.finding] : []));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const told = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ ruleId, effect, suppression }) => `${ruleId} ${effect} ${suppression === undefined ? "-" : JSON.stringify(suppression)}`);

const inline = { zone: "repository", inlineAllow: true } as const;

describe("zicha:allow", () => {
  it("suppresses the findings of its rule in its line, with its reason, and no others", async () => {
    const text = `值 ${id} # zicha:allow cn-pii/resident-id 测试用例\r\n${id}\r\n${id} // zicha:allow cn-pii/mobile 另一条规则\n`;
    expect(told(await findingsOf({ "a.md": text }, inline))).toEqual([
      'cn-pii/resident-id recorded {"reason":"测试用例","by":"inline"}',
      "cn-pii/resident-id violation -",
      "cn-pii/resident-id violation -",
    ]);
  });

  it("needs a reason, and takes what closes a comment for none", async () => {
    const text = [`${id} <!-- zicha:allow cn-pii/resident-id -->`, `${id} /* zicha:allow cn-pii/resident-id 样例 */`].join("\n");
    expect(told(await findingsOf({ "a.md": text }, inline))).toEqual([
      "cn-pii/resident-id violation -",
      'cn-pii/resident-id recorded {"reason":"样例","by":"inline"}',
    ]);
  });

  it("is read in GBK", async () => {
    // 身份证号：… zicha:allow cn-pii/resident-id 样例
    const bytes = Buffer.concat([
      Buffer.from("c9edb7ddd6a4bac5a3ba", "hex"),
      Buffer.from("440308199901101512 zicha:allow cn-pii/resident-id "),
      Buffer.from("d1f9c0fd0a", "hex"),
    ]);
    expect(told(await findingsOf({ "a.txt": bytes }, inline))).toEqual(['cn-pii/resident-id recorded {"reason":"样例","by":"inline"}']);
  });

  it.each<[string, Partial<RequestInput>]>([
    ["where nobody configured it", { zone: "repository" }],
    ["on an internet PC", { zone: "internet", inlineAllow: true }],
    ["on a personal device", { zone: "personal", inlineAllow: true }],
    ["on a medium", { zone: "removable-internet", inlineAllow: true }],
  ])("counts for nothing %s, and nothing is noted", async (_, change) => {
    const [finding, ...more] = await findingsOf({ "a.md": `${id} zicha:allow cn-pii/resident-id 样例\n` }, change);
    expect(more).toEqual([]);
    expect([finding?.effect, finding?.suppression, finding?.allowed]).toEqual(["violation", undefined, undefined]);
  });

  it("never counts for a mark of a state secret", async () => {
    const text = "密级,说明\n机密★10年,zicha:allow cn-secret/state-mark 样例\n甲,乙\n";
    expect(told(await findingsOf({ "a.csv": text }, inline))).toEqual(["cn-secret/state-mark violation -"]);
  });

  it("does not put aside what stands for many lines", async () => {
    const rows = Array.from({ length: 4 }, () => "王小明,440308199901101512,18612345786").join("\n");
    const table = (text: string): Promise<readonly Finding[]> => findingsOf({ "a.csv": `姓名,身份证号,手机号\n${text}\n` }, inline);
    const [group] = (await table(rows)).filter((one) => one.group?.kind === "table");
    expect(group?.effect).toBe("violation");
    const allowed = await table(rows.replace("\n", ` zicha:allow ${group?.ruleId ?? ""} 样例\n`));
    const groups = allowed.filter((one) => one.group?.kind === "table");
    expect(groups.map(({ ruleId, effect, suppression }) => [ruleId, effect, suppression])).toEqual([
      [group?.ruleId, "violation", undefined],
    ]);
  });

  it("masks what a rule finds in its reason", async () => {
    const [finding] = await findingsOf({ "a.md": `${id} zicha:allow cn-pii/resident-id 客户440308199901101512的样例 机密★10年\n` }, inline);
    expect(JSON.stringify(finding)).not.toContain("440308199901101512");
    expect(finding?.suppression?.reason).toBe("客户440308********1512的样例 机密*10年");
  });
});
