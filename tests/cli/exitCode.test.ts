import { describe, expect, it } from "vitest";

import { exitCode, explainExit, gates, openGate } from "../../src/cli/exitCode.ts";
import type { Gate } from "../../src/cli/exitCode.ts";
import type { ScanRequest } from "../../src/model/request.ts";

const gate = (change: Partial<Gate>): Gate => ({ ...openGate(), ...change });

describe("the gate", () => {
  it.each<[Partial<Gate>, ScanRequest["failOn"], boolean]>([
    [{ violations: 1 }, "violation", true],
    [{ suspects: 1 }, "violation", false],
    [{ suspects: 1 }, "suspect", true],
    [{ violations: 1 }, "suspect", true],
    [{ violations: 9, suspects: 9 }, "never", false],
    [{ severities: { info: 5, low: 1, medium: 0, high: 0, critical: 0 } }, "medium", false],
    [{ severities: { info: 0, low: 0, medium: 0, high: 1, critical: 0 } }, "medium", true],
  ])("%j under %s: %s", (change, failOn, expected) => {
    expect(gates(gate(change), failOn)).toBe(expected);
  });
});

describe("the exit code", () => {
  it.each([
    [false, false, false, 0],
    [false, true, false, 3],
    [false, true, true, 0],
    [true, true, false, 1],
    [true, false, false, 1],
  ])("gated %s, incomplete %s, allowed %s: %s", (gated, incomplete, allowed, expected) => {
    expect(exitCode(gated, incomplete, allowed)).toBe(expected);
  });

  it("says both reasons", () => {
    expect(explainExit(1, true, true, false)).toBe("exit code 1 (findings that gate; something was not, or not wholly, examined)");
  });
});
