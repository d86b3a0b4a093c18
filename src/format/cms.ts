import { toByteString } from "../util/path.ts";
import type { Extracted, ExtractInput, Extractor } from "../model/chunk.ts";
import { memorySource, readRange } from "./shared/bytes.ts";
import { derValue, derValues, readDer } from "./shared/der.ts";
import type { DerValue } from "./shared/der.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import { innerEntry, told } from "./shared/inner.ts";

/**
 * Signed data (CMS, RFC 5652; GM/T 0010 with SM2) as signed mail (smime.p7m, smime.p7s) and signed programs carry it, and certificates (X.509, RFC
 * 5280) in DER: what was signed is a member, names in certificates are properties, which in China hold numbers of people. What is encrypted is told.
 */
export const cms: Extractor = {
  id: "cms",
  title: { zh: "签名数据、数字证书（P7M、P7S、P7B、CER、PFX）", en: "Signed data and certificates (p7m, p7s, p7b, cer, pfx)" },
  version: 1,
  access: "any",
  accepts: ({ head }) => kindOf(Buffer.from(head.buffer, head.byteOffset, head.length)) !== undefined,
  extract,
};

/** 128 MiB: signed data is held as a whole. */
const largest = 128 * 1024 * 1024;

/** Types of content, PKCS #7 and its Chinese counterpart, with the octets before the last one that tells the kind. */
const contentTypes = ["06092a864886f70d0107", "060a2a811ccf5506010402"];
const signedData = 2;
/** Enveloped, signed and enveloped, encrypted; PKCS #7 counts a digested one between them. */
const encryptedData: ReadonlySet<number> = new Set([3, 4, 5, 6]);

type Kind = "signed" | "encrypted" | "certificate" | "keys" | "other";

/** What a structure is by its first bytes; undefined for anything else. */
function kindOf(bytes: Buffer): Kind | undefined {
  const [outer, first, second] = bytes[0] === 0x30 ? valuesAt(bytes, 0, 2) : [];
  if (outer === undefined || first === undefined) return undefined;
  const type = contentType(bytes, first);
  if (type === signedData) return "signed";
  if (type !== undefined) return encryptedData.has(type) ? "encrypted" : "other";
  if (first.tag === 0x30) return /^a00302010[0-2]02/u.test(bytes.toString("hex", first.from, first.from + 6)) ? "certificate" : undefined;
  if (first.tag !== 0x02 || bytes[first.from] !== 3 || second?.tag !== 0x30) return undefined;
  const [inner] = valuesAt(bytes, second.from, 0);
  return inner !== undefined && contentType(bytes, inner) !== undefined ? "keys" : undefined;
}

/** The value at `at`, and the first `count` that it holds; the head of a long one is enough. */
function valuesAt(bytes: Buffer, at: number, count: number): readonly (DerValue | undefined)[] {
  const outer = derValue(bytes, at, bytes.length);
  const found: (DerValue | undefined)[] = [outer];
  for (let next = outer?.from; next !== undefined && found.length <= count;) {
    const value: DerValue | undefined = derValue(bytes, next, bytes.length);
    found.push(value);
    next = value?.next;
  }
  return found;
}

/** Last octet of the type of content that a value tells; undefined where it tells none. */
function contentType(bytes: Buffer, { tag, from, to }: DerValue): number | undefined {
  if (tag !== 0x06 || to - from < 9) return undefined;
  const told = bytes.toString("hex", from - 2, to - 1);
  return contentTypes.includes(told) ? bytes[to - 1] : undefined;
}

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, budget } = input;
  const size = input.bytes.size ?? 0;
  if (size > largest) {
    yield told(entry, "too-large", `larger than ${largest} bytes`, false);
    return;
  }
  const bytes = Buffer.from(await readRange(input.bytes, 0, size));
  const kind = kindOf(bytes);
  const whole = derValue(bytes, 0, bytes.length);
  if (kind === undefined || whole === undefined) {
    yield told(entry, "corrupt", "no signed data can be read", false);
    return;
  }
  const content = kind === "signed" ? signedContent(bytes, whole) : undefined;
  // Those of what was signed are read with it.
  const names = kind === "encrypted" ? [] : namesIn(content === undefined ? bytes : bytes.subarray(content.end));
  const sink = createSink(budget, entry.path);
  const flow = createFlow(sink, { id: "certificates", roles: ["property"], place: () => ({ kind: "property", name: "certificate" }) });
  for (const name of names) flow.line(toByteString(name), 0);
  flow.flush();
  yield* sink.drain();
  if (content !== undefined) {
    if (budget.take("members", 1)) {
      const inner = innerEntry(entry, { name: "content", key: 1, size: content.bytes.length, modified: entry.modified });
      yield { type: "member", entry: inner, open: () => Promise.resolve(memorySource(content.bytes)) };
    } else yield told(entry, "too-large", "limit of members reached", true);
  }
  if (kind === "encrypted") yield told(entry, "encrypted", "data is encrypted for its recipients (CMS)", false);
  if (kind === "keys") yield told(entry, "encrypted", "keys and certificates are encrypted (PKCS #12)", false);
  if (kind === "other") yield told(entry, "unsupported-format", "this kind of CMS data is not read", false);
  if (size < (bytes.readUInt8(1) === 0x80 ? 0 : declaredEnd(bytes))) yield told(entry, "corrupt", "signed data is cut off", true);
}

/** Where the outermost value ends, as it says. */
function declaredEnd(bytes: Buffer): number {
  const first = bytes[1] ?? 0;
  if (first < 0x80) return 2 + first;
  const octets = Math.min(first & 0x7f, 6, bytes.length - 2);
  return 2 + octets + (octets > 0 ? bytes.readUIntBE(2, octets) : 0);
}

/** What was signed, where it stands within, and where it ends (RFC 5652, 5.1): its octets may come in pieces. */
function signedContent(bytes: Buffer, whole: DerValue): { readonly bytes: Buffer; readonly end: number } | undefined {
  const [, wrapped] = derValues(bytes, whole);
  const [signed] = wrapped === undefined ? [] : derValues(bytes, wrapped);
  const encapsulated = signed === undefined ? undefined : derValues(bytes, signed).find(({ tag }) => tag === 0x30);
  const [, explicit] = encapsulated === undefined ? [] : derValues(bytes, encapsulated);
  const [octets] = explicit === undefined ? [] : derValues(bytes, explicit);
  if (octets === undefined) return undefined;
  const pieces = (octets.tag & 0x20) === 0 ? [octets] : derValues(bytes, octets);
  return { bytes: Buffer.concat(pieces.map(({ from, to }) => bytes.subarray(from, to))), end: octets.next };
}

/** Names of people and places; abbreviations of countries and algorithms say nothing. */
function namesIn(bytes: Buffer): readonly string[] {
  return [...new Set(readDer(bytes).strings.map((text) => text.trim()))].filter((text) => text.length > 2);
}
