import { expect, test } from "vitest";
import { tagsOnly } from "../../../src/format/shared/tagsOnly.ts";

const told = (text: string): string => Buffer.from(tagsOnly(Buffer.from(text))).toString();

test.each([
  ["a sound part", '<?xml version="1.0"?><Types><Default Extension="bin" ContentType="a/b"/></Types>', undefined],
  ["text", "<a>text</a>", "<a></a>"],
  ["a tag whose quotes do not end", '<a x="1"/><b y="2/><c z="3"/>', '<a x="1"/><c z="3"/>'],
  ["a tag that does not end", '<a x="1"/><b y="2" <c z="3"/>', '<a x="1"/><c z="3"/>'],
  ["the end cut off", '<a x="1"/><b y="', '<a x="1"/>'],
  ["a tag of 100,000 letters", `<${"a".repeat(100_000)}><b/>`, "<b/>"],
  ["nothing", "", ""],
])("keeps whole tags of %s", (_, text, expected) => {
  expect(told(text)).toBe(expected ?? text);
});

test("passes over a megabyte of quotes that do not end", () => {
  expect(told(`<Types>${'<Default Exte.relationships+xml"/>'.repeat(30_000)}<a b="c"/></Types>`)).toBe('<Types><a b="c"/></Types>');
});
