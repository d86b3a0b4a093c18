import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { publishedSchema } from "../../src/scan/rules/schema.ts";

const file = new URL("../../rules/schema.json", import.meta.url);

it("publishes the schema that rules are checked by; UPDATE=1 writes it", () => {
  if (process.env["UPDATE"] === "1") writeFileSync(file, `${JSON.stringify(publishedSchema(), undefined, 2)}\n`);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(publishedSchema());
});
