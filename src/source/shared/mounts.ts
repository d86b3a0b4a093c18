import { readFileSync } from "node:fs";
import type { ByteString } from "../../util/path.ts";

/** One line of `/proc/self/mountinfo` (proc_pid_mountinfo(5)). */
export interface Mount {
  /** `major:minor` of the device; major 0 has no block device of its own. */
  readonly device: string;
  /** Which directory of the file system is mounted: `/` but for bind mounts and subvolumes. */
  readonly root: ByteString;
  readonly point: ByteString;
  readonly readOnly: boolean;
  /** File system type: `ext4`, `fuseblk`, `proc`. */
  readonly type: string;
  /** `/dev/sdb1`, `server:/share`, `proc`. */
  readonly source: ByteString;
}

/**
 * File systems that hold views of the kernel or of other places, never documents. The memory file systems tmpfs and ramfs hold real files
 * and are not here; nor is fuse as such.
 */
const pseudoTypes: ReadonlySet<string> = new Set([
  "autofs",
  "binfmt_misc",
  "bpf",
  "cgroup",
  "cgroup2",
  "configfs",
  "debugfs",
  "devpts",
  "devtmpfs",
  "efivarfs",
  "fuse.lxcfs",
  "fuse.portal",
  "fusectl",
  "hugetlbfs",
  "mqueue",
  "nfsd",
  "nsfs",
  "proc",
  "pstore",
  "resctrl",
  "rpc_pipefs",
  "securityfs",
  "selinuxfs",
  "smackfs",
  "sysfs",
  "tracefs",
]);

/** File systems whose files lie on another machine: a scan of this one would read over the network, and find what is not on it. */
const networkTypes: ReadonlySet<string> = new Set([
  "9p",
  "afs",
  "ceph",
  "cifs",
  "davfs",
  "fuse.ceph",
  "fuse.glusterfs",
  "fuse.rclone",
  "fuse.s3fs",
  "fuse.sshfs",
  "gfs2",
  "glusterfs",
  "lustre",
  "ncpfs",
  "nfs",
  "nfs4",
  "ocfs2",
  "smb3",
  "smbfs",
]);

/** True where the files of a mount lie on another machine. */
export function isNetwork(mount: Mount): boolean {
  return networkTypes.has(mount.type);
}

/** True where a mount shows the kernel's state and not stored files. */
export function isPseudo(mount: Mount): boolean {
  return pseudoTypes.has(mount.type);
}

/** The mounts in the order they were made; none where the system has no such list (Windows, macOS). Lines that do not parse are left out. */
export function readMounts(systemRoot: string): readonly Mount[] {
  let text: ByteString;
  try {
    text = readFileSync(`${systemRoot}/proc/self/mountinfo`, "latin1");
  } catch {
    return [];
  }
  return parseMountInfo(text);
}

/** The mounts that a text in the form of mountinfo lists. */
function parseMountInfo(text: ByteString): readonly Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split("\n")) {
    const fields = line.split(" ");
    const dash = fields.indexOf("-", 6);
    const [, , device, root, point, options] = fields;
    const [type, source, superOptions] = fields.slice(dash + 1);
    if (dash === -1 || device === undefined || root === undefined || point === undefined || type === undefined) {
      continue;
    }
    const flags = `${options ?? ""},${superOptions ?? ""}`.split(",");
    mounts.push({
      device,
      root: unescapeOctal(root),
      point: unescapeOctal(point),
      readOnly: flags.includes("ro"),
      type,
      source: unescapeOctal(source ?? ""),
    });
  }
  return mounts;
}

/** The kernel writes blank, tab, line feed and backslash as `\040`; all other bytes stand as they are. */
function unescapeOctal(text: ByteString): ByteString {
  return text.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** The mount that a path without links lies on: the longest mount point above it, of equal ones the last made. */
export function mountOf(mounts: readonly Mount[], path: ByteString): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    if (isWithin(path, mount.point) && mount.point.length >= (best?.point.length ?? 0)) {
      best = mount;
    }
  }
  return best;
}

/** True when `path` is `directory` or lies below it; both absolute, without links and without a slash at the end (but for `/`). */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith("/") ? directory : `${directory}/`);
}
