import type { ScanHeader } from "../../model/event.ts";

/** Says the zone of a path: that of the longest root it lies below, else the scan's. */
export function zoneFinder(header: ScanHeader | undefined): (path: string) => string {
  const roots = (header?.roots ?? []).toSorted((left, right) => right.path.length - left.path.length);
  const otherwise = header?.zone ?? "";
  // One root is the usual case, and there is nothing to look for.
  if (roots.length <= 1) return () => roots[0]?.zone ?? otherwise;
  return (path) => {
    for (const root of roots) {
      if (path === root.path || (path.startsWith(root.path) && (root.path.endsWith("/") || /^[/\\!]/.test(path.slice(root.path.length))))) {
        return root.zone;
      }
    }
    return otherwise;
  };
}
