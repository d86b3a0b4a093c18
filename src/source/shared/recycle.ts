import { showBytes, toByteString } from "../../util/path.ts";
import type { ByteString } from "../../util/path.ts";
import { readRecycleRecord } from "../../util/recycleRecord.ts";
import type { RecycledItem } from "../../util/recycleRecord.ts";
import { readSmallFile } from "./openFile.ts";

/** Bytes of a record that are read: the longest path twice over; an INFO2 of thousands of records. */
const mostBytes = 4 * 1024 * 1024;

/** Directories in which a recycle bin keeps what was deleted. */
const bins = /(?:^|\/)(?:\$RECYCLE\.BIN|RECYCLER|RECYCLED)\/(?:[^/]+\/)?$|(?:^|\/)(?:Trash|\.Trash(?:-\d+|\/\d+))\/files\/$/i;

/**
 * What the bin's records say of the names in a directory, by name; undefined for a directory that is no recycle bin's. `directory` ends in a
 * slash. Records that cannot be read say nothing here: they are entries themselves, and told there.
 */
export function recycledIn(directory: ByteString, named: () => readonly ByteString[]): ReadonlyMap<ByteString, RecycledItem> | undefined {
  if (!bins.test(directory)) return undefined;
  const names = named();
  const items = new Map<ByteString, RecycledItem>();
  const trash = directory.endsWith("/files/");
  const records = trash ? names.map((name) => `../info/${name}.trashinfo`) : names.filter((name) => /^(?:\$I|INFO2$)/i.test(name));
  for (const record of records) {
    let bytes: Uint8Array;
    try {
      bytes = readSmallFile(directory + record, mostBytes);
    } catch {
      continue;
    }
    const name = showBytes(record.slice(record.lastIndexOf("/") + 1));
    for (const item of readRecycleRecord(name, bytes)) items.set(toByteString(item.stored.replace("../files/", "")), item);
  }
  return items;
}
