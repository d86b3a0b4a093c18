/** Columns of a table in the order in which its records hold them. */
export interface SqliteColumns {
  readonly names: readonly string[];
  /** The column that is the row's id and stands in no record as itself; -1 when there is none. */
  readonly rowId: number;
}

/** 1 MiB: longer statements are not looked into. */
const statementLimit = 1024 * 1024;

/** Reads the names of the columns out of `CREATE TABLE …`, as SQLite keeps it; none when the statement is not understood. */
export function parseColumns(statement: string): SqliteColumns {
  const open = statement.length > statementLimit ? -1 : statement.indexOf("(");
  if (open < 0) return { names: [], rowId: -1 };
  const { parts, rest } = split(statement, open + 1);
  const names: string[] = [];
  let rowId = -1;
  let key: string[] = [];
  for (const part of parts) {
    const text = part.trim();
    const table = /^(?:CONSTRAINT\s+\S+\s+)?(?:(PRIMARY\s+KEY)|UNIQUE|CHECK|FOREIGN\s+KEY)\s*\(/i.exec(text);
    if (table !== null) {
      if (table[1] !== undefined) key = split(text, text.indexOf("(") + 1).parts.map((one) => nameOf(one.trim()).name);
      continue;
    }
    const { name, length } = nameOf(text);
    if (name === "") continue;
    const definition = text.slice(length);
    // Computed when it is read, so that no record holds it.
    if (/\bAS\s*\(/i.test(definition) && !/\bSTORED\b/i.test(definition)) continue;
    if (/\bPRIMARY\s+KEY\b/i.test(definition)) {
      key = [name];
      if (/^\s*INTEGER\b(?!\s*\()/i.test(definition) && !/\bPRIMARY\s+KEY\s+DESC\b/i.test(definition)) rowId = names.length;
    }
    names.push(name);
  }
  if (!/WITHOUT\s+ROWID/i.test(rest)) {
    const [only] = key;
    if (rowId < 0 && key.length === 1 && only !== undefined) {
      const at = names.indexOf(only);
      const type = at < 0 ? "" : (parts[at] ?? "");
      if (/^\s*\S+\s+INTEGER\b/i.test(type)) rowId = at;
    }
    return { names, rowId };
  }
  const first = key.filter((name) => names.includes(name));
  return { names: [...first, ...names.filter((name) => !first.includes(name))], rowId: -1 };
}

/** Parts between commas up to the closing parenthesis; strings, names in quotes and comments are stepped over. */
function split(text: string, from: number): { parts: string[]; rest: string } {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  let at = from;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    const closing = { '"': '"', "'": "'", "`": "`", "[": "]" }[character];
    if (closing !== undefined) {
      const end = text.indexOf(closing, at + 1);
      const to = end < 0 ? text.length : end + 1;
      part += text.slice(at, to);
      at = to - 1;
    } else if (text.startsWith("--", at)) at = endOf(text, "\n", at);
    else if (text.startsWith("/*", at)) at = endOf(text, "*/", at) + 1;
    else if (character === "(") {
      depth++;
      part += character;
    } else if (character === ")") {
      if (depth === 0) break;
      depth--;
      part += character;
    } else if (character === "," && depth === 0) {
      parts.push(part);
      part = "";
    } else part += character;
  }
  parts.push(part);
  return { parts, rest: text.slice(at + 1) };
}

function endOf(text: string, what: string, from: number): number {
  const end = text.indexOf(what, from);
  return end < 0 ? text.length : end;
}

function nameOf(text: string): { name: string; length: number } {
  const quoted = /^(?:"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|'([^']*)')/.exec(text);
  if (quoted !== null)
    return { name: (quoted[1]?.replaceAll('""', '"') ?? quoted[2] ?? quoted[3] ?? quoted[4] ?? "").trim(), length: quoted[0].length };
  const bare = /^[^\s,()]+/.exec(text)?.[0] ?? "";
  return { name: bare, length: bare.length };
}
