import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { vsdx } from "../../src/format/vsdx.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { checkDamage } from "./damage.ts";
import { checkChunks, limitedBudget, run } from "./support.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/beside/${name}`, import.meta.url));

test("shapes page by page in the drawing's order, with their data", async () => {
  const bytes = fixture("network.vsdx");
  expect(await vsdx.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
  const result = await run(vsdx, memorySource(bytes));
  checkChunks(result);
  expect(result.failures).toEqual([]);
  expect(result.texts.slice(0, 7)).toEqual([
    "pages [bookmark]: 核心机房\n网点\n",
    "page1 [body]: 核心路由器 机密★10年\n防火墙 13800130603\n",
    "page1-notes [comment]: 值班电话13800130605\n",
    "page1-data [property]: 负责人: 测试乙13800130602\n",
    "page1-links [link]: 资产表: file://srv/资产.xlsx\n",
    "page2 [body]: 网点交换机 13800130601\n第二行\n",
    "master1 [header]: 模具文字 13800130604\n",
  ]);
  expect(result.chunks.find(({ flow }) => flow === "page2")?.page).toBe(2);
});

test("limits end it", async () => {
  const result = await run(vsdx, memorySource(fixture("network.vsdx")), { budget: limitedBudget({ pages: 1 }) });
  expect(result.failures).toContain("too-large file partial");
});

test("cut, bent and garbled drawings", async () => {
  await checkDamage(vsdx, fixture("network.vsdx"), 4, "reads");
});
