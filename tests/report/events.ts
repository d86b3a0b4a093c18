import type { ScanEvent, ScanHeader, ScanSummary } from "../../src/model/event.ts";
import type { Finding } from "../../src/model/finding.ts";
import type { RuleBase } from "../../src/model/rule.ts";
import type { OpenReport, Reporter, ReportOptions } from "../../src/model/report.ts";

type RuleInfo = Pick<RuleBase, "id" | "kind" | "infoType" | "title" | "description" | "severity" | "dataClass" | "references">;

const rule = (
  id: string,
  kind: string,
  infoType: string,
  zh: string,
  en: string,
  severity: RuleBase["severity"],
  dataClass: string,
  references: readonly string[],
): RuleInfo => ({
  id,
  kind,
  infoType,
  title: { zh, en },
  description: { zh: `${zh}的写法和位置。`, en: `How and where ${en.toLowerCase()} is written.` },
  severity,
  dataClass,
  references,
});

/** Made by hand; no path, host or key is of a real machine. */
export const header: ScanHeader = {
  tool: { name: "zicha", version: "0.1.0", node: "20.19.0", platform: "linux-x64" },
  host: "pc-0421",
  started: "2026-11-23T01:52:07.000Z",
  roots: [{ path: "fixtures/internet-pc", zone: "internet" }],
  zone: "internet",
  zoneGiven: true,
  profile: "internet-pc",
  packs: [{ id: "cn-bank", version: "1.0.0", digest: "c0ffee".padEnd(64, "0"), title: { zh: "银行客户信息", en: "Bank customer data" } }],
  policyDigest: "beef".padEnd(64, "1"),
  disabledRules: [],
  rules: [
    rule("cn-secret/state-mark", "marking", "CN_STATE_SECRET_MARK", "国家秘密标志", "State-secret mark", "critical", "state-secret", [
      "保守国家秘密法(2024) 第22条",
    ]),
    rule("cn-bank/resident-id", "pattern", "CN_RESIDENT_ID", "居民身份证号", "Resident ID number", "medium", "C2", ["GB 11643-1999"]),
    rule("cn-bank/bank-card", "pattern", "BANK_CARD", "银行卡号", "Bank card number", "medium", "C2", ["ISO/IEC 7812-1"]),
    rule("cn-bank/password", "pattern", "PASSWORD", "登录密码", "Password", "high", "C3", []),
    rule("cn-bank/email", "pattern", "EMAIL", "电子邮箱", "E-mail address", "info", "contact", []),
    rule("cn-bank/mobile", "pattern", "CN_MOBILE", "手机号", "Mobile number", "low", "contact", []),
  ],
  keyId: "0123456789abcdef",
  showValues: false,
  options: { zone: "internet", "min-confidence": "medium" },
  formats: [
    { id: "docx", version: 1 },
    { id: "text", version: 1 },
    { id: "xlsx", version: 1 },
  ],
};

let made = 0;
function finding(part: Partial<Finding> & Pick<Finding, "ruleId" | "path">): Finding {
  made += 1;
  const number = made.toString(16).padStart(4, "0");
  return {
    infoType: "CN_RESIDENT_ID",
    severity: "medium",
    confidence: "high",
    evidence: [
      { by: "validator", name: "resident-id", effect: "states" },
      { by: "column", name: "column", effect: "raises" },
    ],
    flow: "body",
    start: 0,
    end: 18,
    location: { kind: "line", line: 1, column: 1 },
    roles: ["body"],
    valueKey: number.padEnd(64, "a"),
    masked: "110101********8670",
    excerpt: "身份证号 110101********8670",
    sample: false,
    fingerprint: number.padEnd(64, "f"),
    dataClass: "C2",
    judgement: { is: "violation", references: ["个人信息保护法 第51条"] },
    effect: "violation",
    counts: true,
    ...part,
  };
}

const table = "下载/客户名单.xlsx";
const evil = "聊天\u202E记录<script>alert(1)</script>\u001b[31m.txt";
const found = (value: Finding): ScanEvent => ({ type: "finding", finding: value });
const end = (
  path: string,
  verdict: "violation" | "suspect" | "clean" | "not-examined" | "textless",
  coverage: "full" | "partial" | "none" | "textless",
  format: string | undefined,
  more: Partial<Extract<ScanEvent, { type: "entry-end" }>> = {},
): ScanEvent => ({ type: "entry-end", path, verdict, coverage, format, counts: [], subjects: 0, bytes: 2048, elapsedMs: 3, ...more });

const failed = (
  path: string,
  code: "encrypted" | "corrupt" | "no-text" | "permission-denied",
  detail: string,
  partial = false,
): ScanEvent => ({
  type: "failure",
  failure: { stage: code === "permission-denied" ? "walk" : "extract", code, path, detail, partial },
});

const summary: ScanSummary = {
  complete: true,
  ended: "2026-11-23T01:52:09.100Z",
  elapsedMs: 2100,
  ledger: { entries: 11, full: 5, partial: 1, none: 3, textless: 2, excluded: 2, unwalked: 1, bytes: 18_432, seen: 0 },
  verdicts: { violation: 2, suspect: 2, clean: 2, "not-examined": 3, textless: 2 },
  findings: 1290,
  effects: { violation: 1285, suspect: 2, recorded: 3 },
  severities: { critical: 1, high: 1, medium: 1285, low: 1, info: 2 },
  failures: { encrypted: 1, "no-text": 2, corrupt: 1, "permission-denied": 1 },
  subjects: 1212,
  formats: { docx: 2, xlsx: 1, text: 4, pdf: 3 },
  stateSecret: true,
};

/** A scan as it was told: what every report is made from in these tests. */
export const events: readonly ScanEvent[] = [
  { type: "scan-start", header },
  { type: "excluded", path: "node_modules", by: "node_modules/**" },
  { type: "excluded", path: "zicha-report-20261123-0952", by: "own-output" },
  failed("保密室", "permission-denied", "EACCES"),
  found(
    finding({
      ruleId: "cn-bank/resident-id",
      path: table,
      location: { kind: "cell", sheet: "Sheet1", row: 2, column: 2 },
      subjectKey: "s1",
    }),
  ),
  found(
    finding({
      ruleId: "cn-bank/bank-card",
      infoType: "BANK_CARD",
      path: table,
      masked: "622202*********5702",
      excerpt: "卡号 622202*********5702",
      evidence: [
        { by: "validator", name: "luhn", effect: "states" },
        { by: "validator", name: "bin", effect: "states" },
        { by: "row", name: "row:PERSON_NAME", effect: "raises" },
      ],
      location: { kind: "cell", sheet: "Sheet1", row: 2, column: 3 },
    }),
  ),
  ...[3, 4, 5].map((row) =>
    found(finding({ ruleId: "cn-bank/resident-id", path: table, location: { kind: "cell", sheet: "Sheet1", row, column: 2 } })),
  ),
  end(table, "violation", "full", "xlsx", {
    subjects: 1212,
    counts: [{ ruleId: "cn-bank/resident-id", confidence: "high", total: 1283, stored: 4 }],
    bytes: 81_920,
  }),
  {
    type: "entry-end",
    path: "下载/图标.ico",
    verdict: "textless",
    coverage: "textless",
    format: undefined,
    counts: [],
    subjects: 0,
    bytes: 1024,
    elapsedMs: 0,
  },
  failed("归档/工资.zip!/工资表.xlsx", "encrypted", "password needed"),
  end("归档/工资.zip!/工资表.xlsx", "not-examined", "none", "xlsx"),
  found(
    finding({
      ruleId: "cn-secret/state-mark",
      infoType: "CN_STATE_SECRET_MARK",
      path: "桌面/2024信贷规划.docx",
      level: "jimi",
      severity: "critical",
      dataClass: "state-secret",
      evidence: [
        { by: "role", name: "role:header", effect: "states" },
        { by: "position", name: "own-line", effect: "states" },
      ],
      location: { kind: "page", page: 1 },
      roles: ["header", "textbox"],
      masked: "机密★10年",
      excerpt: "机密★10年",
      judgement: { is: "critical", references: ["保密法 第31条(三)", "第57条(十)"] },
    }),
  ),
  end("桌面/2024信贷规划.docx", "violation", "full", "docx"),
  found(
    finding({
      ruleId: "cn-bank/password",
      infoType: "PASSWORD",
      path: evil,
      severity: "high",
      confidence: "medium",
      dataClass: "C3",
      masked: "********",
      excerpt: "登录密码 ********",
      evidence: [{ by: "context", name: "label", effect: "states" }],
      location: { kind: "line", line: 12, column: 7 },
      judgement: { is: "critical", references: [] },
      effect: "suspect",
    }),
  ),
  found(
    finding({
      ruleId: "cn-bank/email",
      infoType: "EMAIL",
      path: evil,
      severity: "info",
      dataClass: "contact",
      masked: "b***@163.com",
      excerpt: "=b***@163.com",
      evidence: [{ by: "pattern", name: "pattern", effect: "states" }],
      location: { kind: "line", line: 14, column: 1 },
      judgement: { is: "allowed", references: [] },
      effect: "recorded",
    }),
  ),
  end(evil, "suspect", "full", "text"),
  failed("扫描/合同.pdf", "no-text", "pages 2-3 are images", true),
  found(
    finding({
      ruleId: "cn-bank/resident-id",
      path: "扫描/合同.pdf",
      confidence: "medium",
      evidence: [
        { by: "validator", name: "resident-id", effect: "states" },
        { by: "validator", name: "recent-birth", effect: "lowers" },
      ],
      location: { kind: "page", page: 1, line: 20 },
      judgement: { is: "rectify", references: [] },
      effect: "suspect",
    }),
  ),
  end("扫描/合同.pdf", "suspect", "partial", "pdf"),
  failed("扫描/证照.pdf", "no-text", "image only"),
  end("扫描/证照.pdf", "not-examined", "none", "pdf"),
  failed("扫描/坏.pdf", "corrupt", "no cross-reference table"),
  end("扫描/坏.pdf", "not-examined", "none", "pdf"),
  found(
    finding({
      ruleId: "cn-bank/mobile",
      infoType: "CN_MOBILE",
      path: "文档/通讯录.txt",
      severity: "low",
      confidence: "low",
      dataClass: "contact",
      masked: "138****8000",
      excerpt: "138****8000",
      evidence: [],
      location: { kind: "line", line: 3, column: 9 },
      judgement: { is: "inventory", references: [] },
      effect: "recorded",
      counts: false,
    }),
  ),
  found(
    finding({
      ruleId: "cn-bank/email",
      infoType: "EMAIL",
      path: "文档/通讯录.txt",
      severity: "info",
      dataClass: "contact",
      masked: "s***@example.com",
      excerpt: "s***@example.com",
      evidence: [{ by: "allowlist", name: "sample", effect: "rejects" }],
      location: { kind: "line", line: 4, column: 1 },
      judgement: { is: "inventory", references: [] },
      effect: "recorded",
      counts: false,
      sample: true,
      suppression: { reason: "样例地址", by: "li", until: "2027-06-30" },
    }),
  ),
  end("文档/通讯录.txt", "clean", "full", "text"),
  end("文档/readme.txt", "clean", "full", "text"),
  {
    type: "entry-end",
    path: "程序/a.exe",
    verdict: "textless",
    coverage: "textless",
    format: undefined,
    counts: [],
    subjects: 0,
    bytes: 4096,
    elapsedMs: 0,
  },
  { type: "scan-end", summary },
];

/** Nothing found, all read. */
export const cleanEvents: readonly ScanEvent[] = [
  { type: "scan-start", header: { ...header, zone: "repository", zoneGiven: false, roots: [{ path: "docs", zone: "repository" }] } },
  end("docs/a.txt", "clean", "full", "text"),
  end("docs/logo.png", "textless", "textless", undefined),
  {
    type: "scan-end",
    summary: {
      ...summary,
      ledger: { entries: 2, full: 1, partial: 0, none: 0, textless: 1, excluded: 0, unwalked: 0, bytes: 4096, seen: 0 },
      verdicts: { violation: 0, suspect: 0, clean: 1, "not-examined": 0, textless: 1 },
      findings: 0,
      effects: { violation: 0, suspect: 0, recorded: 0 },
      severities: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
      failures: {},
      subjects: 0,
      formats: { text: 1 },
      stateSecret: false,
    },
  },
];

/** Nothing found, something unread. */
export const unreadEvents: readonly ScanEvent[] = [
  { type: "scan-start", header: { ...header, zone: "intranet", roots: [{ path: "share", zone: "intranet" }] } },
  end("share/a.txt", "clean", "full", "text"),
  failed("share/b.zip", "encrypted", "password needed"),
  end("share/b.zip", "not-examined", "none", "zip"),
  {
    type: "scan-end",
    summary: {
      ...summary,
      ledger: { entries: 2, full: 1, partial: 0, none: 1, textless: 0, excluded: 0, unwalked: 0, bytes: 4096, seen: 0 },
      verdicts: { violation: 0, suspect: 0, clean: 1, "not-examined": 1, textless: 0 },
      findings: 0,
      effects: { violation: 0, suspect: 0, recorded: 0 },
      severities: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
      failures: { encrypted: 1 },
      subjects: 0,
      formats: { text: 1, zip: 1 },
      stateSecret: false,
    },
  },
];

/** `findings` violations over `files` files of the same name pattern, for ceilings and memory. */
export function* manyEvents(findings: number, files: number): Generator<ScanEvent> {
  yield { type: "scan-start", header };
  const perFile = Math.ceil(findings / files);
  let left = findings;
  for (let file = 0; file < files && left > 0; file += 1) {
    const path = `数据/目录${String(file % 97)}/客户资料-${String(file).padStart(7, "0")}.txt`;
    const here = Math.min(perFile, left);
    left -= here;
    for (let index = 0; index < here; index += 1) {
      yield found(
        finding({
          ruleId: index % 2 === 0 ? "cn-bank/resident-id" : "cn-bank/bank-card",
          path,
          location: { kind: "line", line: index + 1, column: 7 },
          effect: file % 3 === 2 ? "suspect" : "violation",
        }),
      );
    }
    yield end(path, file % 3 === 2 ? "suspect" : "violation", "full", "text", { subjects: here });
  }
}

/** What most tests open a report with. */
export const options: ReportOptions = { locale: "zh", color: false, width: undefined, verbosity: "normal", others: [] };

/** Everything a reporter writes for these events, as bytes. */
export async function collect(reporter: Reporter, given: Iterable<ScanEvent>, more: Partial<ReportOptions> = {}): Promise<Buffer> {
  const blocks: Buffer[] = [];
  const report: OpenReport = reporter.open({ write: (block) => void blocks.push(Buffer.from(block as string)) }, { ...options, ...more });
  for (const event of given) await report.on(event);
  await report.close();
  return Buffer.concat(blocks);
}

/** The same as text. */
export async function text(reporter: Reporter, given: Iterable<ScanEvent>, more: Partial<ReportOptions> = {}): Promise<string> {
  return (await collect(reporter, given, more)).toString("utf8");
}
