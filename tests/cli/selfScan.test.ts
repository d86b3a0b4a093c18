import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

import { reporters } from "../../src/report/registry.ts";

const bin = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "zicha-self-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function zicha(args: readonly string[]): number | null {
  const environment = { PATH: process.env["PATH"], LANG: "zh_CN.UTF-8", XDG_STATE_HOME: join(scratch, "state") };
  return spawnSync(process.execPath, [bin, ...args], { cwd: scratch, encoding: "utf8", env: environment }).status;
}

it("finds nothing to judge in its own reports, though they tell of marks and customers", () => {
  const root = join(scratch, "root");
  mkdirSync(root);
  writeFileSync(join(root, "a.txt"), "机密★10年\n\n关于某事的通知\n");
  writeFileSync(join(root, "b.txt"), "绝密★长期\n");
  writeFileSync(join(root, "c.txt"), "核心商密\n");
  writeFileSync(join(root, "d.txt"), "工作秘密 5年\n");
  writeFileSync(join(root, "e.csv"), "姓名,身份证号,手机号\n欧阳砚秋,440308199901101512,18612345786\n");
  writeFileSync(join(root, "f.ini"), "password=Tr0ub4dor&3xK\n");
  const out = join(scratch, "out");
  mkdirSync(out);
  const files = reporters.flatMap(({ id, extension }) => ["-f", `${id}=${join(out, `${id}.${extension}`)}`]);
  expect(zicha(["scan", root, "--zone", "internet", ...files])).toBe(1);
  const result = join(out, "json.json");
  zicha(["report", "selfcheck", result, "--lang", "en", "-f", `html=${join(out, "en.html")}`, "-f", `sarif=${join(out, "en.sarif")}`]);
  zicha(["baseline", "create", result, "--baseline", join(out, "baseline.json"), "--reason", "测试", "--owner", "李工"]);
  expect(readdirSync(out)).toHaveLength(reporters.length + 3);

  expect(zicha(["scan", out, "--zone", "internet", "--fail-on", "suspect", "-f", "json=again.json"])).toBe(0);
  const again = JSON.parse(readFileSync(join(scratch, "again.json"), "utf8")) as { summary: { effects: Record<string, number> } };
  expect([again.summary.effects["violation"], again.summary.effects["suspect"]]).toEqual([0, 0]);
});
