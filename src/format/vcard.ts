import { toByteString } from "../util/path.ts";
import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { ByteScanner } from "./shared/byteScanner.ts";
import { memorySource } from "./shared/bytes.ts";
import { decodeCharset } from "./shared/charset.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import { innerEntry } from "./shared/inner.ts";
import { transferDecoder } from "./shared/transferDecoder.ts";

/** 1 MiB: a longer line holds a picture, of which the rest is left out and told. */
const lineLimit = 1024 * 1024;
/** 16 MiB of one unfolded line are held: pictures of contacts. */
const valueLimit = 16 * 1024 * 1024;

/** The columns of a contact list; the words that column rules know. */
const columns: readonly (readonly [title: string, properties: RegExp])[] = [
  ["姓名", /^(?:FN|N|NICKNAME|SORT-STRING|X-PHONETIC-.*)$/],
  ["手机号", /^TEL$/],
  ["邮箱", /^EMAIL$/],
  ["单位", /^(?:ORG|X-COMPANY)$/],
  ["职务", /^(?:TITLE|ROLE)$/],
  ["地址", /^(?:ADR|LABEL|GEO)$/],
  ["出生日期", /^BDAY$/],
  ["备注", /^NOTE$/],
];

/** Contacts (vCard 2.1–4.0, RFC 6350) as a table of persons, and calendars (iCalendar, RFC 5545; vCalendar) as lines; pictures in them as members. */
export const vcard: Extractor = {
  id: "vcard",
  title: { zh: "联系人、日历（VCF、ICS）", en: "Contacts and calendars (vcf, ics)" },
  version: 1,
  access: "in-order",
  streaming: true,
  accepts: ({ head }) => /^(?:\xef\xbb\xbf)?\s{0,8}BEGIN:V(?:CARD|CALENDAR)\s/i.test(Buffer.from(head.subarray(0, 64)).toString("latin1")),
  extract,
};

/** One property: `TEL;TYPE=CELL:13800138000`. */
interface Line {
  readonly name: string;
  readonly parameters: string;
  readonly value: string;
  readonly number: number;
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  let card = 0;
  let cells: string[][] | undefined;
  let inCard = false;
  let open = 0;
  let pictures = 0;
  const persons = createFlow(sink, {
    id: "contacts",
    roles: ["body"],
    place: (mark, column) => ({ kind: "cell", sheet: "contacts", row: mark, column }),
  });
  const rest = createFlow(sink, { id: "body", roles: ["body"], place: (mark) => ({ kind: "line", line: mark, column: 1 }) });
  for await (const line of lines(input)) {
    if (line === undefined) {
      sink.failure("too-large", "a line is longer than is held in memory", true);
      continue;
    }
    if (!sink.open || input.signal.aborted) break;
    const { name, parameters, value } = line;
    if (name === "BEGIN") {
      open++;
      if (/^VCARD$/i.test(value.trim())) {
        if (card === 0) {
          persons.table("contacts");
          persons.row(
            columns.map(([title]) => toByteString(title)),
            1,
          );
        }
        card++;
        inCard = true;
        cells = columns.map(() => []);
      }
      continue;
    }
    if (name === "END") {
      open--;
      if (/^VCARD$/i.test(value.trim())) {
        persons.row(
          (cells ?? []).map((texts) => toByteString(texts.join(" "))),
          card,
        );
        inCard = false;
        cells = undefined;
      }
      yield* sink.drain();
      continue;
    }
    const encoded = /ENCODING=(?:B|BASE64)\b|;BASE64\b/i.test(parameters) || /^data:[^,]{0,200};base64,/i.test(value);
    if (encoded && value.length > 64) {
      const decode = transferDecoder("base64");
      const bytes = Buffer.concat([decode(Buffer.from(value.replace(/^data:[^,]{0,200},/i, ""), "latin1")), decode()]);
      const type =
        /(?:TYPE=(?:\w+\/)?|data:\w+\/|;(?=JPEG|PNG|GIF))(\w{2,10})/i.exec(`${parameters};${value.slice(0, 100)}`)?.[1]?.toLowerCase() ??
        "picture";
      yield* sink.drain();
      if (!input.budget.take("members", 1)) {
        sink.stop("too-large", "limit of members reached");
        break;
      }
      const told = /X-FILENAME="?([^";:]{1,200})|FILENAME="?([^";:]{1,200})/i.exec(parameters);
      const entry = innerEntry(input.entry, {
        name: told?.[1] ?? told?.[2] ?? `${name.toLowerCase()}-${++pictures}.${type}`,
        key: `${line.number}`,
        size: bytes.length,
      });
      yield { type: "member", entry, open: () => Promise.resolve(memorySource(bytes)) };
      continue;
    }
    const text = readable(line);
    const column = inCard ? columns.findIndex(([, pattern]) => pattern.test(name)) : -1;
    if (column >= 0 && cells !== undefined) {
      const cell = cells[column] ?? [];
      // FN repeats what N tells in parts.
      if (text !== "" && !cell.includes(text)) cell.push(text);
    } else rest.line(toByteString(`${name}: ${text}`), line.number);
    const people = /(?:CN|X-LABEL|SENT-BY)="?([^";:]{1,200})/i.exec(parameters);
    if (people !== null && people[1] !== undefined) rest.line(toByteString(`${name}: ${people[1]}`), line.number);
  }
  if (cells !== undefined)
    persons.row(
      cells.map((texts) => toByteString(texts.join(" "))),
      card,
    );
  persons.flush();
  rest.flush();
  if (input.signal.aborted) sink.failure("interrupted", "interrupted between cards", true);
  else if (open !== 0 && sink.open) sink.failure("corrupt", "the last card or calendar has no end", true);
  yield* sink.drain();
}

/** Backslashes undone, parts of a name or an address with spaces between them. */
function readable({ name, value }: Line): string {
  const parts = /^(?:N|ADR|ORG|GEO)$/.test(name) ? value.split(/(?<!\\);/).filter((part) => part !== "") : [value];
  return parts
    .map((part) => part.replace(/\\([nN\\,;:])/g, (_, character: string) => (/n/i.test(character) ? "\n" : character)).trim())
    .filter((part) => part !== "")
    .join(name === "N" && /[\u3400-\u9fff]/.test(value) ? "" : " ")
    .replace(/^(?:tel|mailto):/i, "")
    .replace(/[\r\n]+/g, " ");
}

/** Unfolded and decoded lines; undefined stands for one that is too long. */
async function* lines(input: ExtractInput): AsyncGenerator<Line | undefined, void> {
  const scanner = new ByteScanner(input.bytes);
  let held = "";
  let number = 0;
  let at = 1;
  let whole = true;
  for (;;) {
    const bytes = await scanner.line(lineLimit);
    const text = bytes?.toString("latin1").replace(/\r?\n$/, "");
    number++;
    if (text !== undefined && held.length > valueLimit) {
      if (/^[ \t]/.test(text)) {
        whole = false;
        continue;
      }
      if (!whole) yield undefined;
      whole = true;
    }
    if (text !== undefined && /^[ \t]/.test(text) && held !== "") {
      held += text.slice(1);
      continue;
    }
    // Quoted-printable folds its lines with `=` (vCard 2.1).
    if (text !== undefined && held.endsWith("=") && /ENCODING=QUOTED-PRINTABLE/i.test(held.slice(0, 500))) {
      held = held.slice(0, -1) + text;
      continue;
    }
    const line = parse(held, at);
    if (line !== undefined) yield line;
    if (text === undefined) return;
    held = text;
    at = number;
  }
}

function parse(held: string, number: number): Line | undefined {
  const match = /^(?:\xef\xbb\xbf)?(?:[A-Za-z0-9-]{1,60}\.)?([A-Za-z0-9-]{1,60})((?:;(?:[^":;]|"[^"]*")*)*):([\s\S]*)$/.exec(held);
  if (match === null)
    return held.trim() === "" ? undefined : { name: "", parameters: "", value: decodeCharset(Buffer.from(held, "latin1"), ""), number };
  const parameters = match[2] ?? "";
  let value = Buffer.from(match[3] ?? "", "latin1");
  if (/ENCODING=QUOTED-PRINTABLE|;QUOTED-PRINTABLE/i.test(parameters)) {
    const decode = transferDecoder("quoted-printable");
    value = Buffer.concat([decode(value), decode()]);
  }
  const charset = /CHARSET="?([\w-]{1,40})/i.exec(parameters)?.[1] ?? "";
  return {
    name: (match[1] ?? "").toUpperCase(),
    parameters: decodeCharset(Buffer.from(parameters, "latin1"), charset),
    value: decodeCharset(value, charset),
    number,
  };
}
