import { expect, test } from "vitest";
import type { ScanEvent } from "../../src/model/event.ts";
import { html } from "../../src/report/html.ts";
import { Overview } from "../../src/report/shared/overview.ts";
import { SelfCheck } from "../../src/report/shared/selfCheck.ts";
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

test.each<[string, readonly ScanEvent[], readonly string[]]>([
  [
    "an internet computer, all read",
    [{ type: "scan-start", header: internet }, read, whole],
    ["not-found", "not-examined", "not-examined"],
  ],
  ["with a mark", [{ type: "scan-start", header: internet }, marked, whole], ["found", "not-examined", "not-examined"]],
  ["with a mark, cut short", [{ type: "scan-start", header: internet }, marked], ["found", "not-examined", "not-examined"]],
  ["cut short", [{ type: "scan-start", header: internet }, read], ["not-examined", "not-examined", "not-examined"]],
  ["nothing read", [{ type: "scan-start", header: internet }, unread, whole], ["not-examined", "not-examined", "not-examined"]],
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
