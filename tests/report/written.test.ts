import { expect, test } from "vitest";

import { written } from "../../src/report/written.ts";
import { cleanEvents, events, header, text, unreadEvents } from "./events.ts";
import { expectGolden } from "./golden.ts";

test.each([
  ["written.zh.html", events, {}],
  ["written.en.html", events, { locale: "en" }],
] as const)("%s", async (name, given, more) => {
  expectGolden(name, await text(written, given, more));
});

test("has its seven sections and what people said, leaves blanks for the rest, and runs nothing", async () => {
  const said = { ...header, fields: { unit: "某支行", inspector: "李<工>" } };
  const page = await text(
    written,
    events.map((event) => (event.type === "scan-start" ? { ...event, header: said } : event)),
  );
  const sections = [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map((match) => match[1]);
  expect(sections).toEqual([
    "一、组织领导",
    "二、自查范围与方法",
    "三、总体情况",
    "四、发现的问题",
    "五、原因分析",
    "六、整改措施与时限",
    "七、下一步打算",
    "检查结论与签字",
  ]);
  expect(page).toContain("<h1>某支行 保密自查报告</h1>");
  expect(page).toContain("检查人：李&lt;工&gt;");
  expect(page).toContain("陪同人：________________");
  expect(page).not.toContain("<script");
});

test("never says no for what was not looked for, and never nothing found for what was not read", async () => {
  expect(await text(written, unreadEvents)).toContain("已检部分未发现问题；1 个文件未检，不能视为无问题。");
  const clean = await text(written, cleanEvents);
  expect(clean.match(/<td>未检查<\/td>/g)).toHaveLength(3);
  expect(clean).not.toContain("<td>否</td>");
  for (let stop = 0; stop < events.length; stop += 7) {
    const page = await text(written, events.slice(0, stop));
    expect(page).toContain("检查中断，结果不完整");
    expect(page.endsWith("</body></html>\n")).toBe(true);
  }
});
