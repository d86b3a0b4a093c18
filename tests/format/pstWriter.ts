/** A property: its id, its type, its bytes. A number of 4 bytes stands in the record itself. */
export type Property = readonly [id: number, type: number, value: Buffer];

/** A node of a store. */
export interface Node {
  readonly id: number;
  readonly parent?: number;
  readonly properties: readonly Property[];
  readonly subnodes?: readonly Node[];
}

/** A property context on a heap of one block (MS-PST 2.3.1–2.3.3). */
function heap(properties: readonly Property[]): Buffer {
  const values: Buffer[] = [];
  const records = properties.map(([id, type, value]) => {
    const record = Buffer.alloc(8);
    record.writeUInt16LE(id, 0);
    record.writeUInt16LE(type, 2);
    if (type === 3) value.copy(record, 4);
    // Allocations count from 1: the first two are the tree's.
    else record.writeUInt32LE((2 + values.push(value)) << 5, 4);
    return record;
  });
  const tree = Buffer.from([0xb5, 2, 6, 0, 0x40, 0, 0, 0]);
  const parts = [tree, Buffer.concat(records), ...values];
  const head = Buffer.from([0, 0, 0xec, 0xbc, 0x20, 0, 0, 0, 0, 0, 0, 0]);
  const map = Buffer.alloc(4 + 2 * (parts.length + 1));
  map.writeUInt16LE(parts.length, 0);
  let at = head.length;
  for (const [index, part] of parts.entries()) {
    map.writeUInt16LE(at, 4 + 2 * index);
    at += part.length;
  }
  map.writeUInt16LE(at, 4 + 2 * parts.length);
  head.writeUInt16LE(at, 0);
  return Buffer.concat([head, ...parts, map]);
}

/** A Unicode store without encoding, as small as it can be: header, one page of nodes, one of blocks, the blocks. Parts of items fit into one block each. */
export function pstOf(nodes: readonly Node[]): Buffer {
  const blocks: { readonly id: number; readonly bytes: Buffer }[] = [];
  const add = (bytes: Buffer, inner: boolean): number => {
    const id = (blocks.length + 1) * 4 + (inner ? 2 : 0);
    blocks.push({ id, bytes });
    return id;
  };
  const lay = (node: Node): { data: number; sub: number } => {
    const entries = (node.subnodes ?? []).map((inner) => {
      const { data, sub } = lay(inner);
      const entry = Buffer.alloc(24);
      entry.writeUInt32LE(inner.id, 0);
      entry.writeUInt32LE(data, 8);
      entry.writeUInt32LE(sub, 16);
      return entry;
    });
    const list = Buffer.from([2, 0, entries.length, 0, 0, 0, 0, 0]);
    return { data: add(heap(node.properties), false), sub: entries.length === 0 ? 0 : add(Buffer.concat([list, ...entries]), true) };
  };
  const nodeEntries = nodes.map((node) => {
    const { data, sub } = lay(node);
    const entry = Buffer.alloc(32);
    entry.writeUInt32LE(node.id, 0);
    entry.writeUInt32LE(data, 8);
    entry.writeUInt32LE(sub, 16);
    entry.writeUInt32LE(node.parent ?? 0, 24);
    return entry;
  });
  let place = 2048;
  const blockEntries = blocks.map(({ id, bytes }) => {
    const entry = Buffer.alloc(24);
    entry.writeUInt32LE(id, 0);
    entry.writeUInt32LE(place, 8);
    entry.writeUInt16LE(bytes.length, 16);
    place += bytes.length;
    return entry;
  });
  const page = (entries: readonly Buffer[], length: number): Buffer => {
    const bytes = Buffer.alloc(512);
    Buffer.concat(entries).copy(bytes);
    bytes[488] = entries.length;
    bytes[490] = length;
    return bytes;
  };
  const header = Buffer.alloc(1024);
  header.write("!BDN\0\0\0\0SM\x17\0", "latin1");
  header.writeUInt32LE(1024, 224);
  header.writeUInt32LE(1536, 240);
  return Buffer.concat([header, page(nodeEntries, 32), page(blockEntries, 24), ...blocks.map(({ bytes }) => bytes)]);
}
