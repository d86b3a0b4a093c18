import type { PstFile, PstNode } from "./pstFile.ts";

/** A property of an item: `value` holds its bytes, or for an object the id of the subnode that holds it. */
export interface PstProperty {
  readonly id: number;
  readonly type: number;
  readonly value: Buffer;
}

/** An item read: its properties, and its subnodes by id. */
export interface PstItem {
  readonly properties: readonly PstProperty[];
  readonly subnodes: ReadonlyMap<number, PstNode>;
}

const fixed: Readonly<Record<number, number>> = { 2: 2, 3: 4, 4: 4, 11: 1, 10: 4 };
/** Records of one b-tree on a heap. */
const recordLimit = 10_000;

/** Reads the property context of a node (MS-PST 2.3.3); undefined when its heap cannot be read. */
export async function readItem(file: PstFile, node: PstNode): Promise<PstItem | undefined> {
  const blocks = await file.blocks(node.data);
  const [first] = blocks ?? [];
  if (blocks === undefined || first === undefined || first.length < 12 || first[2] !== 0xec || first[3] !== 0xbc) return undefined;
  const subnodes = node.subnodes === 0 ? new Map<number, PstNode>() : await file.subnodes(node.subnodes);

  /** Bytes of an allocation on the heap. */
  const allocation = (id: number): Buffer | undefined => {
    const block = blocks[file.large ? id >>> 19 : id >>> 16];
    const index = ((id >>> 5) & (file.large ? 0x3fff : 0x7ff)) - 1;
    if (block === undefined || block.length < 2 || index < 0) return undefined;
    const map = block.readUInt16LE(0);
    if (map + 4 + 2 * index + 4 > block.length) return undefined;
    return block.subarray(block.readUInt16LE(map + 4 + 2 * index), block.readUInt16LE(map + 6 + 2 * index));
  };

  const root = allocation(first.readUInt32LE(4));
  if (root === undefined || root.length < 8 || root[0] !== 0xb5 || root[1] !== 2 || root[2] !== 6) return undefined;
  const properties: PstProperty[] = [];
  let level = [root.readUInt32LE(4)];
  for (let depth = Math.min(root[3] ?? 0, 5); depth > 0; depth--) {
    const below: number[] = [];
    for (const id of level) {
      const records = allocation(id);
      for (let at = 0; records !== undefined && at + 6 <= records.length && below.length < recordLimit; at += 6)
        below.push(records.readUInt32LE(at + 2));
    }
    level = below;
  }
  for (const id of level) {
    const records = id === 0 ? undefined : allocation(id);
    for (let at = 0; records !== undefined && at + 8 <= records.length && properties.length < recordLimit; at += 8) {
      const type = records.readUInt16LE(at + 2);
      const length = fixed[type];
      const place = records.readUInt32LE(at + 4);
      const value = length === undefined ? await valueAt(place) : records.subarray(at + 4, at + 4 + length);
      if (value !== undefined) properties.push({ id: records.readUInt16LE(at), type, value });
    }
  }
  return { properties, subnodes };

  async function valueAt(place: number): Promise<Buffer | undefined> {
    if (place === 0) return Buffer.alloc(0);
    if ((place & 31) === 0) return allocation(place);
    const subnode = subnodes.get(place);
    const parts = subnode === undefined ? undefined : await file.blocks(subnode.data);
    return parts === undefined ? undefined : Buffer.concat(parts);
  }
}
