import { decodeCodepage } from "./codepage.ts";

/** Types of MAPI properties that hold text or bytes (MS-OXCDATA 2.11.1). */
export const mapiType = { text8: 0x001e, text: 0x001f, object: 0x000d, binary: 0x0102 } as const;

/** What a person calls the properties that messages, recipients and contacts have; others are told by their number. */
const labels: Readonly<Record<number, string>> = {
  0x0037: "Subject",
  0x0042: "From",
  0x0065: "From",
  0x0070: "Topic",
  0x0c1a: "Sender",
  0x0c1f: "Sender",
  0x0e02: "Bcc",
  0x0e03: "Cc",
  0x0e04: "To",
  0x3001: "Name",
  0x3003: "Address",
  0x39fe: "Address",
  0x5d01: "Sender",
  0x5d02: "From",
  0x3a02: "Callback phone",
  0x3a06: "Given name",
  0x3a08: "Business phone",
  0x3a09: "Home phone",
  0x3a11: "Surname",
  0x3a15: "Postal address",
  0x3a16: "Company",
  0x3a17: "Title",
  0x3a18: "Department",
  0x3a1c: "Mobile phone",
  0x3a24: "Fax",
  0x3ff8: "Created by",
  0x3ffa: "Changed by",
};

/** Numbers, classes and keys that machines write for machines, and texts that stand elsewhere again. */
const silent: ReadonlySet<number> = new Set([
  0x001a, 0x003d, 0x003f, 0x0040, 0x0043, 0x0044, 0x0064, 0x0075, 0x0076, 0x0077, 0x0078, 0x007d, 0x0c1e, 0x0e1d, 0x1000, 0x1009, 0x1013,
  0x1035, 0x1039, 0x1042, 0x3002, 0x3a40, 0x3fed, 0x3fd9, 0x4022, 0x4023, 0x4024, 0x4025, 0x4030, 0x4031, 0x4038, 0x4039, 0x5d0a, 0x5d0b,
  0x5fe5, 0x5ff6, 0x5ff7, 0x3703, 0x370e, 0x3712, 0x3713, 0x3716,
]);

/** How a property is told: `Subject`, `0x8005`; undefined for one that is not. */
export function mapiLabel(id: number): string | undefined {
  return silent.has(id) ? undefined : (labels[id] ?? `0x${id.toString(16).padStart(4, "0")}`);
}

/** Text of a property of type `text` or `text8`, without the zeros at its end. */
export function mapiText(type: number, bytes: Uint8Array, codepage: number): string {
  const text =
    type === mapiType.text
      ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength & ~1).toString("utf16le")
      : decodeCodepage(bytes, codepage);
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
