import { expect, test } from "vitest";
import { nestsDeeperThan } from "../../../src/format/shared/nesting.ts";

test("tags and comments that never end, ends that never began and tags broken off are counted, in UTF-8 and UTF-16", () => {
  const flat = "<?xml version='1.0'?><a><b x='1'/><c>1</c><!-- no --><![CDATA[1]]><?x y?></a>".repeat(50);
  const deep = "<a><b><c><d>";
  const stray = "<a><b></a></b>".repeat(4);
  const begun = ["<!--", "<![CDATA[", "<?x "].map((mark) => `<a><!-- no --></a>${mark.repeat(4)}`);
  for (const encoding of ["utf8", "utf16le"] as const) {
    expect(nestsDeeperThan(Buffer.from(flat, encoding), 3)).toBe(false);
    expect(nestsDeeperThan(Buffer.from(deep, encoding), 3)).toBe(true);
    expect(nestsDeeperThan(Buffer.from(deep, encoding), 4)).toBe(false);
    expect(nestsDeeperThan(Buffer.from(stray, encoding), 3)).toBe(true);
    for (const text of [...begun, "<a></a><<<<", "<a><b x='1' <c/></a>".repeat(4)]) {
      expect(nestsDeeperThan(Buffer.from(text, encoding), 3)).toBe(true);
      expect(nestsDeeperThan(Buffer.from(text, encoding), 4)).toBe(false);
    }
  }
});
