import { crc32 } from "node:zlib";

/** Bytes of a name, which has 16 bits for its length. */
const longestName = 0xffff;

/** A zip archive of stored members, as small as the format allows (APPNOTE 6.3.10). Names are cut to what it holds. */
export function writeZip(members: readonly { readonly name: string; readonly bytes: Uint8Array }[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of members) {
    const told = Buffer.from(name, "utf8").subarray(0, longestName);
    // From "version needed" to the length of the extra field: the same in both headers. Bit 11: the name is UTF-8.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(bytes.length, 18);
    common.writeUInt16LE(told.length, 22);
    local.push(Buffer.from("PK\x03\x04", "latin1"), common, told, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.from("PK\x01\x02\x14\0", "latin1"), common, rest, told);
    offset += 30 + told.length + bytes.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}
