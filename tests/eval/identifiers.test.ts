import { describe, expect, it } from "vitest";
import { creditCheck, ibanOf, luhnCheck, organisationCheck, residentCheck, spoiled, vinOf } from "../../eval/identifiers.ts";
import { Random } from "../../eval/random.ts";
import { positives } from "../../eval/values.ts";
import { personOf } from "../../eval/person.ts";

describe("check characters of the generator", () => {
  it("agree with published numbers", () => {
    expect(residentCheck("11010119900307867")).toBe("0");
    expect(residentCheck("11010519491231002")).toBe("X");
    expect(luhnCheck("622202100111624570")).toBe("2");
    expect(luhnCheck("49015420323751")).toBe("8");
    expect(creditCheck("91310115591693856")).toBe("A");
    expect(organisationCheck("59169385")).toBe("6");
    expect(ibanOf("GB", "WEST12345698765432")).toBe("GB82WEST12345698765432");
    expect(ibanOf("DE", "370400440532013000")).toBe("DE89370400440532013000");
  });

  it("hold the ninth place of a VIN for the sum of the others", () => {
    // The weights of GB 16735-2019 applied to made numbers, the letters written out one by one.
    const values: Readonly<Record<string, number>> = { A: 1, B: 2, C: 3, D: 4, E: 5, F: 6, G: 7, H: 8, J: 1, K: 2, L: 3, M: 4, N: 5, P: 7, R: 9, S: 2, T: 3, U: 4, V: 5, W: 6, X: 7, Y: 8, Z: 9 }; // prettier-ignore
    for (let seed = 0; seed < 50; seed++) {
      const vin = vinOf(new Random(`vin ${seed}`));
      const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
      const sum = [...vin].reduce((total, sign, index) => total + (values[sign] ?? Number(sign)) * (weights[index] ?? 0), 0);
      expect(vin).toMatch(/^[A-HJ-NPR-Z0-9]{17}$/);
      expect(vin.charAt(8)).toBe(sum % 11 === 10 ? "X" : String(sum % 11));
    }
  });

  it("are broken when a number is spoiled", () => {
    for (let seed = 0; seed < 50; seed++) {
      const random = new Random(`spoiled ${seed}`);
      const { residentId } = personOf(random);
      const bad = spoiled(residentId, random);
      expect(bad.slice(0, 17)).toBe(residentId.slice(0, 17));
      expect(bad).not.toBe(residentId);
    }
  });
});

describe("values", () => {
  it("are the same for the same seed and differ for another", () => {
    for (const [name, { make }] of Object.entries(positives)) {
      const made = (seed: string): string => {
        const random = new Random(seed);
        return make(random, personOf(random));
      };
      expect([name, made("one")]).toEqual([name, made("one")]);
      expect(new Set(["one", "two", "three", "four"].map(made)).size).toBeGreaterThan(1);
    }
  });
});
