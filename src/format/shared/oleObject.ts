/** What an OLE 1.0 object (MS-OLEDS 2.2.5) holds. */
export interface OleObject {
  /** Such as `Word.Document.12`, `Package`. */
  readonly className: string;
  /** Of a package: the file's name and where it came from, bytes of the writer's code page. */
  readonly names: readonly Uint8Array[];
  readonly data: Uint8Array;
}

const linked = 1;
const embedded = 2;

/** Reads an object as RTF carries it; a package is unwrapped to its file. Undefined for links, pictures and damage. */
export function readOleObject(bytes: Uint8Array): OleObject | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 4;
  const number = (): number => {
    at += 4;
    return at <= bytes.length ? view.getUint32(at - 4, true) : 0;
  };
  const format = number();
  if (format !== embedded && format !== linked) return undefined;
  const strings: Uint8Array[] = [];
  for (let index = 0; index < 3; index++) {
    const length = number();
    if (length > bytes.length - at) return undefined;
    strings.push(bytes.subarray(at, at + Math.max(0, length - 1)));
    at += length;
  }
  const [name, topic, item] = strings;
  const className = Buffer.from(name ?? []).toString("latin1");
  if (format === linked) return { className, names: [topic ?? new Uint8Array(), item ?? new Uint8Array()], data: new Uint8Array() };
  const size = number();
  const data = bytes.subarray(at, Math.min(bytes.length, at + size));
  if (className.toLowerCase() !== "package") return { className, names: [], data };
  const unwrapped = readPackage(data);
  return unwrapped === undefined ? { className, names: [], data } : { className, ...unwrapped };
}

/** The file inside a package: a label, a path, a path of a temporary copy, the bytes. */
export function readPackage(data: Uint8Array): Pick<OleObject, "names" | "data"> | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < 16 || view.getUint16(0, true) !== 2) return undefined;
  let at = 2;
  const names: Uint8Array[] = [];
  for (let index = 0; index < 2; index++) {
    const end = data.indexOf(0, at);
    if (end < 0) return undefined;
    names.push(data.subarray(at, end));
    at = end + 1;
  }
  at += 4;
  if (at + 4 > data.length) return undefined;
  const length = view.getUint32(at, true);
  at += 4;
  if (length > data.length - at - 4) return undefined;
  names.push(data.subarray(at, at + Math.max(0, length - 1)));
  at += length;
  const size = view.getUint32(at, true);
  at += 4;
  return { names, data: data.subarray(at, Math.min(data.length, at + size)) };
}
