import { readdirSync, readFileSync } from "node:fs";
import { marks } from "./marks.ts";
import type { Person } from "./person.ts";
import { Random } from "./random.ts";
import { fillers, negatives, newPerson, positives } from "./values.ts";

/** How a value lies among its neighbours. */
export type Layout = "cell" | "label" | "colon" | "touching" | "full" | "grouped" | "spaced" | "dotted" | "wrapped";
export const layouts: readonly Layout[] = ["cell", "label", "colon", "touching", "full", "grouped", "spaced", "dotted", "wrapped"];

/** Sets of templates: `tuning` is looked at while rules are written, `held-out` was told once, `unseen` was tuned on later, `fresh` is the latest. */
export type TemplateSet = "tuning" | "held-out" | "unseen" | "fresh";
export const templateSets: readonly TemplateSet[] = ["tuning", "held-out", "unseen", "fresh"];

/**
 * What is known of a stretch of a document. `positive`: must be found; `optional`: may be; `dirty`: damaged, found at low confidence at
 * best; `negative`: must not be found.
 */
export interface Label {
  readonly kind: "positive" | "optional" | "dirty" | "negative";
  /** Name of the placeholder: `id`, `snowflake`. */
  readonly name: string;
  readonly infoTypes: readonly string[];
  readonly layout: Layout;
  /** As it stands in the document. */
  readonly text: string;
  /** UTF-16 offsets in the text of its place. */
  readonly start: number;
  readonly end: number;
}

/** A stretch of text with what is known of it. */
export interface Labelled {
  readonly text: string;
  readonly labels: readonly Label[];
}

/** Where a text stands in a document. */
export type Place = "body" | "header" | "footer" | "watermark" | "textbox" | "property" | "name";

/** A document of the evaluation, not yet written. */
export interface Rendered {
  readonly template: string;
  readonly carrier: string;
  readonly places: readonly (Labelled & { readonly place: Place; readonly key?: string })[];
  /** Whether cells of digits alone are numbers in a sheet, as people type them, where a number holds all their digits. */
  readonly numbers: boolean;
  /** Types of which the document as a whole must give at least one finding: tables, credit reports. */
  readonly expected: readonly (readonly string[])[];
}

export interface Template {
  readonly name: string;
  readonly carrier: string;
  readonly text: string;
  readonly heads: readonly { readonly key: string; readonly value: string }[];
}

/** Reads the templates of a set: `@@key value` lines, then the body. The file's extension is the carrier. */
export function readTemplates(set: TemplateSet): readonly Template[] {
  const directory = new URL(`../eval/templates/${set}/`, import.meta.url);
  return readdirSync(directory)
    .toSorted()
    .map((file) => {
      const lines = readFileSync(new URL(file, directory), "utf8").split("\n");
      const count = lines.findIndex((line) => !line.startsWith("@@"));
      const heads = lines.slice(0, count).map((line) => {
        const at = line.indexOf(" ");
        return { key: line.slice(2, at), value: line.slice(at + 1) };
      });
      const dot = file.lastIndexOf(".");
      return { name: file.slice(0, dot), carrier: file.slice(dot + 1), text: lines.slice(count).join("\n"), heads };
    });
}

interface Scope {
  readonly random: Random;
  readonly rows: number;
  person: Person;
}

/** Fills a template. `rows` multiplies the length of its blocks. */
export function render(template: Template, seed: string, rows: number): Rendered {
  const random = new Random(`${seed}/${template.name}`);
  const scope: Scope = { random, rows, person: newPerson(random) };
  const base: Layout = ["csv", "tsv", "xlsx"].includes(template.carrier) ? "cell" : "colon";
  const heads = template.heads.flatMap(({ key, value }) => {
    if (key === "expect" || key === "numbers") return [];
    const [place = "", name] = key.split(":");
    return [{ place: place as Place, ...(name === undefined ? {} : { key: name }), ...fill(value, scope, "label") }];
  });
  return {
    template: template.name,
    carrier: template.carrier,
    places: [...heads, { place: "body", ...fill(template.text, scope, base) }],
    numbers: template.heads.some(({ key }) => key === "numbers"),
    expected: template.heads.filter(({ key }) => key === "expect").map(({ value }) => value.split(" ")),
  };
}

function fill(text: string, scope: Scope, base: Layout): Labelled {
  const parts: string[] = [];
  const labels: Label[] = [];
  let length = 0;
  const put = (piece: string): void => {
    parts.push(piece);
    length += piece.length;
  };
  walk(text);
  return { text: parts.join(""), labels };

  function walk(body: string): void {
    const token = /\{\{([^{}]+)\}\}\n?/g;
    let at = 0;
    for (let found = token.exec(body); found !== null; found = token.exec(body)) {
      const said = found[1] ?? "";
      put(body.slice(at, found.index));
      at = found.index + found[0].length;
      if (said.startsWith("rows ")) {
        const close = body.indexOf("{{/rows}}", at);
        if (close < 0) throw new Error(`${said}: no end`);
        for (let row = Number(said.slice(5)) * scope.rows; row > 0; row--) {
          scope.person = newPerson(scope.random);
          walk(body.slice(at, close));
        }
        token.lastIndex = close + "{{/rows}}".length + (body.charAt(close + "{{/rows}}".length) === "\n" ? 1 : 0);
        at = token.lastIndex;
        continue;
      }
      if (found[0].endsWith("\n")) {
        at -= 1;
        token.lastIndex = at;
      }
      placeholder(said);
    }
    put(body.slice(at));
  }

  function placeholder(said: string): void {
    const { random } = scope;
    if (said === "person") scope.person = newPerson(random);
    else if (said.startsWith("pick ")) walk(random.pick(said.slice(5).split("|")));
    else if (fillers[said] !== undefined) put(fillers[said](random, scope.person));
    else {
      const parsed = /^(!|~)?([a-z0-9]+)(?::([a-z]+))?(\?)?$/.exec(said);
      const [, sign, name = "", layout = base, optional] = parsed ?? [];
      if (sign === "!") {
        const make = negatives[name];
        if (make === undefined) throw new Error(`no value "${said}"`);
        add("negative", name, [], layout as Layout, make(random, scope.person));
        return;
      }
      const kind = positives[name] ?? marks[name];
      if (kind === undefined || !layouts.includes(layout as Layout)) throw new Error(`no value "${said}"`);
      const value = kind.make(random, scope.person);
      const damaged = sign === "~" ? negatives[`bad${name}`]?.(random, scope.person) : undefined;
      const shown = laidOut(damaged ?? value, name, layout as Layout, random);
      add(sign === "~" ? "dirty" : optional === "?" ? "optional" : "positive", name, kind.infoTypes, layout as Layout, shown);
    }
  }

  function add(kind: Label["kind"], name: string, infoTypes: readonly string[], layout: Layout, shown: string): void {
    labels.push({ kind, name, infoTypes, layout, text: shown, start: length, end: length + shown.length });
    put(shown);
  }
}

function laidOut(value: string, name: string, layout: Layout, random: Random): string {
  if (layout === "full") {
    return [...value]
      .map((character) => (/[!-~]/.test(character) ? String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0) : character))
      .join("");
  }
  if (layout === "spaced") return [...value].join(" ");
  if (layout === "wrapped") {
    const at = random.int(4, value.length - 4);
    return `${value.slice(0, at)}\n${value.slice(at)}`;
  }
  if (layout !== "grouped" && layout !== "dotted") return value;
  const separator = layout === "dotted" ? "." : random.pick([" ", " ", "-"]);
  if (name.startsWith("id"))
    return (
      random
        .pick([/^(.{6})(.{8})(.{4})$/, /^(.{6})(.{4})(.{4})(.{4})$/])
        .exec(value)
        ?.slice(1)
        .join(separator) ?? value
    );
  if (name.startsWith("mobile")) return /^(.{3})(.{4})(.{4})$/.exec(value)?.slice(1).join(separator) ?? value;
  return value.match(/.{1,4}/g)?.join(separator) ?? value;
}
