import type { Tables, Validator } from "../../model/rule.ts";

/** Generic top-level domains in which people have mailboxes; those of countries come from the table `countries`. */
const GENERIC: ReadonlySet<string> = new Set(
  "com net org edu gov mil int info biz name pro mobi asia tel jobs coop aero museum travel cat post xyz top vip shop club online site tech store ltd group wang ren cloud dev app bank email work live news space website fun press email ink link world today global company".split(
    " ",
  ),
);

/** The last label of an address's domain is a top-level domain: `icon@2x.png` and `user@host.local` are none. */
export const emailDomain: Validator = {
  id: "email-domain",
  reference: "RFC 5321",
  check(value, tables) {
    const written = value.slice(value.lastIndexOf(".") + 1);
    if (GENERIC.has(written)) return "valid";
    const last = written.toLowerCase();
    if (GENERIC.has(last)) return "valid";
    const countries = tables.derive("country-domains", () => readCountries(tables));
    return countries.has(last) ? "valid" : "invalid";
  },
};

function readCountries(tables: Tables): ReadonlySet<string> {
  const codes = (tables.rows("countries") ?? []).map((row) => (row["alpha2"] ?? "").toLowerCase());
  return new Set([...codes, "uk", "eu", "su"].filter((code) => code !== ""));
}
