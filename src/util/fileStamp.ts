/** Where hashing a path stands after its directory. */
export interface DirectoryHash {
  readonly low: number;
  readonly high: number;
}

/** Begins the stamps of a directory's files: `directory` is its path, empty or with a slash at its end. */
export function directoryHash(directory: string): DirectoryHash {
  let low = 0x811c9dc5 | 0;
  let high = 0x01000193;
  for (let at = 0; at < directory.length; at++) {
    const code = directory.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b) ^ (high >>> 13);
  }
  return { low, high };
}

/**
 * 53 bits that stand for a file as it is: its path, size, times (microseconds) and inode. Numbers, since to write them as a text and hash that
 * costs a second scan more than all the rest of comparing.
 */
export function fileStamp(directory: DirectoryHash, name: string, size: number, modified: number, changed: number, inode: number): number {
  let { low, high } = directory;
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x85ebca6b) ^ (high >>> 13);
  }
  for (let at = 0; at < 4; at++) {
    const number = at === 0 ? size : at === 1 ? modified : at === 2 ? changed : inode;
    const lower = number | 0;
    const upper = (number / 2 ** 32) | 0;
    // A product carries bits up only: the shifts bring the high ones down.
    low = Math.imul(low ^ lower, 0xcc9e2d51);
    low = Math.imul(low ^ (low >>> 15) ^ upper, 0x1b873593);
    low ^= low >>> 13;
    high = Math.imul(high ^ lower, 0x85ebca6b);
    high = Math.imul(high ^ (high >>> 13) ^ upper, 0xc2b2ae35);
    high ^= high >>> 16;
  }
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}

/** As `fileStamp`, of a path below its root and a stamp as entries have it (`size:modified:changed:inode`). */
export function fileStampOf(below: string, stamp: string): number {
  const [size = "", modified = "", changed = "", inode = ""] = stamp.split(":");
  return fileStamp(directoryHash(""), below, Number(size), Number(modified), Number(changed), Number(inode));
}
