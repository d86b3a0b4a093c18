/** Whether a path below the root, `/` between its names, is meant by a glob. */
export type Matches = (below: string, directory: boolean) => boolean;

/**
 * One glob as users write it after `--include` and `--exclude`. Without a slash it means a name at any depth (`*.log`), with one a path from
 * the root (`财务/*.xlsx`); `/` at the end means directories only, and `dir/**` means the directory too. `*` and `?` stop at a slash, `**`
 * does not; `[a-z]`, `[!a]`, `{xls,xlsx}` (nested) and `\` before a character work as in a shell; a bracket that never closes is itself.
 * Names that begin with a dot are like any other: what is hidden is checked too.
 */
export function compileGlob(glob: string): Matches {
  const trimmed = glob.replace(/^\.\//, "");
  const directoriesOnly = trimmed.endsWith("/");
  const body = directoriesOnly ? trimmed.slice(0, -1) : trimmed;
  const anchored = body.includes("/");
  const source = translate(body.replace(/^\//, ""));
  const expression = new RegExp(anchored ? `^${source}$` : `^(?:.*/)?${source}$`, "su");
  return (below, directory) => (directory || !directoriesOnly) && expression.test(below);
}

/** The source of a regular expression for a glob; characters outside the ASCII signs stand for themselves. */
function translate(glob: string): string {
  const signs = Array.from(glob);
  const closing = matchBraces(signs);
  let source = "";
  for (let at = 0; at < signs.length; at += 1) {
    const sign = signs[at] ?? "";
    const atNameStart = at === 0 || signs[at - 1] === "/";
    if (sign === "*" && signs[at + 1] === "*") {
      let end = at + 2;
      while (signs[end] === "*") {
        end += 1;
      }
      if (atNameStart && signs[end] === "/") {
        source += "(?:.*/)?";
        at = end;
      } else if (atNameStart && end === signs.length && source.endsWith("/")) {
        source = `${source.slice(0, -1)}(?:/.*)?`;
        at = end - 1;
      } else {
        source += atNameStart && end === signs.length ? ".*" : "[^/]*";
        at = end - 1;
      }
    } else if (sign === "*") {
      source += "[^/]*";
    } else if (sign === "?") {
      source += "[^/]";
    } else if (sign === "\\" && at + 1 < signs.length) {
      at += 1;
      source += literal(signs[at] ?? "");
    } else if (sign === "[") {
      const end = classEnd(signs, at);
      source += end === undefined ? literal(sign) : characterClass(signs.slice(at + 1, end));
      at = end ?? at;
    } else if (closing.has(at)) {
      source += closing.get(at) ?? "";
    } else {
      source += literal(sign);
    }
  }
  return source;
}

/** For each `{`, `,` and `}` that belong together, what they become. */
function matchBraces(signs: readonly string[]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  const open: { at: number; commas: number[] }[] = [];
  for (let at = 0; at < signs.length; at += 1) {
    const sign = signs[at];
    const innermost = open.at(-1);
    if (sign === "\\") {
      at += 1;
    } else if (sign === "[") {
      at = classEnd(signs, at) ?? at;
    } else if (sign === "{") {
      open.push({ at, commas: [] });
    } else if (sign === "," && innermost !== undefined) {
      innermost.commas.push(at);
    } else if (sign === "}" && innermost !== undefined) {
      open.pop();
      if (innermost.commas.length > 0) {
        found.set(innermost.at, "(?:").set(at, ")");
        for (const comma of innermost.commas) {
          found.set(comma, "|");
        }
      }
    }
  }
  return found;
}

/** Where the class that opens at `at` closes: a `]` right after the opening is a member. */
function classEnd(signs: readonly string[], at: number): number | undefined {
  let end = at + 1;
  if (signs[end] === "!" || signs[end] === "^") {
    end += 1;
  }
  if (signs[end] === "]") {
    end += 1;
  }
  while (end < signs.length && signs[end] !== "]" && signs[end] !== "/") {
    end += signs[end] === "\\" ? 2 : 1;
  }
  return signs[end] === "]" ? end : undefined;
}

function characterClass(members: readonly string[]): string {
  const negated = members[0] === "!" || members[0] === "^";
  const rest = negated ? members.slice(1) : members;
  let inside = "";
  for (let at = 0; at < rest.length; at += 1) {
    const sign = rest[at] ?? "";
    const to = rest[at + 2];
    if (sign === "\\" && at + 1 < rest.length) {
      at += 1;
      inside += member(rest[at] ?? "");
    } else if (rest[at + 1] === "-" && to !== undefined && to >= sign) {
      inside += `${member(sign)}-${member(to)}`;
      at += 2;
    } else {
      inside += member(sign);
    }
  }
  return negated ? `[^/${inside}]` : `(?!/)[${inside}]`;
}

function literal(sign: string): string {
  return /[\^$\\.*+?()[\]{}|]/.test(sign) ? `\\${sign}` : sign;
}

/** The same inside a class, where a hyphen would be a range. */
function member(sign: string): string {
  return sign === "-" ? "\\-" : literal(sign);
}
