import type { Json } from "../../model/json.ts";
import type { Evidence, Match, RuleKind, RuleProblem, Window } from "../../model/rule.ts";
import { checkSchema, type Schema } from "../../util/schema.ts";
import { classesOf, entropyOf } from "../shared/entropy.ts";
import { createFollowGlance } from "../shared/patternGlance.ts";
import { samplesOf } from "../shared/lexicon.ts";
import { placeOf } from "../shared/place.ts";
import { readTiers, tiersSchema } from "../shared/tiers.ts";

const texts: Schema = { type: "array", items: { type: "string", minLength: 2 }, minItems: 1 };

const schema: Schema = {
  type: "object",
  properties: {
    keys: texts,
    columns: { type: "array", items: { type: "string" } },
    exclude: {
      type: "object",
      properties: {
        samples: { type: "string" },
        values: { type: "array", items: { type: "string" } },
        guesses: { type: "array", items: { type: "string" } },
      },
    },
    minimum: { type: "integer", minimum: 1, maximum: 64 },
    tiers: tiersSchema,
  },
  required: ["keys", "tiers"],
};

interface Fields {
  readonly keys: readonly string[];
  readonly columns?: readonly string[];
  readonly exclude?: { readonly samples?: string; readonly values?: readonly string[]; readonly guesses?: readonly string[] };
  readonly minimum?: number;
}

/** Bytes: the longest secret with its key. */
const MAX_SPAN = 512;
/** Characters between a key and its value. */
const NEAR = 24;
/** Characters of the longest value taken. */
const LONGEST = 64;
/** Bits a character above which a text is no word; shorter values reach less. */
const RANDOM = 2.75;

/** From the end of a key: what may stand between, a separator (`value=` where key and value are attributes), perhaps a quote, and the value. */
const KEYED =
  /^(?<between>[A-Za-z0-9_]{0,12}(?:\([^()\n]{1,8}\))?["'`\]]{0,2}\s{0,8}(?<separator>[:=]{1,2}>?|=>|是|为|\t|(?:value|,\s?["']value["'])\s?[:=]|(?=[【「[])|(?=[A-Za-z0-9]{1,24}[#@!$%^&*][!-~]{0,24}(?![!-~]))(?=[!-~]{6})(?=[!-~]{0,31}\d)(?=[!-~]{0,31}[A-Za-z])|\x20{1,3}(?=[!-~]))\s{0,8})(?<quote>["'`“「【[]?)(?<value>[!-~]{1,64})/;
/** Placeholders, expressions, variables, prompts, masks and references to where the secret is. */
const NO_VALUE =
  /^(?:[)\],;|=&?:]|\$|%[A-Za-z_]|<|\{\{|\[|\(|@[A-Za-z]|[*•×xX.\-_=#?]{3,}|n\/a|os\.|process\.|system\.|config\.|self\.|this\.|args\.|props\.|req\.|request\.|请|见|同|无|已|未|为空|由|和|或|及|应|须|不|必填|保密|略|加密|忘记|修改|重置|找回|设置|输入|错误|正确|长度|强度|管理|保护|安全|策略|规则|要求)/i;
/** The same as whole words: `mypassword`, `your_secret`, but not `My7k#2q`. */
const NO_VALUE_WORD =
  /^(?:null|nil|none|undefined|true|false|todo|your|my|the|new|old|get|set|is|has|env|args|props|req|request|string|str|text|char|varchar|value|input|required|optional|default)[A-Za-z_-]*$/i;
/** Ends of a key that speaks of a password and holds none: its length, its policy, where it lies. */
const NO_KEY =
  /^[_\-.]?(?:polic(?:y|ies)|expir|length|len|min|max|hint|label|field|encod|encrypt|file|path|ur[li]|link|type|required|strength|reset|changed?|change|confirmation|placeholder|message|error|format|pattern|regex|algo|salt|iteration|rotat|age|history|attempt|retry|timeout|manager|store|storage|provider|input|column|prompt|validat|check|enabled?|disabled?|visible|count|size|rule|level|mode|method|last|date|time|id$|status|hash|grant|ed$|age|eng|ive$|ion|thr|ing)/i;
/** What stands before a key of a connection string or a query. */
const JOINED = /[;?&][ ]?$/;
/** A name as program text writes it: a call, a member, an identifier in one case. */
const IDENTIFIER =
  /^(?:[A-Za-z_$][\w$]*[.([].*|[a-z]+(?:[A-Z][a-z]+)+|[a-z]+(?:[_-][a-z]+)+|[A-Z]+(?:_[A-Z]+)+|[a-z]+|[A-Z]+|[A-Z][a-z]+)$/;

/**
 * A key with its value in clear text: `登录密码：Ab12@6789`, `password = "Zx!93kd2"`, a cell of a column of passwords.
 *
 * What looks like a placeholder, a variable, a call, a prompt or a mask is no value; neither are the allowlist's. `guesses` are what manuals
 * show: behind a Chinese key or in a column those with a digit are passwords that people have. Evidence: `key` (a
 * separator stands between) or `prose` (only 是, 为), `spaced` (only blanks, or nothing before a value with signs), `chinese` for a Chinese key, `quoted`, `digits`, `strong` (three kinds of characters),
 * `random` (high entropy), `special` (a sign inside), `column`, `column-weak`, `account` (a user's name stands on the line), and the place.
 */
export const secret: RuleKind = {
  kind: "secret",
  schema: schema as unknown as Json,
  load(base, fields, tables) {
    const problems: RuleProblem[] = [...checkSchema(schema, fields)];
    if (problems.length > 0) return { problems };
    const said = fields as unknown as Fields;
    const expressions = (list: "values" | "guesses"): readonly RegExp[] =>
      (said.exclude?.[list] ?? []).flatMap((regex, index) => {
        try {
          return [new RegExp(regex, "i")];
        } catch {
          problems.push({ at: ["exclude", list, index], expected: "a regular expression" });
          return [];
        }
      });
    const excluded = expressions("values");
    const guesses = expressions("guesses");
    if (problems.length > 0) return { problems };
    const samples = samplesOf(tables, said.exclude?.samples ?? base.infoType);
    const columns = said.columns ?? [base.infoType];
    const keys = said.keys.map((key) => key.toLowerCase());
    const minimum = said.minimum ?? 4;
    const take = (found: { value: string; start: number } | undefined, named: readonly Evidence[], window: Window): Match | undefined => {
      if (found === undefined || found.value.length < minimum || samples.has(found.value.toLowerCase())) return undefined;
      const { value, start } = found;
      if (NO_VALUE.test(value) || NO_VALUE_WORD.test(value) || excluded.some((regex) => regex.test(value))) return undefined;
      const inHouse = named.some(({ name }) => name === "chinese" || name.startsWith("column"));
      if (!(inHouse && /\d/.test(value)) && guesses.some((regex) => regex.test(value))) return undefined;
      const evidence = [...named, ...strengthOf(value), ...accountNear(window), ...placeOf(window)];
      return { start, end: start + value.length, value, label: window.text.slice(window.start, window.end), evidence };
    };
    return {
      matcher: {
        rule: base,
        triggers: [
          ...said.keys.map((key) => ({ kind: "literal" as const, text: key })),
          ...columns.map((infoType) => ({ kind: "column" as const, infoType })),
        ],
        maxSpan: MAX_SPAN,
        glance: (sight) => sight.inTable || mayFollow(sight),
        tiers: readTiers(fields["tiers"] ?? []),
        confirm(window, emit) {
          const cell = window.row?.cells[window.row.at];
          const strong = cell?.infoTypes.some((type) => columns.includes(type)) === true;
          const weak = cell?.weakTypes.some((type) => columns.includes(type)) === true;
          if (cell !== undefined && (strong || weak)) {
            const match = take(cellValue(window), [{ by: "column", name: strong ? "column" : "column-weak", effect: "raises" }], window);
            if (match !== undefined) emit({ ...match, label: cell.header });
            return;
          }
          // A name of a column that something else names is no key.
          if (cell !== undefined && !isKey(window, keys)) return;
          const match = keyed(window, take);
          if (match !== undefined) emit(match);
        },
      },
    };
  },
};

function isKey({ text, start, end }: Window, keys: readonly string[]): boolean {
  const found = text.slice(start, end).toLowerCase();
  return keys.some((key) => found.includes(key));
}

const mayFollow = createFollowGlance(KEYED);

function keyed(
  window: Window,
  take: (found: { value: string; start: number } | undefined, named: readonly Evidence[], window: Window) => Match | undefined,
): Match | undefined {
  const { text, end } = window;
  const line = text.slice(end, end + NEAR + LONGEST + 8).split("\n", 1)[0] ?? "";
  const found = KEYED.exec(line);
  if (found === null) return undefined;
  const { between = "", separator = "", quote = "", value: raw = "" } = found.groups ?? {};
  const suffix = /^[A-Za-z0-9_]*/.exec(between)?.[0] ?? "";
  if (NO_KEY.test(suffix)) return undefined;
  // `;Password=…;` and `&pwd=…&` stand in one line of text: what follows the value is another key.
  const joined = separator === "=" && between.endsWith("=") && JOINED.test(text.slice(Math.max(0, window.start - 2), window.start));
  const value = trimmed(joined ? (raw.split("&", 1)[0] ?? "") : raw, quote);
  const chinese = /[\u4e00-\u9fff]/.test(text.slice(window.start, end));
  // Program text without quotes is an expression, unless it is the whole line of a settings file.
  // A blank alone parts words of a sentence: what follows is a password only behind a Chinese key.
  if (/^ +$/.test(separator) && (quote !== "" || !chinese || !/\d{3}|[^\w.-]/.test(value))) return undefined;
  const bare = quote === "" && !chinese && !joined;
  if (bare && (IDENTIFIER.test(value) || /[(){};<>]/.test(line))) return undefined;
  if (!chinese && IDENTIFIER.test(value)) return undefined;
  // A bracket alone is an index or a link behind any other.
  if (separator === "" && !chinese) return undefined;
  const evidence: Evidence[] = [
    {
      by: "pattern",
      name: /[是为]/.test(separator) ? "prose" : separator.trim() === "" && separator !== "\t" && quote === "" ? "spaced" : "key",
      effect: "raises",
    },
  ];
  if (chinese) evidence.push({ by: "pattern", name: "chinese", effect: "states" });
  if (quote !== "") evidence.push({ by: "pattern", name: "quoted", effect: "states" });
  return take({ value, start: end + between.length + quote.length }, evidence, window);
}

/** Up to the closing quote, else without the punctuation that ends a clause. */
function trimmed(raw: string, quote: string): string {
  if (quote !== "" && "\"'`".includes(quote)) {
    const close = raw.indexOf(quote);
    return close < 0 ? "" : raw.slice(0, close);
  }
  return raw.replace(/[,;)\]}"'`】」]+$/, "").split(/[,;]/, 1)[0] ?? "";
}

function cellValue(window: Window): { value: string; start: number } | undefined {
  const cell = window.text.slice(window.start, window.end);
  const value = cell.trim().replace(/^"|"$/g, "");
  if (!/^[!-~]{1,64}$/.test(value)) return undefined;
  return { value, start: window.start + cell.indexOf(value) };
}

function strengthOf(value: string): readonly Evidence[] {
  const evidence: Evidence[] = [];
  const say = (name: string): void => void evidence.push({ by: "pattern", name, effect: "raises" });
  if (/^\d+$/.test(value)) say("digits");
  if (value.length >= 6 && classesOf(value) >= 3) say("strong");
  if (value.length >= 8 && classesOf(value) >= 2 && entropyOf(value) >= RANDOM) say("random");
  if (/\d/.test(value)) say("has-digit");
  if (/[A-Za-z0-9][^A-Za-z0-9\s._/-][A-Za-z0-9]/.test(value)) say("special");
  return evidence;
}

/** A user's name with a value, before the key on its line or on the line above. */
function accountNear(window: Window): readonly Evidence[] {
  const before = window.text.slice(Math.max(0, window.start - 120), window.start);
  const lines = before.split("\n").slice(-2).join("\n");
  const named = /(?:用户名|账号|帐号|账户|柜员号|登录名|工号|user(?:name)?|login|account)["'\s]{0,3}[:=为是\s]{1,4}["'“]?[!-~]{2,}/i.test(
    lines,
  );
  return named ? [{ by: "context", name: "account", effect: "raises" }] : [];
}
