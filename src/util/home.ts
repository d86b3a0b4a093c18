/**
 * A file of the package by its path from the package's folder. It is the same from `src/`, where tests run, and from `bundle/`, what a run
 * loads: in both the module that asks lies one folder below.
 */
export function packaged(path: string): URL {
  return new URL(`../../${path}`, import.meta.url);
}
