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

/** The file inside a package; what is cut off of it is not there. */
function readPackage(data: Uint8Array): Pick<OleObject, "names" | "data"> | undefined {
  const found = locatePackaged(data, data.length);
  return found === undefined ? undefined : { names: found.names, data: data.subarray(found.from, found.from + found.length) };
}

/**
 * Where the file lies in what the packager writes: a label, a path, the path of a temporary copy, the bytes. `head` holds all of the names; of
 * `size` bytes in all `length` is what the package says, which may be more than there is.
 */
export function locatePackaged(
  head: Uint8Array,
  size: number,
): { readonly names: readonly Uint8Array[]; readonly from: number; readonly length: number } | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 16 || view.getUint16(0, true) !== 2) return undefined;
  let at = 2;
  const names: Uint8Array[] = [];
  for (let index = 0; index < 2; index++) {
    const end = head.indexOf(0, at);
    if (end < 0) return undefined;
    names.push(head.subarray(at, end));
    at = end + 1;
  }
  at += 4;
  if (at + 4 > head.length) return undefined;
  const temporary = view.getUint32(at, true);
  at += 4;
  if (temporary > head.length - at - 4) return undefined;
  names.push(head.subarray(at, at + Math.max(0, temporary - 1)));
  at += temporary;
  return at + 4 > size ? undefined : { names, from: at + 4, length: view.getUint32(at, true) };
}
