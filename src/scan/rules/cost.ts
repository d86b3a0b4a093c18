import { createEngine } from "../../detect/engine.ts";
import { columnLexicon } from "../../detect/table.ts";
import { createSeal } from "../../judge/seal.ts";
import type { Matcher } from "../../model/rule.ts";
import type { RuleBench } from "./bench.ts";

/** What a rule costs by itself, over what reading the text costs anyway. */
export interface RuleCost {
  readonly ruleId: string;
  /** Milliseconds of CPU a MiB. */
  readonly perMegabyte: number;
  /** Of all rules' costs together. */
  readonly share: number;
  /** Ordinary lines, of a hundred, on which it fires at medium confidence or above. */
  readonly firing: number;
}

/** Bytes a rule is run over: enough that a clock tick does not matter, few enough that sixty rules take some seconds. */
const MEASURED = 128 * 1024;

/** Ordinary lines: no rule has any business with them. */
const ordinary: readonly string[] = [
  "各部门要高度重视，认真组织学习，确保各项工作落到实处。",
  "会议强调，要坚持问题导向，加强统筹协调，形成工作合力。",
  "本季度存款余额较上季度增长 3.5%，贷款余额增长 2.1%。",
  "请各网点于每周五下午 5 点前提交周报，逾期将予以通报。",
  "系统将于周六凌晨 2:00 至 4:00 进行例行维护，届时暂停服务。",
  "第三条 本办法所称客户信息，是指在业务活动中获取的信息。",
  "客户经理应当妥善保管相关资料，不得擅自对外提供。",
  "天气预报：明天多云转晴，最高气温 28 摄氏度。",
  "2025-03-12 08:15:42,183 INFO [main] com.bank.core.Application - started in 4.318 seconds",
  "2025-03-12 08:15:43,021 DEBUG [pool-1-thread-7] order 20250312081543021 accepted, cost 12ms",
  "trace=4bf92f3577b34da6a3ce929d0e0e4736 span=00f067aa0ba902b7 status=200 bytes=482913",
  "const total = items.reduce((sum, item) => sum + item.price * item.count, 0);",
  'import { readFile, writeFile } from "node:fs/promises";',
  "SELECT id, status, created_at FROM orders WHERE status = 'NEW' ORDER BY created_at DESC LIMIT 50;",
  "The quick brown fox jumps over the lazy dog while the committee reviews the minutes.",
  "Version 12.4.1 fixes 37 issues; see https://docs.invalid/releases/12.4.1 for details.",
  "| 项目 | 数量 | 金额 |\n| --- | --- | --- |",
  "0.318309886183790671 2.718281828459045235 1.414213562373095048 3.141592653589793238",
  "8f14e45fceea167a5a36dedd4bea2543 c9f0f895fb98ab9159f51fd0297e236d",
  "1741738543021 1741738543022 1741738543023 1741738543024 1741738543025",
  "906218374650192837 1364509283746501928 2748193650284719365 8150392746150392746",
  "条码 6901234567892 规格 500g×12 生产批次 2025031207 保质期 18 个月",
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
];

/**
 * Measures every rule that `wanted` says yes to alone over ordinary lines, in CPU time of this process, the least of three runs. Shares are of
 * what was measured.
 */
export function measureCosts(bench: RuleBench, wanted: (ruleId: string) => boolean): readonly RuleCost[] {
  const lexicon = columnLexicon(undefined);
  const lines = ordinary.join("\n");
  const text = Buffer.from(`${lines}\n`.repeat(Math.ceil(MEASURED / Buffer.byteLength(lines))));
  const costOf = (matchers: readonly Matcher[]): number => {
    const engine = createEngine(matchers, lexicon);
    let least = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 3; run++) {
      const begun = process.cpuUsage();
      examine(engine, text);
      const { user, system } = process.cpuUsage(begun);
      least = Math.min(least, (user + system) / 1000);
    }
    return (least * 1024 * 1024) / text.length;
  };
  // Once with all rules, so that what they share is compiled by none of them alone.
  examine(createEngine(bench.matchers, lexicon), text);
  // A literal that stands nowhere: the text is read, nothing is tried.
  const [first] = bench.matchers;
  const idle = first === undefined ? 0 : costOf([{ ...first, triggers: [{ kind: "literal", text: "\u0001\u0002\u0001" }] }]);
  const chosen = bench.matchers.filter(({ rule }) => wanted(rule.id));
  const raw = chosen.map((matcher) => ({ matcher, perMegabyte: Math.max(0, costOf([matcher]) - idle) }));
  const total = raw.reduce((sum, { perMegabyte }) => sum + perMegabyte, 0);
  return raw.map(({ matcher, perMegabyte }) => ({
    ruleId: matcher.rule.id,
    perMegabyte,
    share: total === 0 ? 0 : perMegabyte / total,
    firing: firing(createEngine([matcher], lexicon)),
  }));
}

function firing(engine: ReturnType<typeof createEngine>): number {
  const hit = ordinary.filter((line) => examine(engine, Buffer.from(line)).some(({ confidence }) => confidence !== "low"));
  return (hit.length * 100) / ordinary.length;
}

function examine(engine: ReturnType<typeof createEngine>, bytes: Uint8Array): ReturnType<ReturnType<typeof engine.open>["end"]>["matches"] {
  const session = engine.open({
    name: "ordinary.txt",
    asOf: "2026-06-01T00:00:00.000Z",
    seal: createSeal(new Uint8Array(32), false),
    subjects: { of: () => "" },
    cap: 100,
    signal: new AbortController().signal,
  });
  session.text({
    content: { kind: "utf8", bytes, locate: (offset) => ({ kind: "offset", bytes: offset }) },
    flow: "body",
    start: 0,
    roles: ["body"],
  });
  return session.end().matches;
}
