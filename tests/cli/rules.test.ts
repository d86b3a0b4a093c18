import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const bin = fileURLToPath(new URL("../../bin/zicha.mjs", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "zicha-rules-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function zicha(...args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  const run = spawnSync(process.execPath, [bin, "rules", ...args], {
    cwd: scratch,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], LANG: "en_US.UTF-8", XDG_STATE_HOME: join(scratch, "state") },
  });
  return { code: run.status, stdout: run.stdout, stderr: run.stderr };
}

/** A user's pack with one rule; `more` replaces lines of it by their key. */
function pack(id: string, more: Readonly<Record<string, string>> = {}): string {
  const directory = join(scratch, id);
  mkdirSync(directory);
  writeFileSync(join(directory, "pack.yaml"), `id: ${id}\nversion: "1.0.0"\ntitle: { zh: 本行, en: Own }\n`);
  const lines: Readonly<Record<string, string>> = {
    id: `${id}/staff-number`,
    kind: "pattern",
    infoType: "STAFF_NUMBER",
    title: "{ zh: 工号, en: Staff number }",
    description: "{ zh: 本行员工工号。, en: Number of a member of staff. }",
    severity: "low",
    dataClass: "contact",
    rank: "50",
    mask: "{ keep: [2, 2] }",
    references: "[人事制度 第3条]",
    triggers: '[{ literals: ["工号"] }]',
    patterns: "[{ name: plain, regex: '工号[::](?<value>ZC\\d{6})' }]",
    tiers: "[{ medium: [plain] }]",
    examples: '{ match: ["工号：ZC004211", "员工工号:ZC100001。", "（工号：ZC777123）"], noMatch: ["工号：004211", "工号", "ZC004211"] }',
    ...more,
  };
  writeFileSync(join(directory, "staff-number.yaml"), Object.entries(lines).map(([key, value]) => `${key}: ${value}\n`).join("")); // prettier-ignore
  return id;
}

describe("rules list", () => {
  it("is a table in English and in Chinese", () => {
    pack("listed");
    const english = zicha("list", "--rules", "listed");
    expect(english.code).toBe(0);
    expect(english.stdout.split("\n")[0]).toMatch(/^rule +title +infoType +severity +class +pack$/);
    expect(english.stdout).toMatch(/^listed\/staff-number +Staff number +STAFF_NUMBER +low +contact +listed$/m);
    expect(english.stderr).toMatch(/^\d+ rules in \d packs\n$/);
    const chinese = zicha("list", "--rules", "listed", "--lang", "zh");
    expect(chinese.stdout.split("\n")[0]).toMatch(/^规则 +名称 +信息类型 +严重程度 +类别 +规则包$/);
    expect(chinese.stdout).toMatch(/^listed\/staff-number +工号 +STAFF_NUMBER +低 +联系方式 +listed$/m);
  });

  it("is 2 with all problems of a broken pack", () => {
    pack("broken", { severity: "dreadful", rank: "-3" });
    const run = zicha("list", "--rules", "broken");
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr.split("\n").map((line) => line.replace(scratch, ""))).toEqual([
      "zicha: /broken/staff-number.yaml:6: severity: one of info, low, medium, high, critical",
      "zicha: /broken/staff-number.yaml:8: rank: an integer from 0 to 999",
      "",
    ]);
  });
});

describe("rules show", () => {
  it("explains a rule in words, with its examples", () => {
    pack("shown");
    const run = zicha("show", "shown/staff-number", "--rules", "shown");
    expect(run.code).toBe(0);
    expect(run.stdout).toBe(`shown/staff-number  Staff number

Number of a member of staff.

infoType STAFF_NUMBER, severity low, class contact, kind pattern
pack shown 1.0.0, file ${join(scratch, "shown", "staff-number.yaml")}

What it looks for
  the texts 工号
  plain: /工号[::](?<value>ZC\\d{6})/

What makes it sure
  medium: written without separators

How it masks
  the first 2 and last 2 characters stay
  ZC****11

On what grounds
  人事制度 第3条

It finds
  工号：ZC004211
  员工工号:ZC100001。
  （工号：ZC777123）

It leaves
  工号：004211
  工号
  ZC004211
`);
    expect(zicha("show", "shown/staff-number", "--rules", "shown", "--lang", "zh").stdout).toContain("\n何时可信\n  中：连续书写\n");
  });

  it("gives the rule as JSON, and is 2 for one that is not there", () => {
    const json = JSON.parse(zicha("show", "cn-pii/resident-id", "--json").stdout) as Readonly<Record<string, unknown>>;
    expect([json["infoType"], json["kind"]]).toEqual(["CN_RESIDENT_ID", "pattern"]);
    const run = zicha("show", "resident-id");
    expect([run.code, run.stdout]).toEqual([2, ""]);
    expect(run.stderr).toBe(
      'zicha: no rule "resident-id"; did you mean cn-pii/resident-id-15, cn-pii/resident-id-glued, cn-pii/resident-id?\n',
    );
  });
});

describe("rules test", () => {
  it("runs the examples of a pack by id, of a user's pack and of one file, and says what the rule is and costs", () => {
    expect(zicha("test", "cn-internal")).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringMatching(/^3 rules, \d+ examples, 0 do not hold\n$/),
    });
    pack("tested");
    for (const target of ["tested", "tested/staff-number.yaml"]) {
      const run = zicha("test", target);
      expect([run.code, run.stderr]).toEqual([0, "1 rules, 6 examples, 0 do not hold\n"]);
      expect(run.stdout).toMatch(
        /^tested\/staff-number {2}started by literals {2}1 expressions, 1 linear {2}\d+\.\d ms\/MiB {2}fires on 0 % of ordinary lines\n$/,
      );
    }
  });

  it("is 1 and says which example does not hold and what took it", () => {
    pack("failing", {
      examples:
        '{ match: ["工号：ZC004211", "工号：440308199001152170", "工号:XX100001"], noMatch: ["工号：ZC999999", "工号", "ZC004211"] }',
    });
    const run = zicha("test", "failing");
    expect([run.code, run.stderr]).toEqual([1, "1 rules, 6 examples, 3 do not hold\n"]);
    expect(run.stdout.split("\n").slice(0, 3)).toEqual([
      "failing/staff-number.yaml: failing/staff-number: must be found (medium or above), not found; taken by cn-pii/resident-id: 工号：440308199001152170",
      "failing/staff-number.yaml: failing/staff-number: must be found (medium or above), not found: 工号:XX100001",
      "failing/staff-number.yaml: failing/staff-number: must not be found, found at medium: 工号：ZC999999",
    ]);
  });

  it("prints precision and recall over a directory of labelled cases", () => {
    mkdirSync(join(scratch, "cases"));
    writeFileSync(join(scratch, "cases", "a.txt"), "身份证号：440308199901101512\n银行卡号：6222021001116245702\n");
    writeFileSync(join(scratch, "cases", "labels.tsv"), "a.txt\t1\tCN_RESIDENT_ID\na.txt\t2\tBANK_CARD\n");
    expect(zicha("test", "cases")).toEqual({
      code: 0,
      stdout: `label           count  recall
BANK_CARD       1      100.0 %
CN_RESIDENT_ID  1      100.0 %

rule                found  precision
cn-bank/bank-card   1      100.0 %
cn-pii/resident-id  1      100.0 %
`,
      stderr: "",
    });
    writeFileSync(join(scratch, "cases", "labels.tsv"), "a.txt\t1\tCN_RESIDENT_ID\na.txt\t1\tBANK_CARD\n");
    const run = zicha("test", "cases");
    expect(run.code).toBe(1);
    expect(run.stdout).toContain("labels.tsv:2: not found: a.txt 1 BANK_CARD\n");
    expect(run.stdout).toContain('not labelled: cn-bank/bank-card high 622202*********5702 {"kind":"line","line":2,"column":6}\n');
    writeFileSync(join(scratch, "cases", "labels.tsv"), "a.txt 1 CN_RESIDENT_ID\n");
    expect(zicha("test", "cases").code).toBe(2);
  });

  it("is 2 for what is no pack, rule, file or directory, and for a rule outside of a pack", () => {
    expect(zicha("test", "nothing")).toEqual({ code: 2, stdout: "", stderr: "zicha: nothing: no pack, rule, file or directory\n" });
    writeFileSync(join(scratch, "stray.yaml"), "id: x\n");
    expect(zicha("test", "stray.yaml").stderr).toBe("zicha: stray.yaml: a rule file lies in a directory with a pack.yaml\n");
  });
});

describe("rules lint", () => {
  it("names what is wrong with a user's rule, and the dearest rules", () => {
    pack("flawed", {
      references: "[]",
      triggers: '[{ literals: ["工号"] }, { digits: [3, 20] }]',
      patterns:
        "[{ name: plain, regex: '(?:工号|工号)[::](?<value>ZC\\d{6})' }, { name: dead, regex: '工位(?:\\d*)?号' }, { name: slow, regex: '工号(?:\\d+\\s*)+x' }]",
      tiers: "[{ medium: [plain] }, { low: [luhn] }]",
      examples:
        '{ match: ["工号：ZC004211", "员工工号:ZC100001。", "卡号：6222021001116245702"], noMatch: ["工号：004211", "工号", "ZC004211"] }',
    });
    const run = zicha("lint", "--rules", "flawed");
    expect(run.code).toBe(1);
    const own = run.stdout.split("\n").filter((line) => line.startsWith("flawed/"));
    const said = (text: string): string => `flawed/staff-number.yaml: flawed/staff-number: ${text}`;
    expect(own).toEqual([
      said("an alternative that is never reached: 工号 in (?:工号|工号)[::](?<value>ZC\\d{6})"),
      said("a quantifier that does nothing: (?:\\d*)? in 工位(?:\\d*)?号"),
      said("an expression that some inputs slow down: \\d+ in 工号(?:\\d+\\s*)+x"),
      said("a trigger that stands everywhere: 3–20"),
      said("no reference: references"),
      said("a pattern that no example reaches: dead"),
      said("a pattern that no example reaches: slow"),
      said("a tier asks for evidence that the rule never states: luhn"),
      said("an example that another rule claims: 卡号：6222021001116245702 → cn-bank/bank-card"),
    ]);
    expect(run.stdout).toMatch(/dearest rules, each run alone\n( {2}\S+ +\d+\.\d ms\/MiB +\d+ % +fires on \d+ % of ordinary lines\n){5}$/);
  });

  it("names a rule that fires on ordinary text", () => {
    pack("eager", {
      triggers: '[{ literals: ["。", "的", "20"] }]',
      patterns: "[{ name: plain, regex: '.{1,3}' }]",
      boundary: "none",
      examples: '{ match: ["好的", "一。", "20"], noMatch: ["甲", "乙", "丙"] }',
    });
    const run = zicha("lint", "--rules", "eager");
    expect(run.stdout).toMatch(/^eager\/staff-number\.yaml: eager\/staff-number: it fires on ordinary text: \d+ %$/m);
  });

  it("lists the problems of a broken pack: that is what was looked for", () => {
    pack("unread", { severity: "dreadful" });
    const run = zicha("lint", "--rules", "unread");
    expect([run.code, run.stderr]).toEqual([1, "1 problems\n"]);
    expect(run.stdout).toContain("staff-number.yaml:6: severity: one of info, low, medium, high, critical\n");
  });
});

describe("rules schema", () => {
  it("has a branch for every kind, closed, with what each rule must say", () => {
    const run = zicha("schema");
    expect(run.code).toBe(0);
    const schema = JSON.parse(run.stdout) as {
      oneOf: { title: string; additionalProperties: boolean; required: string[]; properties: object }[];
    };
    expect(schema.oneOf.map(({ title }) => title)).toEqual(
      expect.arrayContaining(["pattern", "keyword", "marking", "structure", "secret"]),
    );
    for (const { additionalProperties, required, properties } of schema.oneOf) {
      expect(additionalProperties).toBe(false);
      expect(required).toEqual(expect.arrayContaining(["id", "kind", "infoType", "severity", "examples"]));
      expect(required.filter((key) => !Object.hasOwn(properties, key))).toEqual([]);
    }
  });
});
