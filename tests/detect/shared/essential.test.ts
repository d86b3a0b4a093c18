import { describe, expect, it } from "vitest";

import { essentialOf } from "../../../src/detect/shared/essential.ts";

const shown = (...expressions: readonly RegExp[]): string | undefined => {
  const found = essentialOf(expressions);
  if (found === undefined) return undefined;
  const pairs = found.pairs.map((pair) => String.fromCharCode(...pair));
  return `${String.fromCharCode(...found.units)}|${pairs.join(" ")}|${found.short ? "short" : ""}`;
};

describe("essentialOf", () => {
  it("takes characters side by side before single ones", () => {
    expect(shown(/内部资料/)).toBe("|内部|");
    expect(shown(/(?:抄送|主送)[::]/)).toBe("|抄送 主送|");
    expect(shown(/号$/)).toBe("号||");
  });

  it("takes nothing that may be missing or that may be anything", () => {
    expect(shown(/(?:内部)?资料/)).toBe("|资料|");
    expect(shown(/(?:内部)*./)).toBeUndefined();
    expect(shown(/内部|.{3}/)).toBeUndefined();
    expect(shown(/(?<=内部)\d{2,3}/)).toBe("0123456789||");
  });

  it("takes no blank, which lines are read without", () => {
    expect(shown(/TOP SECRET/)).toBe("|TO|");
    expect(shown(/A B/)).toBe("A||");
  });

  it("takes letters in both cases where the expression does", () => {
    expect(shown(/co/i)).toBe("|CO Co cO co|");
  });

  it("leaves short lines to the expression that takes nothing longer", () => {
    expect(shown(/^\d{6}$/)).toBe("||short");
    expect(shown(/^\d{6}$/, /签发人/)).toBe("|签发|short");
    expect(shown(/^\d{6}$|密/)).toBe("0123456789密||");
  });
});
