import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import * as XLSX from "xlsx";

import { reporters } from "../../src/report/registry.ts";
import { zip } from "../../scripts/fixtures/zip.mjs";

const bin = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "zicha-leak-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Values that stand nowhere else; each is planted once and may be found in no byte that is written. */
const canaries = {
  id: "440308199901101512",
  card: "6222021001116245702",
  mobile: "18612345786",
  mail: "canary.lijian",
  name: "欧阳砚秋",
  neighbour: "西山煤电项目",
  inName: "51010719880615273X",
  inMember: "330106197711023412",
  inSheet: "320106198512034023",
};

/** A workbook of one sheet, as another program writes it. */
function workbook(sheet: string, rows: readonly (readonly string[])[]): Buffer {
  const book = XLSX.utils.book_new();
  XLSX.utils.book_append_sheet(book, XLSX.utils.aoa_to_sheet(rows.map((row) => [...row])), sheet);
  return XLSX.write(book, { type: "buffer", bookType: "xlsx" }) as Buffer;
}

function allFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((name) => statSync(name).isFile());
}

it("writes no planted value into any report, to the terminal or into its state", () => {
  const root = join(scratch, "root");
  mkdirSync(root);
  const line = `${canaries.neighbour} 客户姓名：${canaries.name} 身份证号：${canaries.id} 卡号 ${canaries.card} 手机 ${canaries.mobile} 邮箱 ${canaries.mail}@163.com\n`;
  writeFileSync(join(root, "note.txt"), line);
  writeFileSync(join(root, "list.csv"), `姓名,身份证号,卡号,手机号\n${canaries.name},${canaries.id},${canaries.card},${canaries.mobile}\n`);
  const row = [canaries.name, canaries.id, canaries.card, canaries.mobile];
  writeFileSync(join(root, "book.xlsx"), workbook(`名单${canaries.inSheet}`, [["姓名", "身份证号", "卡号", "手机号"], row, row, row]));
  writeFileSync(join(root, `客户${canaries.inName}.bin`), Buffer.from([0, 1, 2, 0, 0]));
  writeFileSync(join(root, "a.zip"), zip([[`申请人${canaries.inMember}.txt`, line]]));
  writeFileSync(join(root, "broken.zip"), zip([[`申请人${canaries.inMember}.txt`, line.repeat(50)]]).subarray(0, 160));
  writeFileSync(join(root, "mark.txt"), `机密★10年\n${canaries.neighbour}\n`);
  const files = reporters
    .filter(({ id }) => id !== "console")
    .flatMap(({ id, extension }) => ["-f", `${id}=${join(scratch, `out-${id}.${extension}`)}`]);
  const run = spawnSync(process.execPath, [bin, "scan", root, "-v", "-f", "console", ...files], {
    cwd: scratch,
    env: { PATH: process.env["PATH"], LANG: "zh_CN.UTF-8", XDG_STATE_HOME: join(scratch, "state") },
  });
  expect(run.status).toBe(1);
  const written: Record<string, Buffer> = { stdout: run.stdout, stderr: run.stderr };
  for (const name of allFiles(scratch).filter((one) => !one.startsWith(root))) written[name] = readFileSync(name);
  expect(Object.keys(written).length).toBeGreaterThan(reporters.length);
  for (const [name, bytes] of Object.entries(written)) {
    for (const [canary, value] of Object.entries(canaries)) expect(bytes.includes(value), `${canary} in ${name}`).toBe(false);
  }
  // The scan did find them: what is searched for was there to leak.
  const found = written[join(scratch, "out-json.json")]?.toString("utf8") ?? "";
  for (const masked of ["440308********1512", "622202*********5702", "510107********273X", "330106********3412", "320106********4023"])
    expect(found).toContain(masked);
});
