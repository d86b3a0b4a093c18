import { expect, test } from "vitest";

import { mailPlace, threadOrder } from "../../../src/format/shared/mailThreads.ts";

const at = (date: number | undefined, ...ids: string[]): { ids: string[]; date: number | undefined } => ({ ids, date });

test.each([
  ["nothing known", [undefined, undefined, undefined], [0, 1, 2]],
  ["no threads", [at(9, "<a>"), at(1, "<b>"), at(5, "<c>")], [0, 1, 2]],
  [
    "a thread comes together where its first stood",
    [at(9, "<c>", "<b>"), undefined, at(1, "<a>"), at(5, "<b>", "<a>"), at(0, "<x>")],
    [2, 3, 0, 1, 4],
  ],
  ["answers to a mail that is not here", [at(2, "<b>", "<gone>"), at(7, "<x>"), at(1, "<c>", "<gone>")], [2, 0, 1]],
  ["two threads that a third mail joins", [at(3, "<a>"), at(2, "<b>"), undefined, at(1, "<c>", "<b>", "<a>")], [3, 1, 0, 2]],
  ["without a date, and with the same", [at(undefined, "<a>"), at(1, "<b>", "<a>"), at(1, "<c>", "<a>")], [1, 2, 0]],
  ["the same mail twice", [at(1, "<a>"), at(0, "<x>"), at(1, "<a>")], [0, 2, 1]],
])("%s", (_, places, order) => {
  expect(threadOrder(places)).toEqual(order);
});

test("a long chain told backwards takes no time", () => {
  const places = Array.from({ length: 20_000 }, (_, index) => at(20_000 - index, `<${index}>`, `<${index + 1}>`));
  expect(threadOrder(places).slice(0, 3)).toEqual([19_999, 19_998, 19_997]);
});

test("what a header says", () => {
  const header = [
    "From: a@b.example",
    "References: <1@x>",
    "\t<2@x>",
    "In-Reply-To: <2@x> (mail of yesterday)",
    "Message-ID: <3@x>",
    "Date: Thu, 26 Nov 2026 09:00:00 +0800 (CST)",
    "",
    "Message-ID: <4@x>",
  ].join("\r\n");
  expect(mailPlace(Buffer.from(header))).toEqual({ ids: ["<3@x>", "<2@x>", "<1@x>", "<2@x>"], date: Date.UTC(2026, 10, 26, 1) });
  expect(mailPlace(Buffer.from("From: a@b.example\nSubject: x\nDate: gestern\n\n"))).toEqual({ ids: [], date: undefined });
  expect(mailPlace(Buffer.from("no mail at all"))).toBeUndefined();
});
