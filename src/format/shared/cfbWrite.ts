/** A stream of a compound file to write: names from below the root. */
export interface CfbStreamToWrite {
  readonly path: readonly string[];
  readonly bytes: Uint8Array;
}

interface Node {
  readonly name: string;
  readonly bytes: Uint8Array | undefined;
  readonly index: number;
  readonly children: Map<string, Node>;
}

const NONE = 0xffffffff;
const END = 0xfffffffe;
const SECTOR = 512;

/**
 * A compound file of version 3 that holds these streams: with it an embedded object becomes an entry of its own. Siblings hang on each other
 * to the right, which our own reader does not mind. `classId`: 32 hex digits, of the root.
 */
export function writeCfb(streams: readonly CfbStreamToWrite[], classId: string): Buffer {
  const root: Node = { name: "Root Entry", bytes: undefined, index: 0, children: new Map() };
  const nodes: Node[] = [root];
  for (const { path, bytes } of streams) {
    let at = root;
    for (const [depth, name] of path.entries()) {
      let next = at.children.get(name);
      if (next === undefined) {
        next = { name, bytes: depth === path.length - 1 ? bytes : undefined, index: nodes.length, children: new Map() };
        at.children.set(name, next);
        nodes.push(next);
      }
      at = next;
    }
  }
  const fat: number[] = [];
  const body: Uint8Array[] = [];
  const place = (bytes: Uint8Array): number => {
    if (bytes.length === 0) return END;
    const start = fat.length;
    const count = Math.ceil(bytes.length / SECTOR);
    for (let index = 1; index <= count; index++) fat.push(index === count ? END : start + index);
    body.push(bytes);
    if (bytes.length % SECTOR !== 0) body.push(new Uint8Array(SECTOR - (bytes.length % SECTOR)));
    return start;
  };
  const mini = placeSmall(nodes);
  const starts = nodes.map((node) => (node.bytes === undefined ? END : (mini.starts.get(node) ?? place(node.bytes))));
  const holder = place(mini.stream);
  const miniTable = place(words(mini.table));
  const directory = writeDirectory(nodes, starts, holder, mini.stream.length, classId);
  const directoryStart = place(directory);
  return Buffer.concat(frame(fat, body, directoryStart, miniTable, Math.ceil((mini.table.length * 4) / SECTOR)));
}

function placeSmall(nodes: readonly Node[]): { starts: Map<Node, number>; stream: Buffer; table: number[] } {
  const starts = new Map<Node, number>();
  const table: number[] = [];
  const parts: Uint8Array[] = [];
  for (const node of nodes) {
    if (node.bytes === undefined || node.bytes.length === 0 || node.bytes.length >= 4096) continue;
    const start = table.length;
    const count = Math.ceil(node.bytes.length / 64);
    for (let index = 1; index <= count; index++) table.push(index === count ? END : start + index);
    parts.push(node.bytes, new Uint8Array(count * 64 - node.bytes.length));
    starts.set(node, start);
  }
  return { starts, stream: Buffer.concat(parts), table };
}

function writeDirectory(nodes: readonly Node[], starts: readonly number[], holder: number, held: number, classId: string): Buffer {
  const directory = Buffer.alloc(Math.ceil((nodes.length * 128) / SECTOR) * SECTOR);
  const right = new Map<Node, number>();
  for (const node of nodes) {
    const children = [...node.children.values()];
    for (const [at, child] of children.entries()) right.set(child, children[at + 1]?.index ?? NONE);
  }
  for (const node of nodes) {
    const at = node.index * 128;
    const first = [...node.children.values()][0];
    directory.write(node.name.slice(0, 31), at, "utf16le");
    directory.writeUInt16LE(2 * Math.min(31, node.name.length) + 2, at + 64);
    directory[at + 66] = node.index === 0 ? 5 : node.bytes === undefined ? 1 : 2;
    directory[at + 67] = 1;
    directory.writeUInt32LE(NONE, at + 68);
    directory.writeUInt32LE(right.get(node) ?? NONE, at + 72);
    directory.writeUInt32LE(first?.index ?? NONE, at + 76);
    directory.writeUInt32LE(node.index === 0 ? holder : (starts[node.index] ?? END), at + 116);
    directory.writeUInt32LE(node.index === 0 ? held : (node.bytes?.length ?? 0), at + 120);
  }
  directory.write(classId, 80, "hex");
  return directory;
}

/** Header, table of tables, sectors and tables in the order they are written. */
function frame(fat: number[], body: readonly Uint8Array[], directory: number, miniTable: number, miniTables: number): Uint8Array[] {
  const per = SECTOR / 4;
  let tables = 1;
  let lists = 0;
  for (;;) {
    lists = tables <= 109 ? 0 : Math.ceil((tables - 109) / (per - 1));
    if (tables * per >= fat.length + tables + lists) break;
    tables++;
  }
  const firstTable = fat.length;
  for (let index = 0; index < tables; index++) fat.push(0xfffffffd);
  const firstList = fat.length;
  for (let index = 0; index < lists; index++) fat.push(0xfffffffc);
  const header = Buffer.alloc(SECTOR);
  header.write("d0cf11e0a1b11ae1", "hex");
  header.writeUInt16LE(0x3e, 24);
  header.writeUInt16LE(3, 26);
  header.writeUInt16LE(0xfffe, 28);
  header.writeUInt16LE(9, 30);
  header.writeUInt16LE(6, 32);
  header.writeUInt32LE(tables, 44);
  header.writeUInt32LE(directory, 48);
  header.writeUInt32LE(4096, 56);
  header.writeUInt32LE(miniTable, 60);
  header.writeUInt32LE(miniTables, 64);
  header.writeUInt32LE(lists === 0 ? END : firstList, 68);
  header.writeUInt32LE(lists, 72);
  for (let index = 0; index < 109; index++) header.writeUInt32LE(index < tables ? firstTable + index : NONE, 76 + 4 * index);
  const list: number[] = [];
  for (let index = 0; index < lists; index++) {
    for (let at = 0; at < per - 1; at++) {
      const table = 109 + index * (per - 1) + at;
      list.push(table < tables ? firstTable + table : NONE);
    }
    list.push(index === lists - 1 ? END : firstList + index + 1);
  }
  const table = words(fat);
  return [header, ...body, table, Buffer.alloc(tables * SECTOR - table.length, 0xff), words(list)];
}

function words(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
}
