// node bench/report/feed.mjs REPORTER|none FINDINGS FILE: feeds events as a scan tells them to one reporter. A process of its own, so that
// its CPU time and memory are the reporter's and those of `none` what making the events costs.
import { openOutput } from "../../dist/cli/output.js";
import { reporters } from "../../dist/report/registry.js";

const [, , id = "none", findings = "1000000", file = "/dev/null"] = process.argv;
const hex = (number, length) => (number * 2654435761).toString(16).padStart(length, "a").slice(-length);

const rules = [
  ["cn-pii/resident-id", "CN_RESIDENT_ID", "居民身份证号", "C2", "medium"],
  ["cn-bank/bank-card", "BANK_CARD", "银行卡号", "C2", "medium"],
  ["cn-pii/mobile", "CN_MOBILE", "手机号", "contact", "low"],
  ["secrets/password", "PASSWORD", "明文口令", "C3", "high"],
].map(([ruleId, infoType, zh, dataClass, severity]) => ({
  id: ruleId,
  kind: "pattern",
  infoType,
  title: { zh, en: infoType },
  description: { zh, en: infoType },
  severity,
  dataClass,
  references: ["个人信息保护法 第二十八条"],
}));
const header = {
  tool: { name: "zicha", version: "0.0.0", node: process.version, platform: "linux-x64" },
  host: "bench",
  started: "2026-11-23T01:52:07.000Z",
  roots: [{ path: "数据", zone: "internet" }],
  zone: "internet",
  zoneGiven: true,
  packs: [],
  policyDigest: "0".repeat(64),
  disabledRules: [],
  rules,
  keyId: "0123456789abcdef",
  showValues: false,
  options: {},
  formats: [],
};

/** Ten findings a file, every hundredth file unread, as plain objects made anew: nothing is shared but what a scan shares too. */
function* events(total) {
  yield { type: "scan-start", header };
  const perFile = 10;
  let unread = 0;
  for (let at = 0; at < total; at += perFile) {
    const number = at / perFile;
    const path = `数据/目录${number % 997}/客户资料-${String(number).padStart(7, "0")}.txt`;
    const effect = number % 3 === 2 ? "suspect" : "violation";
    for (let index = 0; index < perFile && at + index < total; index++) {
      const rule = rules[index % rules.length];
      yield {
        type: "finding",
        finding: {
          ruleId: rule.id,
          infoType: rule.infoType,
          severity: rule.severity,
          confidence: index % 4 === 3 ? "medium" : "high",
          evidence: [
            { by: "pattern", name: "plain", effect: "states" },
            { by: "validator", name: "luhn", effect: "raises" },
            { by: "context", name: "label", effect: "raises" },
            { by: "role", name: "role:body", effect: "states" },
          ],
          flow: "body",
          start: index * 40,
          end: index * 40 + 18,
          location: { kind: "line", line: index + 1, column: 7 },
          roles: ["body"],
          valueKey: hex(at + index, 32),
          masked: "110101********8670",
          excerpt: "身份证号 110101********8670",
          sample: false,
          fingerprint: hex(at + index + 1, 32),
          path,
          dataClass: rule.dataClass,
          judgement: { is: "violation", references: ["个人信息保护法 第二十八条"] },
          effect,
          counts: true,
        },
      };
    }
    if (number % 100 === 99) {
      unread++;
      const failure = { stage: "extract", code: "encrypted", path: `${path}.zip`, detail: "password needed", partial: false };
      yield { type: "failure", failure };
      yield entry(`${path}.zip`, "not-examined", "none", number);
    }
    yield entry(path, effect, "full", number);
  }
  const files = Math.ceil(total / perFile);
  yield {
    type: "scan-end",
    summary: {
      complete: true,
      ended: "2026-11-23T02:52:07.000Z",
      elapsedMs: 3_600_000,
      ledger: {
        entries: files + unread,
        full: files,
        partial: 0,
        none: unread,
        textless: 0,
        excluded: 0,
        unwalked: 0,
        bytes: files * 400,
        seen: 0,
      },
      verdicts: { violation: files, suspect: 0, clean: 0, "not-examined": unread, textless: 0 },
      findings: total,
      effects: { violation: total, suspect: 0, recorded: 0 },
      severities: { critical: 0, high: 0, medium: total, low: 0, info: 0 },
      failures: { encrypted: unread },
      subjects: files,
      formats: { text: files, zip: unread },
      stateSecret: false,
    },
  };
}

function entry(path, verdict, coverage, number) {
  return {
    type: "entry-end",
    path,
    verdict,
    coverage,
    format: "text",
    counts: [],
    subjects: 1,
    bytes: 400,
    elapsedMs: 1,
    contentKey: hex(number, 32),
  };
}

const reporter = reporters.find((one) => one.id === id);
if (reporter === undefined && id !== "none") throw new Error(`no reporter ${id}`);
const output = openOutput(file);
const options = { locale: "zh", color: false, width: undefined, verbosity: "normal", others: [] };
const report = reporter?.open(output.writer, options) ?? { on: () => undefined, close: () => undefined };
for (const event of events(Number(findings))) {
  const told = report.on(event);
  if (told !== undefined) await told;
}
await report.close();
output.commit();
