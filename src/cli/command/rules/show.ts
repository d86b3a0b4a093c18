import type { RuleExample, MaskSpec } from "../../../model/rule.ts";
import type { Json } from "../../../model/json.ts";
import type { RuleBench } from "../../../scan/rules/bench.ts";
import { confidenceWords, dataClassInWords, infoTypeInWords, severityWords } from "../../../report/shared/words.ts";
import type { ExitCode } from "../../exitCode.ts";
import type { Locale } from "../../locale.ts";
import type { Values } from "../../options.ts";
import { standardOutput } from "../../output.ts";
import { say, UsageError } from "../../terminal.ts";
import type { Terminal } from "../../terminal.ts";
import { evidenceWords, roleWords } from "./evidence.ts";
import { benchOf } from "./shared.ts";

/** Classes of subject in Chinese. */
const subjectClassWords: Readonly<Record<string, string>> = {
  property: "征信、财产信息",
  location: "行踪轨迹信息",
  content: "通信内容",
  transaction: "交易信息",
  call: "通信记录",
  lodging: "住宿信息",
  health: "健康生理信息",
  other: "其他信息",
};

/** Words of a long list that are shown before it is cut. */
const SHOWN = 24;
/** Characters of an expression or an example that are shown; `--json` gives all. */
const LONGEST = 200;

/** `zicha rules show ID`: what a rule looks for, what makes it sure, what it leaves, how it masks, on what grounds, with its examples. */
export async function rulesShow(terminal: Terminal, id: string, values: Values): Promise<ExitCode> {
  const bench = await benchOf(terminal, values);
  const rule = bench.rules.find(({ base }) => base.id === id);
  if (rule === undefined) {
    const near = bench.rules.map(({ base }) => base.id).filter((known) => known.includes(id) || known.endsWith(`/${id}`));
    const hint = near.length === 0 ? "" : say(terminal, `，是否为 ${near.join("、")}？`, `; did you mean ${near.join(", ")}?`);
    throw new UsageError(say(terminal, `没有规则“${id}”${hint}`, `no rule "${id}"${hint}`));
  }
  const out = standardOutput(terminal.stdout);
  if (values["json"] === true) {
    await out.write(`${JSON.stringify({ ...rule.base, ...rule.fields }, null, 2)}\n`);
    return 0;
  }
  await out.write(`${explain(bench, rule, terminal.locale).join("\n")}\n`);
  return 0;
}

function explain(bench: RuleBench, { base, fields, file }: RuleBench["rules"][number], locale: Locale): readonly string[] {
  const zh = locale === "zh";
  const pack = bench.loaded.packs.find(({ id }) => id === base.id.slice(0, base.id.indexOf("/")));
  const lines = [
    `${base.id}  ${base.title[locale]}`,
    "",
    base.description[locale],
    "",
    zh
      ? `信息类型 ${base.infoType}，严重程度 ${severityWords[base.severity].zh}，类别 ${dataClassInWords(base.dataClass, "zh")}（${base.dataClass}），写法 ${base.kind}`
      : `infoType ${base.infoType}, severity ${base.severity}, class ${base.dataClass}, kind ${base.kind}`,
    zh ? `规则包 ${pack?.id ?? ""} ${pack?.version ?? ""}，文件 ${file}` : `pack ${pack?.id ?? ""} ${pack?.version ?? ""}, file ${file}`,
  ];
  if (base.optional === true)
    lines.push(zh ? `默认关闭，以 --enable-rule ${base.id} 启用` : `off by default, switched on with --enable-rule ${base.id}`);
  const section = (title: string, content: readonly string[]): void => {
    if (content.length > 0) lines.push("", title, ...content.map((line) => `  ${line}`));
  };
  section(zh ? "寻找什么" : "What it looks for", lookedFor(fields, locale));
  section(zh ? "何时可信" : "What makes it sure", tiersOf(fields, locale));
  section(zh ? "哪些不算" : "What it leaves", rejected(fields, zh));
  section(zh ? "如何脱敏" : "How it masks", [maskWords(base.mask, zh), ...maskedExample(bench, base.id)]);
  section(zh ? "依据" : "On what grounds", base.references);
  section(
    zh ? "发现" : "It finds",
    base.examples.match.map((example) => exampleLine(example, locale)),
  );
  section(
    zh ? "不发现" : "It leaves",
    base.examples.noMatch.map((example) => exampleLine(example, locale)),
  );
  return lines;
}

type Fields = Readonly<Record<string, Json>>;

/** What fields of one kind or another say, in words. */
const words: Readonly<Record<string, (value: Json, locale: Locale) => readonly string[]>> = {
  columns: (value, locale) =>
    listOf(value).map((types) => {
      const names = (Array.isArray(types) ? listOf(types) : [types]).map((type) => infoTypeInWords(String(type), locale));
      return locale === "zh" ? `一列${names.join("或")}` : `a column of ${names.join(" or ")}`;
    }),
  severities: (value, locale) =>
    listOf(value).map((one) => {
      const { subjects, share, severity } = one as Fields;
      const word = severityWords[severity as keyof typeof severityWords]?.[locale] ?? String(severity);
      if (subjects !== undefined)
        return locale === "zh" ? `${Number(subjects)} 人起严重程度为${word}` : `severity ${word} from ${Number(subjects)} people on`;
      return locale === "zh"
        ? `数量指标达到 ${Number(share)} 时严重程度为${word}`
        : `severity ${word} from an indicator of ${Number(share)} on`;
    }),
  minRows: (value, locale) => [locale === "zh" ? `至少 ${Number(value)} 行` : `${Number(value)} rows or more`],
  subjects: (value, locale) =>
    typeof value === "number"
      ? [locale === "zh" ? `${value} 人以上` : `${value} people or more`]
      : [locale === "zh" ? `其中的人按${subjectClassWords[String(value)] ?? "其他信息"}计数` : `its people count as ${String(value)}`],
  limits: (value, locale) => [
    `${locale === "zh" ? "限额" : "limits"} ${Object.entries(value as Fields)
      .map(([name, limit]) => `${locale === "zh" ? (subjectClassWords[name] ?? "其他信息") : name} ${Number(limit)}`)
      .join(locale === "zh" ? "，" : ", ")}`,
  ],
  features: (value) =>
    listOf(value).map((one) => {
      const { name, weight, regex } = one as Fields;
      return `${Number(weight) > 0 ? "+" : ""}${Number(weight)} ${String(name)}: ${cut(`/${String(regex)}/`)}`;
    }),
  levels: (value, locale) => [
    `${locale === "zh" ? "密级" : "levels"} ${Object.values(value as Fields)
      .flatMap(listOf)
      .map(String)
      .join(" ")}`,
  ],
  phrases: (value) =>
    listOf(value).map((one) => {
      const { name, regex, flags } = one as Fields;
      return `${String(name)}: ${cut(`/${String(regex)}/${flags === undefined ? "" : String(flags)}`)}`;
    }),
  require: (value, locale) => {
    const { regex, within, lines } = value as Fields;
    const expression = cut(`/${String(regex)}/`);
    const rows = lines === undefined ? "" : locale === "zh" ? `、${Number(lines)} 行之内` : ` and ${Number(lines)} lines`;
    return [
      locale === "zh"
        ? `其后 ${Number(within)} 字${rows}须有 ${expression}`
        : `within ${Number(within)} characters${rows} after it ${expression}`,
    ];
  },
  tag: (value, locale) => [
    locale === "zh" ? `成为标签 ${String(value)}，可作其他规则的证据` : `makes the tag ${String(value)}, which other rules may ask for`,
  ],
  of: (value, locale) => (value === "sentences" ? [locale === "zh" ? "看文字所在的整句" : "in the sentence round the text"] : []),
  unless: (value, locale) => {
    const types = listOf(value).map((type) => infoTypeInWords(String(type), locale));
    return [locale === "zh" ? `文件中没有${types.join("、")}` : `and none of these in the file: ${types.join(", ")}`];
  },
  stop: (value, locale) => [`${locale === "zh" ? "同一行其余文字不含" : "what else its line holds has none of"} ${texts(value)}`],
  validators: (value, locale) =>
    listOf(value).map(
      (id) => `${locale === "zh" ? "核对" : "checked"}${locale === "zh" ? "：" : ": "}${evidenceWords(String(id), locale)}`,
    ),
  signs: (value, locale) => [`${locale === "zh" ? "标识符号" : "signs"} ${String(value)}`],
  ocrSigns: (value, locale) => [
    `${locale === "zh" ? "识别文字中可能代替符号的字" : "what recognition of text may make of a sign"} ${String(value)}`,
  ],
  blanks: (value, locale) =>
    value === "remove"
      ? [locale === "zh" ? "不计空格" : "blanks left out"]
      : [locale === "zh" ? "连续空格算一个" : "blanks in a row count as one"],
  form: (value, locale) => {
    const [zh, en] = forms[String(value)] ?? [String(value), String(value)];
    return [locale === "zh" ? zh : en];
  },
  properties: (value, locale) => [`${locale === "zh" ? "属性名" : "properties named"} ${texts(value)}`],
  otherProperties: (value, locale) => [
    `${locale === "zh" ? "或属性值只有密级的" : "or properties that hold a level and nothing else:"} ${texts(value)}`,
  ],
  dataClasses: (value, locale) => [
    locale === "zh"
      ? `或有${listOf(value)
          .map((one) => dataClassInWords(String(one), "zh"))
          .join("、")}`
      : `or data of the class ${listOf(value).map(String).join(" or ")}`,
  ],
  keys: (value, locale) => [`${locale === "zh" ? "键名" : "the keys"} ${texts(value)}`],
  minimum: (value, locale) => [locale === "zh" ? `值至少 ${Number(value)} 个字符` : `a value of ${Number(value)} characters or more`],
  count: (value, locale) => [locale === "zh" ? `其中至少 ${Number(value)} 项` : `${Number(value)} of these or more`],
  fit: (value, locale) => [
    locale === "zh" ? `每列至少 ${Number(value) * 100}% 的行有值` : `in ${Number(value) * 100} % of the rows of a column or more`,
  ],
  low: (value, locale) => (value === true ? [locale === "zh" ? "低可信度的也算" : "what is of low confidence counts too"] : []),
  terms: (value, locale) => [`${locale === "zh" ? "文字" : "the texts"} ${texts(value)}`],
  between: (value, locale) => [`${locale === "zh" ? "其间只能是" : "between them only"} ${cut(`/${String(value)}/`)}`],
  within: (value, locale) => [locale === "zh" ? `相距不超过 ${Number(value)} 字` : `within ${Number(value)} characters`],
  factor: (value, locale) => [locale === "zh" ? `限额乘以 ${Number(value)}` : `limits times ${Number(value)}`],
  threshold: (value, locale) => [locale === "zh" ? `满 ${Number(value)} 分` : `${Number(value)} points or more`],
  all: (value, locale) => [
    `${locale === "zh" ? "须有" : "all of"} ${listOf(value)
      .map((type) => infoTypeInWords(String(type), locale))
      .join(locale === "zh" ? "、" : ", ")}`,
  ],
  any: (value, locale) => [
    `${locale === "zh" ? "并有其中若干项" : "and some of"} ${listOf(value)
      .map((type) => infoTypeInWords(String(type), locale))
      .join(locale === "zh" ? "、" : ", ")}`,
  ],
};

/** What the forms of marks are. */
const forms: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  mark: ["密级★期限", "level, star and period"],
  label: ["“密级：”之后的密级", "a level behind its label (密级：)"],
  word: ["一行只有密级", "a line that is nothing but a level"],
  vertical: ["竖排，一行一字", "set vertically, one character a line"],
  name: ["文件名中的密级", "a level in the name of a file"],
  property: ["文档属性中的密级", "a level in a document property"],
  period: ["标志中的保密期限", "the period of a mark"],
};

/** Keys told elsewhere, or by other words. */
const told = new Set(["tiers", "exclude", "counterContext", "triggers", "patterns", "context", "boundary", "value"]);

function lookedFor(fields: Fields, locale: Locale): readonly string[] {
  const zh = locale === "zh";
  const lines: string[] = [];
  for (const trigger of listOf(fields["triggers"])) {
    const { digits, prefixes, literals, column, line, roles } = trigger as Fields;
    const where =
      roles === undefined
        ? ""
        : (zh ? "，仅在" : ", only in ") +
          listOf(roles)
            .map((role) => roleWords(String(role), locale))
            .join(zh ? "、" : ", ");
    if (Array.isArray(digits)) {
      const begins = prefixes === undefined ? "" : zh ? `，以 ${texts(prefixes)} 开头` : ` that begin with ${texts(prefixes)}`;
      lines.push(zh ? `${digits.join("–")} 位数字${begins}${where}` : `${digits.join("–")} digits${begins}${where}`);
    } else if (literals !== undefined) lines.push(zh ? `文字 ${texts(literals)}${where}` : `the texts ${texts(literals)}${where}`);
    else if (column !== undefined) {
      const type = infoTypeInWords(String(column), locale);
      lines.push(zh ? `列名为${type}的列${where}` : `cells of a column named as ${type}${where}`);
    } else if (line !== undefined)
      lines.push(
        zh
          ? `${line === "top" ? "开头 15 行" : "最后 5 行"}${where}`
          : `${line === "top" ? "the first 15 lines" : "the last 5 lines"}${where}`,
      );
  }
  for (const one of listOf(fields["patterns"])) {
    const { name, regex, flags } = one as Fields;
    lines.push(`${String(name)}: ${cut(`/${String(regex)}/${flags === undefined ? "" : String(flags)}`)}`);
  }
  const { words: near, lexicon, before, after } = (fields["context"] ?? {}) as Fields;
  const all = [
    ...listOf(near),
    ...listOf(lexicon).map((type) =>
      zh ? `${infoTypeInWords(String(type), locale)}一类的列名` : `names of columns of ${infoTypeInWords(String(type), locale)}`,
    ),
  ];
  if (all.length > 0) {
    const reach = zh
      ? `前 ${Number(before ?? 30)} 字、后 ${Number(after ?? 10)} 字`
      : `${Number(before ?? 30)} characters before, ${Number(after ?? 10)} after`;
    lines.push(`${zh ? "上下文词" : "context words"} (${reach}): ${texts(all as Json)}`);
  }
  for (const [key, value] of Object.entries(fields)) {
    const say = words[key];
    if (say !== undefined) lines.push(...say(value, locale));
    else if (!told.has(key)) lines.push(`${key}: ${cut(texts(value))}`);
  }
  return lines;
}

function tiersOf(fields: Fields, locale: Locale): readonly string[] {
  const zh = locale === "zh";
  const join = zh ? "；" : "; ";
  return listOf(fields["tiers"]).map((tier) => {
    const said = tier as Fields;
    const confidence = (["high", "medium", "low"] as const).find((one) => said[one] !== undefined) ?? "low";
    const all = listOf(said[confidence]).map((name) => evidenceWords(String(name), locale));
    const none = listOf(said["none"]).map((name) => evidenceWords(String(name), locale));
    const but = none.length === 0 ? "" : zh ? `；且没有：${none.join(join)}` : `; and none of: ${none.join(join)}`;
    return `${confidenceWords[confidence][locale]}${zh ? "：" : ": "}${all.join(join)}${but}`;
  });
}

function rejected(fields: Fields, zh: boolean): readonly string[] {
  const lines: string[] = [];
  const { words: against } = (fields["counterContext"] ?? {}) as Fields;
  if (against !== undefined) lines.push(`${zh ? "附近有" : "near"} ${texts(against)}`);
  const exclude = fields["exclude"];
  if (Array.isArray(exclude)) lines.push(texts(exclude as Json));
  else {
    for (const [key, value] of Object.entries((exclude ?? {}) as Fields))
      lines.push(`${excludeWords[key]?.[zh ? 0 : 1] ?? key}: ${cut(texts(value))}`);
  }
  return lines;
}

/** What the keys of `exclude` mean. */
const excludeWords: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  samples: ["公开的样例", "published samples"],
  samplePatterns: ["样例的写法", "shapes of samples"],
  publicPatterns: ["公共服务号码", "numbers of public services"],
  values: ["这样的值", "values such as"],
  guesses: ["猜得到的占位口令", "placeholders that anyone guesses"],
  typed: ["排除随手敲出的值", "leaves what looks typed at random"],
};

function maskWords(mask: MaskSpec, zh: boolean): string {
  if (mask === "full") return zh ? "整个值以 ******** 代替" : "******** stands for the whole value";
  if (mask === "none")
    return zh ? "照原样显示（标志、列名，不是个人信息）" : "shown as it is: a mark or names of columns, no personal data";
  if (mask === "email") return zh ? "首字符与域名，如 b***@163.com" : "first character and domain: b***@163.com";
  if (mask === "name") return zh ? "只留姓，如 张*" : "surname only: 张*";
  const [start, end] = mask.keep;
  return zh ? `保留前 ${start} 位、后 ${end} 位` : `the first ${start} and last ${end} characters stay`;
}

/** What a report would show of the rule's first example. */
function maskedExample(bench: RuleBench, ruleId: string): readonly string[] {
  const example = bench.rules.find(({ base }) => base.id === ruleId)?.base.examples.match[0];
  const match = example && bench.examine(example).find((one) => one.ruleId === ruleId);
  return match === undefined ? [] : [match.excerpt];
}

function exampleLine({ text, role, name, confidence }: RuleExample, locale: Locale): string {
  const zh = locale === "zh";
  const place = role === undefined || role === "body" ? undefined : roleWords(role, locale);
  const more = [confidence && confidenceWords[confidence][locale], place, name].filter((one) => one !== undefined).join(zh ? "，" : ", ");
  const shown = cut(text.replaceAll("\n", "⏎"));
  return more === "" ? shown : zh ? `${shown}（${more}）` : `${shown} (${more})`;
}

/** The begin of a long text, and how much more there is. */
function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)} … +${text.length - LONGEST}`;
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** A value on one line; long lists are cut, and how much was cut is said. */
function texts(value: Json): string {
  if (Array.isArray(value) && value.every((item) => typeof item !== "object")) {
    const items = value as readonly Json[];
    const rest = items.length - SHOWN;
    return `${items.slice(0, SHOWN).map(String).join(" ")}${rest > 0 ? ` … +${rest}` : ""}`;
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
