import { expect, test } from "vitest";
import type { ResultPart, RootInfo, ScanEvent } from "../../src/model/event.ts";
import { html } from "../../src/report/html.ts";
import { Overview } from "../../src/report/shared/overview.ts";
import { SelfCheck, type Answered } from "../../src/report/shared/selfCheck.ts";
import { cleanEvents, events, header, manyEvents, text, unreadEvents } from "./events.ts";
import { expectGolden } from "./golden.ts";

test.each([
  ["report.zh.html", events, {}],
  ["report.en.html", events, { locale: "en" }],
  ["report.zh.clean.html", cleanEvents, {}],
] as const)("%s", async (name, given, more) => {
  expectGolden(name, await text(html, given, more));
});

test("wherever the scan stops, the page is whole and says so", async () => {
  for (let stop = 0; stop < events.length; stop += 1) {
    const page = await text(html, events.slice(0, stop));
    expect(page).toContain("检查中断，结果不完整");
    expect(page.endsWith("</main></body></html>\n")).toBe(true);
    for (const tag of ["section", "table", "main", "form", "div"]) {
      expect(page.match(new RegExp(`<${tag}[ >]`, "g"))?.length, tag).toBe(page.match(new RegExp(`</${tag}>`, "g"))?.length);
    }
  }
});

test("a file name is never markup, and nothing comes from elsewhere", async () => {
  const page = await text(html, events, { locale: "en" });
  expect(page).toContain("聊天\\u202E记录&lt;script&gt;alert(1)&lt;/script&gt;\\x1B[31m.txt");
  expect(page.match(/<script/g)).toHaveLength(1);
  expect(page).not.toMatch(/\b(src|href|url)\s*[=(]/);
  expect(page).not.toMatch(/https?:/);
});

test("a mark stands in quotes", async () => {
  const page = await text(html, events);
  expect(page).toContain("<td>“机密★10年”<td>");
  expect(page.replaceAll("“机密★10年”", "")).not.toMatch(/[绝机秘]密★/);
});

test("over 50,000 the mildest are left out and counted", async () => {
  const page = await text(html, manyEvents(52_000, 26_000));
  expect(page).toContain("因篇幅未列 2,000 处");
  expect(page.match(/<tr data-r=/g)).toHaveLength(50_000);
  expect(Buffer.byteLength(page)).toBeLessThanOrEqual(15_000_000);
});

const internet = { ...header, roots: [{ path: "c", zone: "internet" }] };
const stick = { ...header, roots: [{ path: "c", zone: "removable-internet" }] };
const unmarked = { ...header, roots: [{ path: "c", zone: "internet" }], disabledRules: ["cn-secret/state-mark"] };
const read: ScanEvent = {
  type: "entry-end",
  path: "c/a.txt",
  verdict: "clean",
  coverage: "full",
  format: "text",
  counts: [],
  subjects: 0,
  bytes: 1,
  elapsedMs: 1,
};
const unread: ScanEvent = { ...read, path: "c/b.zip", verdict: "not-examined", coverage: "none" };
const mark = events.find((event) => event.type === "finding" && event.finding.level === "jimi");
const marked: ScanEvent = mark?.type === "finding" ? { type: "finding", finding: { ...mark.finding, path: "c/m.docx" } } : read;
const whole = cleanEvents.at(-1) ?? read;
const none: ScanEvent =
  whole.type === "scan-end" ? { ...whole, summary: { ...whole.summary, ledger: { ...whole.summary.ledger, full: 0, none: 1 } } } : whole;

test.each<[string, readonly ScanEvent[], readonly string[]]>([
  [
    "an internet computer, all read",
    [{ type: "scan-start", header: internet }, read, whole],
    ["not-found", "not-examined", "not-examined"],
  ],
  ["with a mark", [{ type: "scan-start", header: internet }, marked, whole], ["found", "not-examined", "not-examined"]],
  ["with a mark, cut short", [{ type: "scan-start", header: internet }, marked], ["found", "not-examined", "not-examined"]],
  ["cut short", [{ type: "scan-start", header: internet }, read], ["not-examined", "not-examined", "not-examined"]],
  ["nothing read", [{ type: "scan-start", header: internet }, unread, none], ["not-examined", "not-examined", "not-examined"]],
  ["without rules for marks", [{ type: "scan-start", header: unmarked }, read, whole], ["not-examined", "not-examined", "not-examined"]],
  ["a stick with a mark", [{ type: "scan-start", header: stick }, marked, whole], ["not-examined", "not-examined", "found"]],
  ["a stick without", [{ type: "scan-start", header: stick }, read, whole], ["not-examined", "not-examined", "not-examined"]],
])("the three questions: %s", (_name, given, answers) => {
  const overview = new Overview();
  const selfCheck = new SelfCheck();
  for (const event of given) {
    overview.on(event);
    selfCheck.on(event);
  }
  expect(selfCheck.answers(overview, "zh").map((one) => one.answer)).toEqual(answers);
});

test("an unread file limits the answer and is told with what to do", async () => {
  const page = await text(html, unreadEvents);
  expect(page).toContain("已检部分未发现问题；1 个文件未检，不能视为无问题");
  expect(page).toContain("请持有人提供口令后重新检查");
});

test("a medium met in two networks is cross-use, one met in one is no proof of none", () => {
  const medium = (zone: string, volumeId: string): RootInfo => ({
    path: "/media/u1",
    zone,
    volume: { mount: "/media/u1", device: "", fileSystem: "vfat", readOnly: true, removable: true, volumeId, serial: "S1" },
  });
  const part = (host: string, root: RootInfo): ResultPart => {
    if (whole.type !== "scan-end") throw new Error("no end");
    const { ledger, verdicts } = whole.summary;
    return { host, started: header.started, ended: header.started, complete: true, roots: [root], ledger, verdicts };
  };
  const answer = (...parts: readonly ResultPart[]): Answered | undefined => {
    const overview = new Overview();
    const selfCheck = new SelfCheck();
    if (whole.type !== "scan-end") throw new Error("no end");
    for (const event of [{ type: "scan-start", header } as const, { ...whole, summary: { ...whole.summary, parts } }]) {
      overview.on(event);
      selfCheck.on(event);
    }
    return selfCheck.answers(overview, "zh")[1];
  };
  const crossed = answer(
    part("pc-1", medium("removable-internet", "1A2B-3C4D")),
    part("pc-2", medium("removable-classified:jimi", "1A2B-3C4D")),
  );
  expect([crossed?.answer, crossed?.evidence]).toEqual([
    "found",
    ["介质 1A2B-3C4D S1 在 互联网（pc-1）、涉密网（pc-2） 都被检查到，须核实。"],
  ]);
  const apart = answer(part("pc-1", medium("removable-internet", "1A2B-3C4D")), part("pc-2", medium("removable-intranet", "5E6F-7A8B")));
  expect([apart?.answer, apart?.evidence]).toEqual([
    "not-examined",
    ["2 份结果中的 2 个介质，未见同一介质出现在不同网络；没有读取介质使用痕迹。"],
  ]);
});
