import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import { FailureError } from "../model/failure.ts";
import { memorySource } from "./shared/bytes.ts";
import { writeCfb } from "./shared/cfbWrite.ts";
import type { CfbStreamToWrite } from "./shared/cfbWrite.ts";
import { innerEntry, told } from "./shared/inner.ts";
import { mapiText, mapiType } from "./shared/mapi.ts";
import { openPst, startsAsPst } from "./shared/pstFile.ts";
import type { PstFile, PstNode } from "./shared/pstFile.ts";
import { readItem } from "./shared/pstHeap.ts";
import type { PstItem } from "./shared/pstHeap.ts";

/** Kinds of nodes by the low five bits of their ids. */
const folderNode = 0x02;
const messageNode = 0x04;
const hiddenNode = 0x08;
const attachmentNode = 0x05;
/** Messages in messages. */
const depthLimit = 8;
/** Folders above a folder. */
const folderDepth = 64;
/** 128 MiB of one message with all it holds. */
const messageLimit = 128 * 1024 * 1024;

/**
 * Outlook's stores (MS-PST): each item of each folder, deleted ones that still have a place too, is an entry under the path of its folder,
 * written out as the .msg that Outlook would save, so that one reader knows all items. Items are no members by the limit: they take no more than their bytes.
 */
export const pst: Extractor = {
  id: "pst",
  title: { zh: "Outlook 邮件存储（PST、OST）", en: "Outlook stores (pst, ost)" },
  version: 1,
  access: "any",
  streaming: true,
  accepts: ({ head }) => startsAsPst(head),
  extract,
};

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry } = input;
  const details = new Set<string>();
  const file = await openPst(input.bytes, (detail) => details.add(detail));
  if (file === undefined || file === "unsupported") {
    const refused = file === "unsupported";
    yield told(
      entry,
      refused ? "unsupported-format" : "corrupt",
      refused ? "store is encoded in a way that is not known" : "header is damaged",
      false,
    );
    return;
  }
  const folders = new Map<number, string>();
  const names = new Map<string, number>();
  let items = 0;
  for await (const node of file.nodes()) {
    if (input.signal.aborted) {
      yield told(entry, "interrupted", "interrupted between items", true);
      return;
    }
    const kind = node.id & 31;
    if (kind !== messageNode && kind !== hiddenNode) continue;
    const item = await readItem(file, node);
    const folder = await folderPath(file, node.parent, folders, 0);
    items++;
    if (item === undefined) {
      yield told(entry, "corrupt", "item cannot be read", false, `${entry.path}!/${folder}item-${node.id.toString(16)}`);
      continue;
    }
    const subject =
      textOf(item, 0x0037)
        .replace(/^\x01./s, "")
        .replace(/[\x00-\x1f\x7f/\\]+/g, " ")
        .trim()
        .slice(0, 100) || "item";
    const path = `${folder}${subject}`;
    const count = (names.get(path) ?? 0) + 1;
    names.set(path, count);
    yield {
      type: "member",
      entry: innerEntry(entry, { name: `${path}${count === 1 ? "" : `-${count}`}.msg`, key: node.id }),
      open: async () => memorySource(await writeMessage(file, item)),
    };
    for (const detail of details) yield told(entry, "corrupt", detail, true);
    details.clear();
  }
  for (const detail of details) yield told(entry, "corrupt", detail, items > 0);
}

function textOf(item: PstItem, id: number): string {
  const found = item.properties.find((one) => one.id === id && (one.type === mapiType.text || one.type === mapiType.text8));
  return found === undefined ? "" : mapiText(found.type, found.value, codepageOf(item));
}

function codepageOf(item: PstItem): number {
  const found = item.properties.find(({ id, type }) => id === 0x3ffd && type === 3);
  return found === undefined || found.value.length < 4 ? 0 : found.value.readUInt32LE(0);
}

/** Names of the folders above an item, each with a slash; a parent that is lost ends them. */
async function folderPath(file: PstFile, id: number, known: Map<number, string>, depth: number): Promise<string> {
  const found = known.get(id);
  if (found !== undefined) return found;
  known.set(id, "");
  const node = (id & 31) === folderNode && depth < folderDepth ? await file.node(id) : undefined;
  const item = node === undefined ? undefined : await readItem(file, node);
  const name =
    item === undefined
      ? ""
      : textOf(item, 0x3001)
          .replace(/[\x00-\x1f\x7f/\\]+/g, " ")
          .trim();
  const above = node === undefined || node.parent === id ? "" : await folderPath(file, node.parent, known, depth + 1);
  const path = name === "" ? above : `${above}${name}/`;
  known.set(id, path);
  return path;
}

/** An item as a compound file (MS-OXMSG): texts and bytes as streams, numbers beside them, attachments as storages. */
async function writeMessage(file: PstFile, item: PstItem): Promise<Uint8Array> {
  const streams: CfbStreamToWrite[] = [];
  const left = { bytes: messageLimit };
  await addMessage(file, item, [], 32, streams, left, 0);
  return writeCfb(streams, "0".repeat(32));
}

async function addMessage(
  file: PstFile,
  item: PstItem,
  path: readonly string[],
  header: number,
  streams: CfbStreamToWrite[],
  left: { bytes: number },
  depth: number,
): Promise<void> {
  addProperties(item, path, header, streams, left);
  let number = 0;
  for (const node of item.subnodes.values()) {
    if ((node.id & 31) !== attachmentNode) continue;
    const attachment = await readItem(file, node);
    if (attachment === undefined) throw new FailureError("corrupt", "an attachment cannot be read");
    const storage = [...path, `__attach_version1.0_#${String(number++).padStart(8, "0")}`];
    addProperties(attachment, storage, 8, streams, left);
    const object = attachment.properties.find(({ id, type }) => id === 0x3701 && type === mapiType.object);
    const inner = object === undefined ? undefined : await embedded(file, attachment, object.value);
    if (inner !== undefined && depth < depthLimit)
      await addMessage(file, inner, [...storage, "__substg1.0_3701000D"], 24, streams, left, depth + 1);
  }
}

/** A message in a message: the value names a subnode of the attachment. */
async function embedded(file: PstFile, attachment: PstItem, value: Buffer): Promise<PstItem | undefined> {
  const node: PstNode | undefined = value.length < 4 ? undefined : attachment.subnodes.get(value.readUInt32LE(0));
  return node === undefined ? undefined : readItem(file, node);
}

function addProperties(item: PstItem, path: readonly string[], header: number, streams: CfbStreamToWrite[], left: { bytes: number }): void {
  const records: Buffer[] = [Buffer.alloc(header)];
  for (const { id, type, value } of item.properties) {
    if (type === 3 && value.length >= 4) {
      const record = Buffer.alloc(16);
      record.writeUInt16LE(type, 0);
      record.writeUInt16LE(id, 2);
      value.copy(record, 8, 0, 4);
      records.push(record);
    }
    left.bytes -= value.length;
    if (left.bytes < 0) throw new FailureError("too-large", "item is larger than is held in memory");
    const tag = id.toString(16).toUpperCase().padStart(4, "0");
    if (type === mapiType.text || type === mapiType.text8 || type === mapiType.binary) {
      const told = id === 0x0037 ? withoutPrefix(type, value) : value;
      streams.push({ path: [...path, `__substg1.0_${tag}${type.toString(16).toUpperCase().padStart(4, "0")}`], bytes: told });
    } else if (type === 0x101f || type === 0x101e) {
      for (const [index, one] of listOf(value).entries()) {
        const suffix = index.toString(16).toUpperCase().padStart(8, "0");
        streams.push({ path: [...path, `__substg1.0_${tag}${type.toString(16).toUpperCase()}-${suffix}`], bytes: one });
      }
    }
  }
  streams.push({ path: [...path, "__properties_version1.0"], bytes: Buffer.concat(records) });
}

/** A subject may begin with a control character and the length of its prefix (MS-PST 2.5.3.1.1.1). */
function withoutPrefix(type: number, value: Buffer): Buffer {
  const unit = type === mapiType.text ? 2 : 1;
  return value[0] === 1 && (unit === 1 || value[1] === 0) ? value.subarray(2 * unit) : value;
}

/** Values of a list: how many, where each begins. */
function listOf(value: Buffer): readonly Buffer[] {
  const count = value.length < 4 ? 0 : Math.min(value.readUInt32LE(0), Math.floor(value.length / 4) - 1);
  return Array.from({ length: count }, (_, index) => {
    const from = value.readUInt32LE(4 + 4 * index);
    return value.subarray(from, index + 1 < count ? value.readUInt32LE(8 + 4 * index) : value.length);
  });
}
