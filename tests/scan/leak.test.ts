import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
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
  inDirectory: "37010219840319251X",
  inUnreadable: "500103198606064164",
  inExcluded: "210102197909113058",
  inProperty: "420106199107083620",
  inPropertyName: "610113197505304724",
  inMemberDirectory: "320505199302225833",
  inPart: "350203198812176949",
  spaced: "6228 4804 0256 4890 026",
  password: "Qw7x9Zk2Lm",
  account: "wxid_k2m4n6p8r0s1",
};

/** A workbook of one sheet, as another program writes it. */
function workbook(sheet: string, rows: readonly (readonly string[])[]): Buffer {
  const book = XLSX.utils.book_new();
  book.Props = { Title: `身份证号：${canaries.inProperty}`, Subject: canaries.name };
  book.Custprops = { [`身份证号${canaries.inPropertyName}`]: `身份证号：${canaries.inPropertyName}` };
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
  const customer = join(root, `身份证号${canaries.inDirectory}`);
  mkdirSync(customer);
  writeFileSync(join(customer, "note.txt"), line);
  writeFileSync(join(customer, `卡号${canaries.spaced}.txt`), line);
  writeFileSync(join(customer, `登录密码：${canaries.password}.txt`), `登录密码：${canaries.password}\n`);
  writeFileSync(join(customer, `微信号${canaries.account}.txt`), `微信号：${canaries.account}\n`);
  mkdirSync(join(root, `身份证号${canaries.inUnreadable}`), { mode: 0 });
  mkdirSync(join(root, `身份证号${canaries.inExcluded}`));
  writeFileSync(
    join(root, "deep.zip"),
    zip([
      [`身份证号${canaries.inMemberDirectory}/名单.txt`, line],
      [`身份证号${canaries.inMemberDirectory}/内层.zip`, zip([["a.txt", line]]).subarray(0, 60)],
    ]),
  );
  // A document whose damaged part has a name of its own.
  const types = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`;
  const body = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>${line}</w:t></w:r></w:p></w:body></w:document>`;
  writeFileSync(
    join(root, "part.docx"),
    zip([
      ["[Content_Types].xml", types],
      ["word/document.xml", body],
      [`word/header身份证号${canaries.inPart}.xml`, "<a><b></a>"],
    ]),
  );
  const files = reporters
    .filter(({ id }) => id !== "console")
    .flatMap(({ id, extension }) => ["-f", `${id}=${join(scratch, `out-${id}.${extension}`)}`]);
  const written: Record<string, Buffer> = {};
  const zicha = (...args: readonly string[]): number | null => {
    const run = spawnSync(process.execPath, [bin, ...args], {
      cwd: scratch,
      env: { PATH: process.env["PATH"], LANG: "zh_CN.UTF-8", XDG_STATE_HOME: join(scratch, "state") },
    });
    Object.assign(written, { [`stdout of ${args[0]}`]: run.stdout, [`stderr of ${args[0]}`]: run.stderr });
    return run.status;
  };
  const options = ["--incremental", "--exclude", `*${canaries.inExcluded.slice(-4)}/`, "--list-examined", "-v", "--explain"];
  expect(zicha("scan", root, ...options, "-f", "console", ...files)).toBe(1);
  chmodSync(join(root, `身份证号${canaries.inUnreadable}`), 0o700);
  const result = join(scratch, "out-ndjson.ndjson");
  expect(zicha("baseline", "create", result, "--baseline", join(scratch, "baseline.json"), "--reason", "样例", "--owner", "li")).toBe(0);
  zicha("report", "selfcheck", result, "--out", join(scratch, "again"));
  expect(readdirSync(join(scratch, "again")).length).toBeGreaterThan(1);
  for (const name of allFiles(scratch).filter((one) => !one.startsWith(root))) written[name] = readFileSync(name);
  expect(Object.keys(written).length).toBeGreaterThan(reporters.length);
  for (const [name, bytes] of Object.entries(written)) {
    for (const [canary, value] of Object.entries(canaries)) expect(bytes.includes(value), `${canary} in ${name}`).toBe(false);
  }
  // The scan did find them: what is searched for was there to leak.
  const found = written[join(scratch, "out-json.json")]?.toString("utf8") ?? "";
  for (const masked of [
    "440308********1512",
    "622202*********5702",
    "510107********273X",
    "330106********3412",
    "320106********4023",
    "370102********251X",
    "210102********3058",
    "420106********3620",
    "610113********4724",
    "320505********5833",
    "350203********6949",
    "622848*********0026",
    "登录密码：********",
    "wxi",
  ])
    expect(found.includes(masked), masked).toBe(true);
});
