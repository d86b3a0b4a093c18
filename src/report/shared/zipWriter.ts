import type { Writer } from "../../model/report.ts";

interface Written {
  readonly name: Buffer;
  readonly crc: number;
  readonly stored: number;
  readonly size: number;
  readonly offset: number;
}

/** 1980-01-01, the first day zip knows: the same events give the same bytes, and nothing tells when or where it was written. */
const dosDate = 0x0021;
/** Sizes stand behind the data; names are UTF-8. */
const flags = 0x0808;

/**
 * Writes a zip archive (APPNOTE 6.3) from front to back without holding a member: text goes in block by block, each a part of the member's
 * deflate stream that ends on a byte (`Z_SYNC_FLUSH`). No zip64: a member or archive over 4 GiB throws, and ceilings keep reports far below.
 */
export class ZipWriter {
  readonly #out: Writer;
  readonly #members: Written[] = [];
  #offset = 0;

  constructor(out: Writer) {
    this.#out = out;
  }

  /** Adds a member; `blocks` is text of any size, read once. */
  async add(name: string, blocks: Iterable<string>): Promise<void> {
    const bytes = Buffer.from(name, "utf8");
    const offset = this.#offset;
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(20, 4);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(dosDate, 12);
    local.writeUInt16LE(bytes.length, 26);
    await this.#write(Buffer.concat([local, bytes]));
    let crc = 0;
    let size = 0;
    let stored = 0;
    const put = async (part: Buffer): Promise<void> => {
      stored += part.length;
      await this.#write(part);
    };
    // Loaded by what uses it: all reports are at hand in every run.
    const { constants, crc32, deflateRawSync } = process.getBuiltinModule("node:zlib");
    for (const block of blocks) {
      const text = Buffer.from(block, "utf8");
      crc = crc32(text, crc);
      size += text.length;
      await put(deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }));
    }
    await put(deflateRawSync(Buffer.alloc(0)));
    if (size > 0xffffffff || this.#offset > 0xffffffff) throw new Error("zip member over 4 GiB");
    const after = Buffer.alloc(16);
    after.writeUInt32LE(0x08074b50, 0);
    after.writeUInt32LE(crc, 4);
    after.writeUInt32LE(stored, 8);
    after.writeUInt32LE(size, 12);
    await this.#write(after);
    this.#members.push({ name: bytes, crc, stored, size, offset });
  }

  /** Writes the directory; nothing may be added after it. */
  async close(): Promise<void> {
    const start = this.#offset;
    for (const member of this.#members) {
      const entry = Buffer.alloc(46);
      entry.writeUInt32LE(0x02014b50, 0);
      entry.writeUInt16LE(20, 4);
      entry.writeUInt16LE(20, 6);
      entry.writeUInt16LE(flags, 8);
      entry.writeUInt16LE(8, 10);
      entry.writeUInt16LE(dosDate, 14);
      entry.writeUInt32LE(member.crc, 16);
      entry.writeUInt32LE(member.stored, 20);
      entry.writeUInt32LE(member.size, 24);
      entry.writeUInt16LE(member.name.length, 28);
      entry.writeUInt32LE(member.offset, 42);
      await this.#write(Buffer.concat([entry, member.name]));
    }
    const size = this.#offset - start;
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(this.#members.length, 8);
    end.writeUInt16LE(this.#members.length, 10);
    end.writeUInt32LE(size, 12);
    end.writeUInt32LE(start, 16);
    await this.#write(end);
  }

  async #write(bytes: Buffer): Promise<void> {
    this.#offset += bytes.length;
    await this.#out.write(bytes);
  }
}
