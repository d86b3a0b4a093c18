import { crc32, deflateRawSync } from "node:zlib";

/** One member as a test wants it written. */
export interface Written {
  readonly name: string | Uint8Array;
  readonly data: string | Uint8Array;
  readonly stored?: boolean;
  /** Sizes and checksum behind the data (bit 3). */
  readonly descriptor?: boolean;
  readonly zip64?: boolean;
  readonly flags?: number;
  readonly method?: number;
  readonly extra?: Uint8Array;
  /** Overrides of what the directory says. */
  readonly crc?: number;
  readonly size?: number;
}

/** A zip archive, byte for byte the same on every run. */
export function zipOf(
  members: readonly Written[],
  prefix: Uint8Array = new Uint8Array(0),
  offsets: "shifted" | "true" = "shifted",
): Buffer {
  const out: Buffer[] = [Buffer.from(prefix)];
  const directory: Buffer[] = [];
  let position = prefix.length;
  for (const member of members) {
    const name = typeof member.name === "string" ? Buffer.from(member.name) : Buffer.from(member.name);
    const plain = Buffer.from(member.data as Uint8Array);
    const method = member.method ?? (member.stored === true ? 0 : 8);
    const data = member.stored === true ? plain : deflateRawSync(plain);
    const crc = member.crc ?? crc32(plain);
    const size = member.size ?? plain.length;
    const flags = (member.flags ?? 0) | (member.descriptor === true ? 8 : 0);
    const extra = Buffer.from(member.extra ?? new Uint8Array(0));
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(20, 4);
    header.writeUInt16LE(flags, 6);
    header.writeUInt16LE(method, 8);
    header.writeUInt16LE(0x6020, 10);
    header.writeUInt16LE(0x5a21, 12);
    if (member.descriptor !== true) {
      header.writeUInt32LE(crc, 14);
      header.writeUInt32LE(data.length, 18);
      header.writeUInt32LE(size, 22);
    }
    header.writeUInt16LE(name.length, 26);
    header.writeUInt16LE(extra.length, 28);
    const offset = position - (offsets === "shifted" ? prefix.length : 0);
    out.push(header, name, extra, data);
    position += 30 + name.length + extra.length + data.length;
    if (member.descriptor === true) {
      const descriptor = Buffer.alloc(16);
      descriptor.writeUInt32LE(0x08074b50, 0);
      descriptor.writeUInt32LE(crc, 4);
      descriptor.writeUInt32LE(data.length, 8);
      descriptor.writeUInt32LE(size, 12);
      out.push(descriptor);
      position += 16;
    }
    let wide = Buffer.alloc(0);
    if (member.zip64 === true) {
      wide = Buffer.alloc(28);
      wide.writeUInt16LE(1, 0);
      wide.writeUInt16LE(24, 2);
      wide.writeBigUInt64LE(BigInt(size), 4);
      wide.writeBigUInt64LE(BigInt(data.length), 12);
      wide.writeBigUInt64LE(BigInt(offset), 20);
    }
    const record = Buffer.alloc(46);
    record.writeUInt32LE(0x02014b50, 0);
    record.writeUInt16LE(20, 6);
    record.writeUInt16LE(flags, 8);
    record.writeUInt16LE(method, 10);
    record.writeUInt16LE(0x6020, 12);
    record.writeUInt16LE(0x5a21, 14);
    record.writeUInt32LE(crc, 16);
    record.writeUInt32LE(member.zip64 === true ? 0xffffffff : data.length, 20);
    record.writeUInt32LE(member.zip64 === true ? 0xffffffff : size, 24);
    record.writeUInt16LE(name.length, 28);
    record.writeUInt16LE(extra.length + wide.length, 30);
    record.writeUInt32LE(member.zip64 === true ? 0xffffffff : offset, 42);
    directory.push(record, name, extra, wide);
  }
  const central = Buffer.concat(directory);
  const start = position - (offsets === "shifted" ? prefix.length : 0);
  const tail: Buffer[] = [];
  const many = members.some((member) => member.zip64 === true);
  if (many) {
    const end64 = Buffer.alloc(56);
    end64.writeUInt32LE(0x06064b50, 0);
    end64.writeBigUInt64LE(44n, 4);
    end64.writeBigUInt64LE(BigInt(members.length), 24);
    end64.writeBigUInt64LE(BigInt(members.length), 32);
    end64.writeBigUInt64LE(BigInt(central.length), 40);
    end64.writeBigUInt64LE(BigInt(start), 48);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    locator.writeBigUInt64LE(BigInt(start + central.length), 8);
    locator.writeUInt32LE(1, 16);
    tail.push(end64, locator);
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(many ? 0xffff : members.length, 8);
  end.writeUInt16LE(many ? 0xffff : members.length, 10);
  end.writeUInt32LE(many ? 0xffffffff : central.length, 12);
  end.writeUInt32LE(many ? 0xffffffff : start, 16);
  return Buffer.concat([...out, central, ...tail, end]);
}
