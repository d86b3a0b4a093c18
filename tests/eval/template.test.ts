import { describe, expect, it } from "vitest";
import { type Label, readTemplates, render } from "../../eval/template.ts";

describe("the templates", () => {
  const sets = {
    tuning: readTemplates("tuning"),
    "held-out": readTemplates("held-out"),
    unseen: readTemplates("unseen"),
    fresh: readTemplates("fresh"),
  };
  const all = Object.values(sets).flat();

  it("are at least 40, and no name is in two sets", () => {
    const names = all.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(40);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(all.map((template) => [template.name, template] as const))("%s fills, and labels lie on their texts", (_name, template) => {
    const document = render(template, "seed", 1);
    expect(document).toEqual(render(template, "seed", 1));
    for (const { text, labels } of document.places) {
      expect(text).not.toMatch(/\{\{[^{}]+\}\}/);
      for (const label of labels) expect(text.slice(label.start, label.end)).toBe(label.text);
    }
  });

  it.each(["tuning", "held-out", "unseen", "fresh"] as const)("%s holds at least three lookalikes for each value to find", (set) => {
    const kinds = sets[set]
      .flatMap((template) => render(template, "seed", 1).places)
      .flatMap(({ labels }) => labels.map(({ kind }) => kind));
    const count = (wanted: Label["kind"]): number => kinds.filter((kind) => kind === wanted).length;
    expect(count("negative")).toBeGreaterThanOrEqual(3 * count("positive"));
  });
});
