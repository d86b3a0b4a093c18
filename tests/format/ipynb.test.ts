import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createProbe } from "../../src/format/probe.ts";
import { ipynb } from "../../src/format/ipynb.ts";
import { memorySource } from "../../src/format/shared/bytes.ts";
import { checkDamage } from "./damage.ts";
import { checkChunks, run } from "./support.ts";

const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/beside/${name}`, import.meta.url));

test("prose, code and outputs with the number of their cell", async () => {
  const bytes = fixture("analysis.ipynb");
  expect(await ipynb.accepts(await createProbe("x", memorySource(bytes)))).toBe(true);
  const result = await run(ipynb, memorySource(bytes));
  checkChunks(result);
  expect(result.failures).toEqual([]);
  expect(result.texts).toEqual([
    "property [property]: name: 测试乙\ntags: 内部\n",
    "cells [body]: # 客户分析\n数据来自13800130801\n读取 13800130803\nKeyError: 13800130805\n原文 13800130806\n",
    "code [code]: phone = '13800130802'\ndf.head()\n",
  ]);
  // The table comes as a page too, with its columns: told once.
  expect(Object.keys(result.members)).toEqual(["cell 2/output 2.html"]);
  const body = result.chunks.find(({ flow }) => flow === "cells");
  const end = body?.content.kind === "utf8" ? body.content.bytes.length - 2 : 0;
  expect(body?.content.kind === "utf8" && body.content.locate(end)).toEqual({ kind: "property", name: "cell 3" });
});

test("version 3", async () => {
  const result = await run(ipynb, memorySource(fixture("old.ipynb")));
  expect(result.texts.toSorted()).toEqual([
    "cells [body]: 老格式 13800130811\n13800130813\n",
    "code [code]: x = '13800130812'\n",
    "property [property]: name: 老笔记\n",
  ]);
});

test("text that differs from the page beside it is told too; pictures and attachments are members", async () => {
  const notebook = {
    cells: [
      {
        cell_type: "code",
        source: [],
        outputs: [
          {
            data: {
              "text/html": "<p>shown</p>",
              "text/plain": "hidden 13800138000",
              "image/png": "iVBORw0K",
              "application/json": { a: "13800138001" },
            },
          },
        ],
      },
      { cell_type: "markdown", source: "x", attachments: { "a.png": { "image/png": "iVBORw0K" } } },
    ],
  };
  const result = await run(ipynb, memorySource(Buffer.from(JSON.stringify(notebook))));
  expect(result.texts.join("")).toContain("hidden 13800138000");
  expect(result.texts.join("")).toContain("13800138001");
  expect(Object.keys(result.members)).toEqual(["cell 1/output 1.html", "cell 1/output 1.png", "cell 2/a.png"]);
});

test("a notebook cut short is read as text, one of strange shapes does not throw", async () => {
  const bytes = fixture("analysis.ipynb");
  const cut = await run(ipynb, memorySource(bytes.subarray(0, 300)));
  expect(cut.failures).toEqual(["corrupt file partial"]);
  expect(cut.chunks.map(({ content }) => content.kind)).toEqual(["range"]);
  for (const text of [
    '{"cells":[null,3,[],{"cell_type":"code","outputs":{"a":1},"source":{"a":[1]}}]}',
    '{"cells":{"a":1}}',
    "[1]",
    '"cells"',
  ])
    expect((await run(ipynb, memorySource(Buffer.from(text)))).failures).toEqual([]);
  const deep = `{"cells":[${"[".repeat(100_000)}`;
  expect((await run(ipynb, memorySource(Buffer.from(deep)))).failures).toEqual(["corrupt file partial"]);
});

test("cut, bent and garbled notebooks", async () => {
  await checkDamage(ipynb, fixture("analysis.ipynb"), 1, "tells");
});
