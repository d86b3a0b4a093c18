import { crc32 } from "node:zlib";

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

/** A RAR 5 archive of stored members, as the technical note of version 5 says. */
export function rarOf(
  members: readonly { readonly name: string; readonly data: string; readonly encrypted?: boolean }[],
  more: boolean = false,
): Buffer {
  const files = members.map(({ name, data, encrypted }) => {
    const bytes = Buffer.from(data);
    const crc = Buffer.alloc(4);
    crc.writeUInt32LE(crc32(bytes));
    const told = Buffer.from(name);
    const extra = encrypted === true ? Buffer.concat([variable(2), variable(1), variable(0)]) : Buffer.alloc(0);
    return Buffer.concat([
      block(
        variable(2),
        variable(encrypted === true ? 3 : 2),
        ...(encrypted === true ? [variable(extra.length)] : []),
        variable(bytes.length),
        variable(4),
        variable(bytes.length),
        variable(0x20),
        crc,
        variable(0),
        variable(1),
        variable(told.length),
        told,
        extra,
      ),
      bytes,
    ]);
  });
  return Buffer.concat([
    Buffer.from("Rar!\x1a\x07\x01\0", "latin1"),
    block(variable(1), variable(0), variable(0)),
    ...files,
    block(variable(5), variable(0), variable(more ? 1 : 0)),
  ]);
}
