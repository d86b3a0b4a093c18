import { describe, expect, it } from "vitest";

import { createEngine } from "../../src/detect/engine.ts";
import type { Table } from "../../src/model/chunk.ts";
import { examined, shipped } from "./support/examine.ts";

const { matchers, lexicon } = await shipped();
const engine = createEngine(matchers, lexicon);

async function people(text: string, table?: Table): Promise<readonly string[]> {
  const { result } = await examined(engine, Buffer.from(text), "utf8", table);
  return result.subjects.map((key) => key.replace(/^CN_/, "")).toSorted();
}

describe("people are counted", () => {
  it("once for what stands in several lines about one", async () => {
    const text = "姓名：沈国栋\n身份证号：330106198507129839\n手机：15985596654\n卡号：6217000966542870726\n";
    expect(await people(text)).toEqual(["RESIDENT_ID:330106198507129839"]);
  });

  it("once for each block of a list, and no more where one of them is named again", async () => {
    const text = `姓名：沈国栋\n身份证号：330106198507129839\n手机：15985596654\n\n姓名：周敏\n身份证号：44030419921103525X\n手机：15959874717\n\n${"正文。\n".repeat(200)}手机号 15985596654 已核实\n`;
    expect(await people(text)).toEqual(["RESIDENT_ID:330106198507129839", "RESIDENT_ID:44030419921103525X"]);
  });

  it("each by themselves where no passage joins them", async () => {
    const text = `身份证号：330106198507129839\n${"正文。\n".repeat(200)}手机：15985596654\n`;
    expect(await people(text)).toEqual(["MOBILE:15985596654", "RESIDENT_ID:330106198507129839"]);
  });

  it("row by row in a table, whatever its columns are called", async () => {
    const rows = "1,沈国栋,330106198507129839,,x\n2,周敏,,6217000966542870726,y\n3,林晓梅,510104197802282349,,z\n";
    const found = ["BANK_CARD:6217000966542870726", "RESIDENT_ID:330106198507129839", "RESIDENT_ID:510104197802282349"];
    for (const head of ["序号,姓名,身份证号,卡号,备注", "甲,乙,丙,丁,戊"]) {
      const table = { id: "t", separator: ",", row: 1, head: [head.split(",")] } as const;
      expect(await people(`${head}\n${rows}`, table)).toEqual(found);
    }
  });

  it("by the account where nothing tells people apart better", async () => {
    const head = "户名,账号,余额";
    const table = { id: "t", separator: ",", row: 1, head: [head.split(",")] } as const;
    const rows = "沈国栋,1202020109900123456,88.10\n周敏,1202020109900123457,0.52\n沈国栋,1202020109900123456,12.00\n";
    expect(await people(`${head}\n${rows}`, table)).toEqual(["BANK_ACCOUNT:1202020109900123456", "BANK_ACCOUNT:1202020109900123457"]);
  });
});
