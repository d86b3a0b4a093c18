import type { FailureCode } from "../../model/failure.ts";

/** The code (`ENOENT`) of what a system call threw; undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** What a failed system call means for an entry, without its path: that stands in the failure already. */
export function explainSystemError(error: unknown): { readonly code: FailureCode; readonly detail: string } {
  const code = errorCode(error);
  if (code === undefined) {
    throw error;
  }
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return { code: "not-found", detail: "no such file or directory" };
    case "EACCES":
    case "EPERM":
      return { code: "permission-denied", detail: "permission denied" };
    case "ELOOP":
      return { code: "changed", detail: "symbolic link in its place (ELOOP)" };
    case "ENXIO":
    case "ENODEV":
      return { code: "unsupported-format", detail: "special file" };
    case "EBUSY":
    case "EAGAIN":
    case "ETXTBSY":
      return { code: "io-error", detail: `locked by another program (${code})` };
    case "ENAMETOOLONG":
      return { code: "io-error", detail: "path too long (ENAMETOOLONG)" };
    default:
      return { code: "io-error", detail: `cannot be read (${code})` };
  }
}
