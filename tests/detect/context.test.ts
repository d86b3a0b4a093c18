import { describe, expect, it } from "vitest";

import { contextFinder } from "../../src/detect/shared/context.ts";

const finder = contextFinder(["身份证号", "证件 号码", "id_card", "mobile", "tel", "ID"], 30, 10);

describe("words near a candidate", () => {
  it.each([
    ["身份证号:#", "身份证号", true],
    ["身 份证 号 #", "身 份证 号", true],
    ["身份-证号#", undefined, false],
    ["id card=#", "id card", true],
    ["IdCard: #", "IdCard", true],
    ["i  dcard #", undefined, false],
    ["MOB_ILE #", "MOB_ILE", true],
    ["hotel #", undefined, false],
    ["tel.#", "tel", false],
    ["身份证号 tel: #", "tel", true],
    ["身份证号码为 #", "身份证号", false],
    ["#（手机）", undefined, false],
    ["# mobile", "mobile", false],
    ["身份证号在很远很远很远很远很远很远很远很远很远很远很远很远的地方 #", undefined, false],
  ])("%j", (text, word, direct) => {
    const at = text.indexOf("#");
    const found = finder?.find(text, at, at + 1);
    expect(found?.word).toBe(word);
    if (word !== undefined) expect(found?.direct).toBe(direct);
  });

  it("prefers the word that binds closest", () => {
    expect(contextFinder(["ID号", "ID"], 30, 0)?.find("ID号1", 3, 4)?.word).toBe("ID");
    expect(contextFinder(["身份", "身份证"], 30, 0)?.find("身份证1", 3, 4)?.word).toBe("身份证");
  });

  it("finds the first word in a name of a column", () => {
    expect(finder?.inName("user_mobile_no")).toBe("mobile");
    expect(finder?.inName("")).toBeUndefined();
    expect(contextFinder([], 30, 10)).toBeUndefined();
  });
});
