import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

import { zip } from "../../scripts/fixtures/zip.mjs";
import { eventsOf, summaryOf, tree } from "./support.ts";

const plain = zip([
  ["content.xml", "<o:document-content><o:body><o:text><t:p>会议</t:p></o:text></o:body></o:document-content>"],
  ["META-INF/manifest.xml", "<m/>"],
]);
const whole = zip([["note.txt", "会议"]]);
const cut = whole.subarray(0, whole.length - 60);
const secret = readFileSync("fixtures/html/gbk.html");
const locked = readFileSync("fixtures/odf/encrypted.odt");

it("tells an extension that lies in every zone, raised where there is something to hide, and never lets it gate", async () => {
  const root = tree({
    "a.jpg": plain,
    "b.png": secret,
    "c.odt": plain,
    "d.dat": locked,
    "e.txt": "zicha-format: .jpg -> docx\n",
    // Cut off: what it was no longer shows, but a picture it was not.
    "g.docx": cut,
    "h.png": cut,
    "f.jpg": Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), zip([["note.html", secret]])]),
  });
  for (const zone of ["internet", "classified:jimi"] as const) {
    const events = await eventsOf(root, { zone });
    const found = events.flatMap((event) =>
      event.type === "finding" && event.finding.infoType === "DISGUISED_EXTENSION"
        ? [
            [
              event.finding.path.split("/").at(-1),
              event.finding.masked,
              event.finding.severity,
              event.finding.effect,
              event.finding.location.kind,
            ],
          ]
        : [],
    );
    expect(found).toEqual([
      ["a.jpg", ".jpg -> odf", "info", "recorded", "name"],
      ["b.png", ".png -> html", "low", "recorded", "name"],
      ["d.dat", ".dat -> odf", "info", "recorded", "name"],
      ["f.jpg", ".jpg -> zip", "low", "recorded", "name"],
      ["h.png", ".png -> zip", "info", "recorded", "name"],
    ]);
    const verdict = (name: string): string | undefined =>
      events.flatMap((event) => (event.type === "entry-end" && event.path.endsWith(name) ? [`${event.verdict} ${event.coverage}`] : []))[0];
    expect(verdict("a.jpg")).toBe("clean full");
    // What could not be read stays unread: saying what it is reads nothing of it.
    expect(verdict("d.dat")).toBe("not-examined none");
  }
});

it("can be switched off like any rule", async () => {
  const events = await eventsOf(tree({ "a.jpg": plain }), { zone: "internet", disabledRules: ["advisory/disguised-extension"] });
  expect(summaryOf(events).findings).toBe(0);
});
