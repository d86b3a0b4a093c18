import { createCipheriv, createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { crc32 } from "node:zlib";

/** A member, stored. */
export interface RarMember {
  readonly name: string;
  readonly data: string;
  /** Marked as encrypted without saying how. */
  readonly encrypted?: boolean;
  readonly password?: string;
  /** It says nothing of which password is right. */
  readonly unchecked?: boolean;
  /** Its size as told, where that is a lie. */
  readonly claimed?: number;
}

/** A number of 7 bits a byte, least significant first. */
function variable(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Buffer.from([...bytes, left]);
}

function block(...fields: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(fields);
  const sized = Buffer.concat([variable(body.length), body]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(crc32(sized));
  return Buffer.concat([crc, sized]);
}

const salt = Buffer.from("0123456789abcdef", "latin1");
const vector = Buffer.from("fedcba9876543210", "latin1");
const power = 4;

function derive(password: string, more: number): Buffer {
  return pbkdf2Sync(password, salt, 2 ** power + more, 32, "sha256");
}

function checkOf(password: string): Buffer {
  const folded = Buffer.alloc(8);
  for (const [index, byte] of derive(password, 32).entries()) folded[index & 7] = (folded[index & 7] ?? 0) ^ byte;
  return Buffer.concat([folded, createHash("sha256").update(folded).digest().subarray(0, 4)]);
}

function encrypt(key: Buffer, iv: Buffer, data: Buffer): Buffer {
  const cipher = createCipheriv(key.length === 16 ? "aes-128-cbc" : "aes-256-cbc", key, iv);
  cipher.setAutoPadding(false);
  return cipher.update(Buffer.concat([data, Buffer.alloc(-data.length & 15)]));
}

function keyedSum(password: string, crc: number): number {
  const raw = Buffer.alloc(4);
  raw.writeUInt32LE(crc);
  let folded = 0;
  for (const [index, byte] of createHmac("sha256", derive(password, 16)).update(raw).digest().entries())
    folded ^= byte << ((index & 3) * 8);
  return folded >>> 0;
}

const signature5 = Buffer.from("Rar!\x1a\x07\x01\0", "latin1");

interface Part {
  readonly member: RarMember;
  readonly packed: Buffer;
  readonly continued?: boolean;
  readonly goesOn?: boolean;
}

function packed5({ data, password }: RarMember): Buffer {
  const bytes = Buffer.from(data);
  return password === undefined ? bytes : encrypt(derive(password, 0), vector, bytes);
}

function file5({ member, packed, continued, goesOn }: Part): Buffer {
  const { name, data, encrypted, password, unchecked } = member;
  const plain = crc32(Buffer.from(data));
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(goesOn === true ? crc32(packed) : password === undefined ? plain : keyedSum(password, plain));
  const told = Buffer.from(name);
  let extra = encrypted === true ? Buffer.concat([variable(2), variable(1), variable(0)]) : Buffer.alloc(0);
  if (password !== undefined) {
    const record = Buffer.concat([
      Buffer.from([1, 0, unchecked === true ? 2 : 3, power]),
      salt,
      vector,
      unchecked === true ? Buffer.alloc(0) : checkOf(password),
    ]);
    extra = Buffer.concat([variable(record.length), record]);
  }
  return block(
    variable(2),
    variable(2 | (extra.length > 0 ? 1 : 0) | (continued === true ? 8 : 0) | (goesOn === true ? 16 : 0)),
    ...(extra.length > 0 ? [variable(extra.length)] : []),
    variable(packed.length),
    variable(4),
    variable(member.claimed ?? Buffer.byteLength(data)),
    variable(0x20),
    crc,
    variable(0),
    variable(1),
    variable(told.length),
    told,
    extra,
  );
}

/** A RAR 5 archive of stored members, as the technical note of version 5 says. */
export function rarOf(members: readonly RarMember[], more: boolean = false): Buffer {
  return Buffer.concat([
    signature5,
    block(variable(1), variable(0), variable(0)),
    ...members.flatMap((member) => {
      const packed = packed5(member);
      return [file5({ member, packed }), packed];
    }),
    block(variable(5), variable(0), variable(more ? 1 : 0)),
  ]);
}

/** The same with its headers encrypted. */
export function hiddenRarOf(members: readonly RarMember[], password: string): Buffer {
  const key = derive(password, 0);
  const hidden = (header: Buffer): Buffer => Buffer.concat([vector, encrypt(key, vector, header)]);
  return Buffer.concat([
    signature5,
    block(Buffer.concat([variable(4), variable(0), variable(0), variable(1), Buffer.from([power]), salt, checkOf(password)])),
    hidden(block(variable(1), variable(0), variable(0))),
    ...members.flatMap((member) => {
      const packed = packed5(member);
      return [hidden(file5({ member, packed })), packed];
    }),
    hidden(block(variable(5), variable(0), variable(0))),
  ]);
}

/** Volumes of at most `room` packed bytes each. */
export function rarVolumesOf(members: readonly RarMember[], room: number): Buffer[] {
  const volumes: Part[][] = [[]];
  let left = room;
  for (const member of members) {
    const packed = packed5(member);
    for (let at = 0; at < Math.max(1, packed.length);) {
      if (left === 0) {
        volumes.push([]);
        left = room;
      }
      const part = packed.subarray(at, at + left);
      const end = at + part.length;
      volumes.at(-1)?.push({ member, packed: part, continued: at > 0, goesOn: end < packed.length });
      left -= part.length;
      at = Math.max(end, at + 1);
    }
  }
  return volumes.map((parts, number) =>
    Buffer.concat([
      signature5,
      block(variable(1), variable(0), variable(number === 0 ? 1 : 3), ...(number === 0 ? [] : [variable(number)])),
      ...parts.flatMap((part) => [file5(part), part.packed]),
      block(variable(5), variable(0), variable(number === volumes.length - 1 ? 0 : 1)),
    ]),
  );
}

function key4(password: string, with4: Buffer): { key: Buffer; iv: Buffer } {
  const secret = Buffer.concat([Buffer.from(password, "utf16le"), with4]);
  const hash = createHash("sha1");
  const iv = Buffer.alloc(16);
  const counter = Buffer.alloc(3);
  for (let round = 0; round < 0x40_000; round++) {
    counter.writeUIntLE(round, 0, 3);
    hash.update(secret).update(counter);
    if (round % 0x4000 === 0) iv[round / 0x4000] = hash.copy().digest()[19] ?? 0;
  }
  return { key: hash.digest().subarray(0, 16).swap32(), iv };
}

/** A RAR 4 archive of stored members, with a password, and with hidden names if asked. */
export function oldRarOf(members: readonly RarMember[], options: { readonly hidden?: string } = {}): Buffer {
  const salt4 = Buffer.from("saltsalt", "latin1");
  const header = (type: number, flags: number, body: Buffer): Buffer => {
    const bytes = Buffer.concat([Buffer.alloc(7), body]);
    bytes[2] = type;
    bytes.writeUInt16LE(flags, 3);
    bytes.writeUInt16LE(bytes.length, 5);
    bytes.writeUInt16LE(crc32(bytes.subarray(2)) & 0xffff, 0);
    return bytes;
  };
  const lock = options.hidden === undefined ? undefined : key4(options.hidden, salt4);
  const hide = (bytes: Buffer): Buffer => (lock === undefined ? bytes : Buffer.concat([salt4, encrypt(lock.key, lock.iv, bytes)]));
  const files = members.flatMap(({ name, data, password }) => {
    const plain = Buffer.from(data);
    const own = password === undefined ? undefined : key4(password, salt4);
    const packed = own === undefined ? plain : encrypt(own.key, own.iv, plain);
    const told = Buffer.from(name);
    const body = Buffer.alloc(25);
    body.writeUInt32LE(packed.length, 0);
    body.writeUInt32LE(plain.length, 4);
    body[8] = 3;
    body.writeUInt32LE(crc32(plain), 9);
    body.writeUInt32LE(0x576a_6000, 13);
    body[17] = 29;
    body[18] = 0x30;
    body.writeUInt16LE(told.length, 19);
    body.writeUInt32LE(0o100644, 21);
    const flags = 0x8000 | (own === undefined ? 0 : 0x404);
    return [hide(header(0x74, flags, Buffer.concat([body, told, ...(own === undefined ? [] : [salt4])]))), packed];
  });
  return Buffer.concat([
    Buffer.from("Rar!\x1a\x07\0", "latin1"),
    header(0x73, lock === undefined ? 0 : 0x80, Buffer.alloc(6)),
    ...files,
    hide(header(0x7b, 0x4000, Buffer.alloc(0))),
  ]);
}
