import type { Role } from "../../model/chunk.ts";
import { createFlow } from "./flow.ts";
import type { Flow, Sink } from "./flow.ts";
import { htmlAttributes } from "./htmlScan.ts";
import type { HtmlHandler } from "./htmlScan.ts";
import { unescapeAddress } from "./package.ts";
import { trimBytes } from "./xml.ts";

/** A handler of one XML document; `end` gives what is held. */
export interface XmlDocument extends HtmlHandler {
  end(): void;
}

interface Part {
  /** Name of the element or attribute; undefined for text between elements. */
  readonly key: string | undefined;
  readonly text: string;
  /** Line it stands on. */
  readonly line: number;
  readonly attribute?: true;
}

interface Open {
  readonly name: string;
  readonly parts: Part[];
  text: string;
  textMark: number;
  length: number;
  /** Text stood between its children. */
  running: boolean;
  readonly mark: number;
}

/** Elements within elements that are remembered; what is deeper is told line by line. */
const deepest = 1000;
/** Kinds of records that are tables of their own. */
const mostTables = 64;
/** 64 KiB, or this many parts: an element that large is told as it goes. */
const longElement = 64 * 1024;
const mostParts = 500;
/** Names that say nothing beside the name of what they stand in. */
const namesNothing = /^(?:value|val|v|text|string|item|data|content|int|str|bool|long|double)$/i;

/** Attributes that name what their element holds, as `<field name="CERT_NO">` does, and such a name. */
const naming = /^(?:name|key|id|code|field|fieldname|column|colname|label|property|n|k)$/i;
const aName = /^(?!\d)[\w.\-\u0080-\uffff ]{1,60}$/;
/** Rows whose cells' lines are remembered until they are told; an older one stands on its first line. */
const mostRows = 20_000;

/** `<key>n</key><string>v</string>` and so on: each value by the name before it, where nothing else stands among them. */
function paired(parts: readonly Part[]): readonly Part[] {
  if (parts.length < 2 || parts.length % 2 > 0) return parts;
  if (parts.some(({ key, text }, at) => (at % 2 === 0 ? key !== "key" || !aName.test(text) || /\d{5}/.test(text) : key === "key")))
    return parts;
  return parts.flatMap(({ text }, at) => {
    const value = parts[at + 1];
    return at % 2 === 0 && value !== undefined ? [{ ...value, key: text }] : [];
  });
}

/** The name without its prefix. */
function local(name: string): string {
  return name.slice(name.lastIndexOf(":") + 1);
}

/**
 * Any XML. An element whose children each hold a value is a record: a row of a table whose columns are the names of the children, one table for
 * all records of the same names. Elements in running text are joined with it. Attributes are values too. Comments are told apart.
 */
export function createXmlDocument(sink: Sink, line: () => number): XmlDocument {
  // A mark below 0 is the number of a row, whose cells stand on lines of their own.
  const place = (mark: number, column: number) =>
    ({ kind: "line", line: mark > 0 ? mark : (rowLines.get(mark)?.[column - 1] ?? firstLines[-mark - 1] ?? 1), column: 1 }) as const;
  const rowLines = new Map<number, readonly number[]>();
  const firstLines: number[] = [];
  function rowMark(lines: readonly number[], mark: number): number {
    if (lines.every((one) => one === mark)) return mark;
    firstLines.push(mark);
    rowLines.set(-firstLines.length, lines);
    rowLines.delete(mostRows - firstLines.length);
    return -firstLines.length;
  }
  const open: Open[] = [];
  const flows = new Map<string, Flow>();
  let deeper = 0;
  let comment = "";
  let commentMark = 1;

  function flow(id: string, roles: readonly [Role, ...Role[]]): Flow {
    let found = flows.get(id);
    if (found === undefined) {
      found = createFlow(sink, { id, roles, place });
      flows.set(id, found);
    }
    return found;
  }

  function tellRow(told: readonly Part[], mark: number): void {
    const parts = paired(told);
    const keys: string[] = [];
    const cells: string[] = [];
    const lines: number[] = [];
    const at = new Map<string, number>();
    for (const { key, text, line: on } of parts) {
      const name = key ?? "";
      const known = at.get(name);
      // Several values of a name stand in one cell; digits of two never become one number.
      if (known !== undefined) cells[known] = `${cells[known]}, ${text}`;
      else {
        at.set(name, keys.length);
        keys.push(name);
        cells.push(text);
        lines.push(on);
      }
    }
    const [first] = keys;
    if (keys.length === 1 && first !== undefined && parts.length > 1) {
      tellList(first, parts, mark);
      return;
    }
    const signature = keys.join("\0");
    const id = tableOf(signature);
    if (id === undefined) {
      for (const [index, key] of keys.entries()) flow("body", ["body"]).line(`${key}: ${cells[index] ?? ""}`, lines[index] ?? mark);
      return;
    }
    const table = flow(id.name, ["body"]);
    if (id.made) {
      table.table(id.name);
      table.row(keys, mark);
    }
    table.row(cells, rowMark(lines, mark));
  }
  function tellList(key: string, parts: readonly Part[], mark: number): void {
    const id = tableOf(`${key}\0`);
    if (id === undefined) {
      for (const { text, line: on } of parts) flow("body", ["body"]).line(`${key}: ${text}`, on);
      return;
    }
    const table = flow(id.name, ["body"]);
    if (id.made) {
      table.table(id.name);
      table.row([key], mark);
    }
    for (const { text, line: on } of parts) table.row([text], on);
  }
  const tables = new Map<string, string>();
  function tableOf(signature: string): { readonly name: string; readonly made: boolean } | undefined {
    const known = tables.get(signature);
    if (known !== undefined) return { name: known, made: false };
    if (tables.size >= mostTables) return undefined;
    const name = `records${tables.size + 1}`;
    tables.set(signature, name);
    return { name, made: true };
  }

  function settleText(element: Open): void {
    const text = element.text;
    element.text = "";
    if (text !== "") element.parts.push({ key: undefined, text, line: element.textMark });
  }
  /** Tells what is held of an element that grows too large. */
  function relieve(element: Open): void {
    settleText(element);
    const keyed = element.parts.filter(({ key }) => key !== undefined);
    if (keyed.length === element.parts.length) tellRow(keyed, element.mark);
    else flow("body", ["body"]).line(trimBytes(element.parts.map(({ text }) => text).join("")), element.mark);
    element.parts.length = 0;
    element.length = 0;
  }
  function put(element: Open | undefined, part: Part, mark: number): void {
    if (element === undefined) {
      flow("body", ["body"]).line(part.text, mark);
      return;
    }
    settleText(element);
    element.parts.push(part);
    element.length += part.text.length;
    if (element.parts.length >= mostParts || element.length > longElement) relieve(element);
  }
  function close(element: Open): void {
    settleText(element);
    const { parts, mark } = element;
    const outer = open.at(-1);
    const { running } = element;
    const name = local(element.name);
    if (parts.length === 0) return;
    const [only] = parts;
    const named = namedValue(parts);
    if (named !== undefined) put(outer, named, mark);
    else if (running) {
      const attributes = parts.filter(({ attribute }) => attribute === true);
      if (attributes.length > 0) tellRow(attributes, mark);
      const text = parts.filter(({ attribute }) => attribute !== true);
      put(outer, { key: name, text: trimBytes(text.map((part) => part.text).join("")), line: text[0]?.line ?? mark }, mark);
    } else if (parts.length === 1 && only !== undefined) {
      put(outer, { ...only, key: only.key === undefined || namesNothing.test(only.key) ? name : only.key }, mark);
    } else tellRow(parts, mark);
  }
  /** `<field name="CERT_NO">1101…</field>`, `<add key="pwd" value="…"/>`: a value by its own name, where there is nothing else. */
  function namedValue(parts: readonly Part[]): Part | undefined {
    const [first, second] = parts;
    if (parts.length !== 2 || first?.attribute !== true || second === undefined || first.key === undefined) return undefined;
    if (!naming.test(first.key) || !aName.test(first.text) || /\d{5}/.test(first.text)) return undefined;
    if (second.key !== undefined && !namesNothing.test(second.key)) return undefined;
    const text = trimBytes(second.text);
    return text === "" ? undefined : { key: first.text, text, line: second.line };
  }
  function giveComment(): void {
    const told = trimBytes(comment);
    comment = "";
    if (told !== "" && !/^xml [^\n]{0,200}\?$/.test(told)) flow("comment", ["comment"]).line(told, commentMark);
  }

  return {
    open(name, attributes, isEmpty): void {
      giveComment();
      if (open.length >= deepest) {
        if (!isEmpty) deeper++;
        for (const [key, value] of htmlAttributes(attributes))
          if (value.length > 3) flow("body", ["body"]).line(`${local(key)}: ${value}`, line());
        return;
      }
      const mark = line();
      const element: Open = { name, parts: [], text: "", textMark: mark, length: 0, running: false, mark };
      const values: Part[] = [];
      for (const [key, value] of htmlAttributes(attributes)) {
        if (value === "" || key === "xmlns" || key.startsWith("xmlns:") || key === "xsi:schemalocation") continue;
        if (/^(?:https?|ftp|file):/i.test(value)) flow("link", ["body", "link"]).line(unescapeAddress(value), mark);
        else values.push({ key: local(key), text: value, line: mark, attribute: true });
      }
      // Attributes of running text stand beside it.
      const outer = open.at(-1);
      if (outer?.running === true) {
        if (values.length > 0) tellRow(values, mark);
      } else element.parts.push(...values);
      if (isEmpty) close(element);
      else open.push(element);
    },
    close(): void {
      giveComment();
      if (deeper > 0) {
        deeper--;
        return;
      }
      const element = open.pop();
      if (element !== undefined) close(element);
    },
    text(text): void {
      giveComment();
      const element = open.at(-1);
      if (element === undefined || deeper > 0) {
        const told = trimBytes(text);
        if (told !== "") flow("body", ["body"]).line(told, line());
        return;
      }
      // Spaces between records are no text; looking through them again with each record would cost a square.
      if (!element.running) {
        if (trimBytes(text) === "") return;
        element.running = true;
      }
      if (element.text === "") element.textMark = line();
      element.text += text;
      element.length += text.length;
      if (element.length > longElement) relieve(element);
    },
    comment(text): void {
      if (comment === "") commentMark = line();
      comment += text;
      if (comment.length > longElement) giveComment();
    },
    raw(): void {
      // XML has no raw elements.
    },
    end(): void {
      giveComment();
      for (let element = open.pop(); element !== undefined; element = open.pop()) close(element);
      for (const one of flows.values()) {
        one.endTable();
        one.flush();
      }
    },
  };
}
