import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { validators } from "../../../src/detect/validator/registry.ts";
import { tablesOf } from "../../../src/rulepack/tables.ts";

const files: readonly (readonly [string, string])[] = [
  ["regions", "cn-pii/data/cn-region-codes.tsv"],
  ["mobile-segments", "cn-pii/data/cn-mobile-segments.tsv"],
  ["area-codes", "cn-pii/data/cn-landline-area-codes.tsv"],
  ["countries", "cn-pii/data/iso3166-numeric.tsv"],
  ["bins", "cn-bank/data/cn-bank-bins.tsv"],
];
const tables = tablesOf(
  files.map(([name, file]) => ({ name, form: "tsv", texts: [readFileSync(new URL(`../../../rules/${file}`, import.meta.url), "utf8")] })),
);
const asOf = "2025-06-01T00:00:00.000Z";

function check(id: string, value: string): string {
  const validator = validators.find((one) => one.id === id);
  if (validator === undefined) throw new Error(`no validator ${id}`);
  return validator.check(value, tables, asOf);
}

describe("validators", () => {
  it.each([
    // Names in Latin letters: words with capitals, none of an organisation.
    ["latin-name", "Zhang Wei", "valid"],
    ["latin-name", "ZHANG/XIAO MING", "valid"],
    ["latin-name", "O'Neil, Mary", "valid"],
    ["latin-name", "Zhang", "invalid"],
    ["latin-name", "zhang wei", "invalid"],
    ["latin-name", "Bank Of China", "invalid"],
    ["latin-name", "A B", "invalid"],
    // GB 32100: the organisation's own check character within the code.
    ["uscc-organisation", "91310115591693856A", "valid"],
    ["uscc-organisation", "91310115591693855A", "invalid"],
    ["uscc-organisation", "913101155916938", "invalid"],
    // GB 11643: worked example, lower case, Hong Kong, Macau and Taiwan residents, foreign permanent residents, a wrong check, other lengths.
    ["resident-check", "110101199003078670", "valid"],
    ["resident-check", "81000019980902013X", "valid"],
    ["resident-check", "81000019980902013x", "valid"],
    ["resident-check", "932682198501010017", "valid"],
    ["resident-check", "610104196209276908", "valid"],
    ["resident-check", "110101199003078671", "invalid"],
    ["resident-check", "610104620927690", "unknown"],
    ["resident-check", "1101011990030786701", "invalid"],
    ["resident-birth", "110101199003078670", "valid"],
    ["resident-birth", "610104620927690", "valid"],
    ["resident-birth", "110101200002290000", "valid"],
    ["resident-birth", "110101190002290000", "invalid"],
    ["resident-birth", "110101202506020000", "invalid"],
    ["resident-birth", "110101202506010000", "valid"],
    ["resident-birth", "110101190401010000", "invalid"],
    ["resident-birth", "11010119901301000", "invalid"],
    ["resident-settled", "110101202206010000", "valid"],
    ["resident-settled", "110101202206020000", "invalid"],
    ["resident-region", "110101199003078670", "valid"],
    ["resident-region", "441900199003078670", "valid"],
    ["resident-region", "330101199003078670", "valid"],
    ["resident-region", "110000199003078670", "invalid"],
    ["resident-region", "119999199003078670", "invalid"],
    ["resident-province", "119999199003078670", "valid"],
    ["resident-province", "991010199003078670", "invalid"],
    ["luhn", "6222021001116245702", "valid"],
    ["luhn", "490154203237518", "valid"],
    ["luhn", "6222021001116245703", "invalid"],
    ["luhn", "", "invalid"],
    ["bank-bin", "6222021001116245702", "valid"],
    ["bank-bin", "6222021001116245", "invalid"],
    ["bank-bin", "1234561001116245702", "invalid"],
    ["card-scheme", "4111111111111111", "valid"],
    ["card-scheme", "2720990000000007", "valid"],
    ["card-scheme", "2721000000000004", "invalid"],
    ["card-scheme", "341111111111111", "valid"],
    ["card-scheme", "6111111111111111", "invalid"],
    ["uscc", "91310115591693856A", "valid"],
    ["uscc", "913101155916938560", "invalid"],
    ["uscc", "9131011559169385I6", "invalid"],
    ["uscc-region", "91310115591693856A", "valid"],
    ["uscc-region", "91100000591693856A", "valid"],
    ["uscc-region", "91440399591693856A", "valid"],
    ["uscc-region", "914403995916938560", "invalid"],
    ["uscc-region", "919900005916938560", "invalid"],
    ["org-code", "591693856", "valid"],
    ["org-code", "591693857", "invalid"],
    ["business-registration", "110108000000016", "valid"],
    ["business-registration", "110108000000017", "invalid"],
    ["mobile-segment", "13812345678", "valid"],
    ["mobile-segment", "19212345678", "valid"],
    ["mobile-segment", "14612345678", "invalid"],
    ["mobile-segment", "15412345678", "invalid"],
    ["landline-area", "01066223108", "valid"],
    ["landline-area", "0106622310", "invalid"],
    ["landline-area", "075512345678", "valid"],
    ["landline-area", "09991234567", "valid"],
    ["landline-area", "02601234567", "invalid"],
    ["iban", "GB82WEST12345698765432", "valid"],
    ["iban", "DE89370400440532013000", "valid"],
    ["iban", "GB82WEST12345698765433", "invalid"],
    ["iban", "GB932021057011632468", "invalid"],
    ["iban", "CF314778939451407447", "invalid"],
    ["iban", "CH228007848262202741", "invalid"],
    ["bic-country", "BKCHCNBJ110", "valid"],
    ["bic-country", "ABCDZZ22", "invalid"],
    ["nationality", "932682198501010017", "valid"],
    ["nationality", "932000198501010017", "invalid"],
    ["vin", "1M8GDM9AXKP042788", "valid"],
    ["vin", "1HGCM82633A004352", "valid"],
    ["vin", "1HGCM82643A004352", "invalid"],
    ["hong-kong-id", "P1744686", "valid"],
    ["hong-kong-id", "A1234563", "valid"],
    ["hong-kong-id", "P1744687", "invalid"],
    ["taiwan-id", "B221690311", "valid"],
    ["taiwan-id", "A123456789", "valid"],
    ["taiwan-id", "A123456788", "invalid"],
    ["mrz", "L898902C36UTO7408122F1204159ZE184226B<<<<<10", "valid"],
    ["mrz", "L898902C36UTO7408122F1204159ZE184226B<<<<<11", "invalid"],
  ])("%s says of %s: %s", (id, value, verdict) => {
    expect(check(id, value)).toBe(verdict);
  });

  it("knows nothing where a table is missing", () => {
    const none = tablesOf([]);
    const verdicts = validators.map((one) => [one.id, one.check("110101199003078670", none, asOf)]);
    expect(Object.fromEntries(verdicts)).toMatchObject({
      "resident-region": "unknown",
      "resident-province": "unknown",
      "bank-bin": "unknown",
      "mobile-segment": "unknown",
      "landline-area": "unknown",
      "bic-country": "unknown",
      nationality: "unknown",
      "uscc-region": "unknown",
    });
  });
});
