import { describe, expect, it } from "vitest";
import { boundaryOf } from "../../../src/detect/shared/boundary.ts";

const NUMBER = "6217000010001234569";

describe("what stands beside a number", () => {
  it.each([
    [`卡号${NUMBER}，`, "strict"],
    [`card=${NUMBER}`, "strict"],
    [`F002=${NUMBER}`, "strict"],
    [`acct_no_12=${NUMBER}`, "strict"],
    [`["pan"]=${NUMBER}`, "strict"],
    [`:50K:/${NUMBER}`, "strict"],
    [`:59:/${NUMBER}`, "strict"],
    [`12=${NUMBER}`, "loose"],
    [`a==${NUMBER}`, "loose"],
    [`https://${NUMBER}`, "loose"],
    [`a/${NUMBER}`, "loose"],
    [` :/${NUMBER}`, "loose"],
    [`x${NUMBER}`, "broken"],
    [`${NUMBER}.5`, "broken"],
  ])("%s is %s", (text, expected) => {
    const start = text.indexOf(NUMBER);
    expect(boundaryOf(text, start, start + NUMBER.length)).toBe(expected);
  });
});
