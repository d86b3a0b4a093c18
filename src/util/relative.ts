/** What paths are taken below: a header's roots and platform. */
export interface Roots {
  readonly tool: { readonly platform: string };
  readonly roots: readonly { readonly path: string }[];
}

/** A path as machine formats and baselines name it: below its root where the root says where on a machine it lies, else as the user typed it. */
export interface RelativePath {
  /** With `/` between its parts, never absolute, never leading out of its root. */
  readonly path: string;
  /** Index of the root it was taken from; undefined where the path stands as typed. */
  readonly root: number | undefined;
}

const absolute = /^(?:[/\\]|[A-Za-z]:)/;

/**
 * Makes paths relative for formats that ask for it. Of an absolute root, or one that begins with `..`, only what lies below it is kept; a
 * relative root stays, since pipelines know files by their path in the repository. On Windows `\` separates, elsewhere it is a character.
 */
export function relativePaths(header: Roots | undefined): (path: string) => RelativePath {
  const windows = header?.tool.platform.startsWith("win32") === true;
  const slashes = (path: string): string => (windows ? path.replaceAll("\\", "/") : path);
  const roots = (header?.roots ?? [])
    .map((root, index) => ({ path: slashes(root.path).replace(/\/+$/, ""), index }))
    .filter((root) => absolute.test(root.path) || root.path === "" || root.path === ".." || root.path.startsWith("../"))
    .toSorted((left, right) => right.path.length - left.path.length);
  return (path) => {
    const plain = slashes(path);
    for (const root of roots) {
      // The root itself is a file: its name is what is left.
      if (plain === root.path) return { path: plain.slice(plain.lastIndexOf("/") + 1), root: root.index };
      if (plain.startsWith(`${root.path}/`)) return { path: plain.slice(root.path.length).replace(/^\/+/, ""), root: root.index };
      if (plain.startsWith(`${root.path}!/`)) return { path: plain.slice(root.path.lastIndexOf("/") + 1), root: root.index };
    }
    return { path: plain.replace(/^(?:\.?\/)+/, "") || ".", root: undefined };
  };
}

/** A relative path as a URI reference (RFC 3986): every part percent-encoded; lone surrogates, which no URI can hold, become U+FFFD. */
export function uriOf(path: string): string {
  return path
    .replaceAll(/\p{Cs}/gu, "\uFFFD")
    .split("/")
    .map((part) => encodeURIComponent(part))
    .join("/");
}

/**
 * Names an entry may go by in a baseline: as the user typed it where that is relative, and below its root. So a baseline of `docs` holds for
 * `docs/a.txt` alone and for a scan of `.`, and one of a medium wherever that is mounted. The first is the one to write.
 */
export function baselineNames(root: string, path: string, platform: string): readonly string[] {
  const slashes = (text: string): string => (platform.startsWith("win32") ? text.replaceAll("\\", "/") : text);
  const top = slashes(root).replace(/(?<=.)\/+$/, "");
  const plain = slashes(path);
  const name = top.slice(top.lastIndexOf("/") + 1);
  const below =
    plain === top
      ? name
      : plain.startsWith(`${top}!/`)
        ? name + plain.slice(top.length)
        : plain.startsWith(top)
          ? plain.slice(top.length).replace(/^\/+/, "")
          : plain;
  if (absolute.test(top) || /^\.\.(?:\/|$)/.test(top)) return [below];
  const typed = plain.replace(/^(?:\.\/+)+/, "");
  return typed === below ? [typed] : [typed, below];
}
