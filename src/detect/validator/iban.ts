import type { Validator } from "../../model/rule.ts";

/** Characters of a number by country, and after `a` those whose bank begins with four letters (ISO 13616 registry, release 97). */
const LENGTHS: ReadonlyMap<string, { readonly length: number; readonly letters: boolean }> = new Map(
  (
    "AD24 AE23 AL28 AT20 AZ28a BA20 BE16 BG22a BH22a BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 " +
    "GB22a GE22 GI23a GL18 GR27 GT28 HR21 HU28 IE22a IL23 IQ23a IS26 IT27 JO30a KW30a KZ20 LB28 LC32a LI21 LT20 LU20 LV21a LY25 MC27 MD24 " +
    "ME22 MK19 MN20 MR27 MT31a MU30a NI28a NL18a NO15 OM23 PK24a PL28 PS29a PT25 QA29a RO24a RS22 RU33 SA24 SC31a SD18 SE24 SI19 SK24 SM27 " +
    "SO23 ST25 SV28a TL23 TN24 TR26 UA29 VA22 VG24a XK20 YE30a"
  )
    .split(" ")
    .map((one) => [one.slice(0, 2), { length: Number.parseInt(one.slice(2), 10), letters: one.endsWith("a") }]),
);

/** Check digits of an international bank account number (ISO 13616, ISO 7064 MOD 97-10), and a country that issues such numbers, with its length, before them. */
export const iban: Validator = {
  id: "iban",
  reference: "ISO 13616-1",
  check(value) {
    if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(value)) return "invalid";
    const country = LENGTHS.get(value.slice(0, 2));
    if (country === undefined || country.length !== value.length || (country.letters && !/^.{4}[A-Z]{4}/.test(value))) return "invalid";
    let rest = 0;
    for (const character of value.slice(4) + value.slice(0, 4)) {
      const digit = Number.parseInt(character, 36);
      rest = (rest * (digit > 9 ? 100 : 10) + digit) % 97;
    }
    return rest === 1 ? "valid" : "invalid";
  },
};
