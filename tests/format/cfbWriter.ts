/** A stream to write: path with `/` between storages. */
export interface WrittenStream {
  readonly path: string;
  readonly data: Uint8Array | string;
}

interface Node {
  readonly name: string;
  readonly data: Buffer | undefined;
  readonly children: Node[];
  child: number;
  right: number;
  start: number;
  size: number;
}

const NONE = 0xffffffff;
const END = 0xfffffffe;

/** A compound file of version 3 (512-byte sectors) or 4 (4096). Siblings hang on each other to the right: no balanced tree is needed to read. */
export function cfbOf(streams: readonly WrittenStream[], options: { readonly version?: 3 | 4 } = {}): Buffer {
  const version = options.version ?? 3;
  const sector = version === 4 ? 4096 : 512;
  const root: Node = { name: "Root Entry", data: undefined, children: [], child: NONE, right: NONE, start: END, size: 0 };
  const nodes: Node[] = [root];
  for (const { path, data } of streams) {
    let at = root;
    const steps = path.split("/");
    for (const [index, name] of steps.entries()) {
      let next = at.children.find((one) => one.name === name && index < steps.length - 1);
      if (next === undefined) {
        const bytes = index === steps.length - 1 ? Buffer.from(data) : undefined;
        next = { name, data: bytes, children: [], child: NONE, right: NONE, start: END, size: bytes?.length ?? 0 };
        at.children.push(next);
        nodes.push(next);
      }
      at = next;
    }
  }
  for (const node of nodes) {
    const indices = node.children.map((child) => nodes.indexOf(child));
    node.child = indices[0] ?? NONE;
    for (const [at, child] of node.children.entries()) child.right = indices[at + 1] ?? NONE;
  }
  const fat: number[] = [];
  const body: Buffer[] = [];
  const place = (data: Buffer): number => {
    if (data.length === 0) return END;
    const start = fat.length;
    const count = Math.ceil(data.length / sector);
    for (let index = 0; index < count; index++) fat.push(index === count - 1 ? END : start + index + 1);
    body.push(Buffer.concat([data, Buffer.alloc(count * sector - data.length)]));
    return start;
  };
  const miniFat: number[] = [];
  const mini: Buffer[] = [];
  for (const node of nodes) {
    if (node.data === undefined || node.data.length === 0) continue;
    if (node.data.length >= 4096) node.start = place(node.data);
    else {
      node.start = miniFat.length;
      const count = Math.ceil(node.data.length / 64);
      for (let index = 0; index < count; index++) miniFat.push(index === count - 1 ? END : node.start + index + 1);
      mini.push(Buffer.concat([node.data, Buffer.alloc(count * 64 - node.data.length)]));
    }
  }
  const ministream = Buffer.concat(mini);
  root.start = place(ministream);
  root.size = ministream.length;
  const miniTable = place(wordsOf(miniFat));
  const directory = Buffer.alloc(Math.ceil((nodes.length * 128) / sector) * sector);
  for (const [index, node] of nodes.entries()) {
    const at = index * 128;
    directory.write(node.name, at, "utf16le");
    directory.writeUInt16LE(2 * node.name.length + 2, at + 64);
    directory[at + 66] = node === root ? 5 : node.data === undefined ? 1 : 2;
    directory.writeUInt32LE(NONE, at + 68);
    directory.writeUInt32LE(node.right, at + 72);
    directory.writeUInt32LE(node.child, at + 76);
    directory.writeUInt32LE(node.start, at + 116);
    directory.writeUInt32LE(node.size, at + 120);
  }
  const directoryStart = place(directory);
  const per = sector / 4;
  let tables = 1;
  while (tables * per < fat.length + tables) tables++;
  if (tables > 109) throw new Error("no DIFAT is written");
  const tableStart = fat.length;
  for (let index = 0; index < tables; index++) fat.push(0xfffffffd);
  const table = wordsOf(fat);
  const header = Buffer.alloc(sector);
  header.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
  header.writeUInt16LE(0x3e, 24);
  header.writeUInt16LE(version, 26);
  header.writeUInt16LE(0xfffe, 28);
  header.writeUInt16LE(version === 4 ? 12 : 9, 30);
  header.writeUInt16LE(6, 32);
  header.writeUInt32LE(tables, 44);
  header.writeUInt32LE(directoryStart, 48);
  header.writeUInt32LE(4096, 56);
  header.writeUInt32LE(miniTable, 60);
  header.writeUInt32LE(Math.ceil((miniFat.length * 4) / sector), 64);
  header.writeUInt32LE(END, 68);
  for (let index = 0; index < 109; index++) header.writeUInt32LE(index < tables ? tableStart + index : NONE, 76 + 4 * index);
  return Buffer.concat([header, ...body, table, Buffer.alloc(tables * sector - table.length, 0xff)]);
}

function wordsOf(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
}

/** A property of a set: its type is told by its value; `codepage` of the section for strings of bytes. */
export type WrittenProperty = readonly [id: number, type: 2 | 3 | 30 | 31 | 64, value: Uint8Array | number];

/** One section of a property set stream with a dictionary of names for custom properties. */
export function propertySetOf(
  formatId: string,
  codepage: number,
  properties: readonly WrittenProperty[],
  names: readonly (readonly [id: number, name: Uint8Array])[] = [],
): Buffer {
  const values: (readonly [id: number, value: Buffer])[] = [];
  if (names.length > 0) {
    const entries = names.map(([id, name]) => {
      const zero = codepage === 1200 ? 2 : 1;
      const text = Buffer.concat([name, Buffer.alloc(zero)]);
      const padded = codepage === 1200 ? Buffer.concat([text, Buffer.alloc((4 - (text.length % 4)) % 4)]) : text;
      return Buffer.concat([wordsOf([id, text.length / zero]), padded]);
    });
    values.push([0, Buffer.concat([wordsOf([names.length]), ...entries])]);
  }
  values.push([1, Buffer.concat([wordsOf([2]), wordsOf([codepage])])]);
  for (const [id, type, value] of properties) {
    if (typeof value === "number") values.push([id, wordsOf([type, value])]);
    else if (type === 64) values.push([id, Buffer.concat([wordsOf([type]), value])]);
    else {
      const zero = codepage === 1200 || type === 31 ? 2 : 1;
      const text = Buffer.concat([value, Buffer.alloc(zero)]);
      values.push([id, Buffer.concat([wordsOf([type, type === 31 ? text.length / 2 : text.length]), text])]);
    }
  }
  let at = 8 + 8 * values.length;
  const table: number[] = [];
  const body: Buffer[] = [];
  for (const [id, value] of values) {
    table.push(id, at);
    const padded = Buffer.concat([value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
    body.push(padded);
    at += padded.length;
  }
  const head = Buffer.alloc(28);
  head.writeUInt16LE(0xfffe, 0);
  head.writeUInt32LE(1, 24);
  return Buffer.concat([head, Buffer.from(formatId, "hex"), wordsOf([48]), wordsOf([at, values.length, ...table]), ...body]);
}
