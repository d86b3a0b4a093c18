import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadPolicy } from "../../src/rulepack/policy.ts";

const shipped = fileURLToPath(new URL("../../rules/policy.yaml", import.meta.url));

const marks = { critical: "✗✗", violation: "✗", rectify: "!", inventory: "i", allowed: "✓" };

describe("the shipped policy", () => {
  it("judges every class in every zone as the matrix says", async () => {
    const { policy, problems } = await loadPolicy(shipped, []);
    expect(problems).toEqual([]);
    const rows = Object.entries(policy?.matrix ?? {}).map(
      ([name, row]) =>
        `${name}: ${Object.values(row)
          .map((cell) => marks[cell.is])
          .join(" ")}`,
    );
    const first = policy?.matrix["C2"] ?? {};
    expect(Object.keys(first).join(" ")).toBe(
      "internet intranet classified classified-below personal removable-internet removable-intranet removable-classified removable-classified-below repository",
    );
    expect(rows).toEqual([
      "state-secret: ✗✗ ✗✗ i ✗✗ ✗✗ ✗✗ ✗✗ i ✗✗ ✗✗",
      "work-secret: ✗ i i i ✗ ✗ ! i i !",
      "core-commercial-secret: ✗ ! i i ✗✗ ✗ ! i i ✗",
      "commercial-secret: ! i i i ✗ ! i i i !",
      "C3: ✗✗ ✗ ✗ ✗ ✗✗ ✗✗ ✗ ✗ ✗ ✗✗",
      "C2-bulk: ✗✗ ! ! ! ✗✗ ✗✗ ✗ ! ! ✗✗",
      "C2: ✗ i i i ✗ ✗ ! i i ✗",
      "C1: ✓ ✓ ✓ ✓ ! ✓ ✓ ✓ ✓ ✓",
      "contact: i i i i i i i i i i",
      "advisory: i i i i i i i i i i",
    ]);
  });

  it("names articles as facts and own mappings as mappings", async () => {
    const { policy } = await loadPolicy(shipped, []);
    expect(policy?.matrix["state-secret"]?.["internet"]?.references[0]).toBe(
      "中华人民共和国保守国家秘密法(2024) 第三十一条第(三)项、第五十七条第(十)项",
    );
    expect(policy?.matrix["C3"]?.["internet"]?.references[0]).toContain("映射");
  });
});

describe("loadPolicy", () => {
  it("lists what is missing or unknown with its line", async () => {
    const directory = mkdtempSync(join(tmpdir(), "zicha-policy-"));
    const file = join(directory, "policy.yaml");
    const text = readFileSync(shipped, "utf8").replace("    intranet: inventory\n", "    intarnet: inventory\n");
    writeFileSync(file, text);
    const line = text.slice(0, text.indexOf("intarnet")).split("\n").length;
    const { policy, problems } = await loadPolicy(file, [{ base: { id: "own/x", dataClass: "C9" } }]);
    rmSync(directory, { recursive: true });
    expect(policy).toBeUndefined();
    expect(problems.map(({ line: at, expected }) => [at, expected.slice(0, 40)])).toEqual([
      [expect.any(Number), 'the column "intranet"'],
      [line, "one of internet, intranet, classified, c"],
      [expect.any(Number), 'the class "C9" of the rule own/x'],
    ]);
  });
});
