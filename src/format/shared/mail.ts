import { toByteString } from "../../util/path.ts";
import type { ExtractInput, Extracted } from "../../model/chunk.ts";
import { ByteScanner } from "./byteScanner.ts";
import { memorySource } from "./bytes.ts";
import { charsetDecoder } from "./charset.ts";
import { createFlow, createSink } from "./flow.ts";
import { giveProperties } from "./package.ts";
import type { Flow, Sink } from "./flow.ts";
import { innerEntry, told } from "./inner.ts";
import { decodeField, fieldOf, parseFields, parseParameters } from "./mimeHeader.ts";
import type { MimeField } from "./mimeHeader.ts";
import { transferDecoder } from "./transferDecoder.ts";
import { uuStart, uuLine } from "./uuencode.ts";
import { streamSource } from "./zipMember.ts";

/** 1 MiB of header: mail that went through many hands has some 50 KiB. */
const headerLimit = 1024 * 1024;
/** 64 KiB: a longer line of a header comes in pieces, which are read on from each other. */
const headerLine = 64 * 1024;
/** Parts in parts; mailers nest four or five. */
const depthLimit = 60;
/** 64 KiB of a text by which its charset is told. */
const sampleLength = 64 * 1024;
/** 32 KiB: a longer line of a text is cut. */
const textLine = 32 * 1024;
/** 32 MiB of a uuencoded attachment are held. */
const uuLimit = 32 * 1024 * 1024;

/** Where a run of a message ended: at a line of the multipart that was opened as `level`-th. Undefined: at the end of the bytes. */
type Stop = { readonly level: number; readonly closing: boolean } | undefined;

/** Fields that carry what machines tell machines: signatures in base64 and numbers of queues look like anything. */
const transport =
  /^(?:received|x-received|dkim-signature|domainkey-signature|x-google-.*|arc-.*|authentication-results.*|received-spf|message-id|references|in-reply-to|mime-version|content-(?:type|transfer-encoding|length|id|md5|disposition)|x-ms-.*|x-microsoft-antispam.*|x-forefront-.*|x-exchange-.*|thread-index|x-(?:qq|coremail|cm|netease|aliyun|alimail|originating)[-_].*|x-spam-.*|x-ironport-.*|x-gm-.*|x-proofpoint-.*|list-.*|lines|status|x-status|x-mozilla-(?:status2?|keys)|x-uid|x-priority|importance|precedence)$/i;

/** What one message is read with. */
interface Mail {
  readonly input: ExtractInput;
  readonly scanner: ByteScanner;
  readonly sink: Sink;
  /** Delimiters of the multiparts that are open, outer first. */
  readonly boundaries: string[];
  /** Set once a header or the number of parts is past what is read. */
  parts: number;
  names: Map<string, number>;
  unclosed: boolean;
}

/**
 * One message (RFC 5322, RFC 2045–2047, RFC 2231), also a web page saved as one (RFC 2557), read once from front to back: its header as
 * properties, texts as flows, all else as members. Nothing of an attachment is held.
 */
export async function* readMail(input: ExtractInput, from: number): AsyncGenerator<Extracted, void> {
  const mail: Mail = {
    input,
    scanner: new ByteScanner(input.bytes, from),
    sink: createSink(input.budget, input.entry.path),
    boundaries: [],
    parts: 0,
    names: new Map(),
    unclosed: false,
  };
  yield* readPart(mail, true);
  if (mail.unclosed) mail.sink.failure("corrupt", "message ends before its last part does", true);
  yield* mail.sink.drain();
}

async function* readPart(mail: Mail, outermost: boolean): AsyncGenerator<Extracted, Stop> {
  const header = await readHeader(mail);
  if (outermost) tellHeader(mail, header.fields);
  else tellDescription(mail, header.fields);
  if (header.stop !== undefined || header.ended) return header.stop;
  const type = parseParameters(fieldOf(header.fields, "content-type").slice(0, headerLine));
  const disposition = parseParameters(fieldOf(header.fields, "content-disposition").slice(0, headerLine));
  const encoding = fieldOf(header.fields, "content-transfer-encoding").replace(/[;(].*$/s, "");
  const name = [
    disposition.parameters.get("filename"),
    type.parameters.get("name"),
    lastName(decodeField(fieldOf(header.fields, "content-location"))),
  ].find((one) => one !== undefined && one.trim() !== "");
  if (type.value.startsWith("multipart/") && mail.boundaries.length < depthLimit) {
    const boundary = type.parameters.get("boundary") ?? (await sniffBoundary(mail));
    if (boundary !== undefined && boundary !== "") {
      if (type.value === "multipart/encrypted") mail.sink.failure("encrypted", "message is encrypted (PGP/MIME)", true);
      return yield* readMultipart(mail, boundary);
    }
  }
  if (mail.boundaries.length >= depthLimit && type.value.startsWith("multipart/"))
    mail.sink.failure("too-deep", `parts are nested more than ${depthLimit} deep`, true);
  const attached = disposition.value === "attachment";
  if (
    isText(type.value) &&
    !attached &&
    (name === undefined || name === lastName(decodeField(fieldOf(header.fields, "content-location"))))
  ) {
    return yield* readText(mail, encoding, type.parameters.get("charset") ?? "", "body");
  }
  const sealed = /^application\/(?:x-)?pkcs7-mime$/.test(type.value) && /enveloped/.test(type.parameters.get("smime-type") ?? "");
  return yield* readMember(mail, encoding, memberName(mail, type.value, name), sealed);
}

function isText(type: string): boolean {
  return (
    type === "" ||
    type === "text/plain" ||
    type === "text/enriched" ||
    type === "message/delivery-status" ||
    type === "text/rfc822-headers" ||
    type.startsWith("multipart/")
  );
}

async function readHeader(mail: Mail): Promise<{ fields: readonly MimeField[]; stop: Stop; ended: boolean }> {
  const lines: string[] = [];
  let length = 0;
  for (;;) {
    const line = await mail.scanner.line(headerLine);
    if (line === undefined) {
      if (mail.boundaries.length > 0) mail.unclosed = true;
      return { fields: parseFields(lines), stop: undefined, ended: true };
    }
    if (/^\r?\n$/.test(line.toString("latin1", 0, 3)) && line.length <= 2) break;
    const text = line.toString("latin1");
    const stop = text.startsWith("--") ? boundaryOf(mail, text.replace(/\r?\n$/, "")) : undefined;
    if (stop !== undefined) return { fields: parseFields(lines), stop, ended: false };
    length += text.length;
    if (length > headerLimit) {
      mail.sink.failure("corrupt", "header of a part is too long to be one", true);
      break;
    }
    lines.push(text);
  }
  return { fields: parseFields(lines), stop: undefined, ended: false };
}

/** Which open multipart a line beginning with `--` delimits; the innermost first. */
function boundaryOf(mail: Mail, line: string): Stop {
  for (let level = mail.boundaries.length - 1; level >= 0; level--) {
    const boundary = mail.boundaries[level] ?? "";
    if (!line.startsWith(boundary, 2)) continue;
    const rest = line.slice(2 + boundary.length).trimEnd();
    if (rest === "" || rest === "--") return { level, closing: rest === "--" };
  }
  return undefined;
}

async function* readMultipart(mail: Mail, boundary: string): AsyncGenerator<Extracted, Stop> {
  const level = mail.boundaries.length;
  // Bytes of the delimiter: it was decoded with its field.
  mail.boundaries.push(toByteString(boundary).trimEnd());
  let stop = yield* readText(mail, "", "", "outside");
  while (stop !== undefined && stop.level === level && !stop.closing) {
    if (mail.input.signal.aborted) return undefined;
    stop = yield* readPart(mail, false);
  }
  mail.boundaries.length = level;
  if (stop === undefined) {
    mail.unclosed = true;
    return undefined;
  }
  // A parent's delimiter ends this one too.
  if (stop.level < level) return stop;
  return yield* readText(mail, "", "", "outside");
}

/** The delimiter of a multipart that does not name it: the first line that begins like one. */
async function sniffBoundary(mail: Mail): Promise<string | undefined> {
  const head = (await mail.scanner.peek(4096)).toString("latin1");
  return /(?:^|\n)--(\S[^\r\n]{0,200})/.exec(head)?.[1]?.trimEnd();
}

/** Bytes of a part, decoded, up to the delimiter that ends it. */
interface Body {
  next(): Promise<Buffer | undefined>;
  readonly stop: Stop;
}

function openBody(mail: Mail, encoding: string): Body {
  const decode = transferDecoder(encoding);
  let stop: Stop;
  let ended = false;
  return {
    async next(): Promise<Buffer | undefined> {
      while (!ended) {
        const found = await mail.scanner.until("--", (line) =>
          mail.boundaries.length === 0 ? undefined : boundaryOf(mail, line.toString("latin1")),
        );
        if (found !== undefined && "piece" in found) {
          const piece = decode(found.piece);
          if (piece.length > 0) return piece;
          continue;
        }
        ended = true;
        if (found === undefined) mail.unclosed ||= mail.boundaries.length > 0;
        else stop = found.stop;
        const rest = decode();
        if (rest.length > 0) return rest;
      }
      return undefined;
    },
    get stop(): Stop {
      return stop;
    },
  };
}

async function* readMember(mail: Mail, encoding: string, name: string, sealed: boolean): AsyncGenerator<Extracted, Stop> {
  const { input, sink } = mail;
  const body = openBody(mail, encoding);
  yield* sink.drain();
  const entry = innerEntry(input.entry, { name, key: ++mail.parts });
  if (sealed) yield told(input.entry, "encrypted", "part is encrypted (S/MIME)", false, entry.path);
  else if (sink.open && input.budget.take("members", 1)) {
    async function* pieces(): AsyncGenerator<Uint8Array, void> {
      for (let piece = await body.next(); piece !== undefined; piece = await body.next()) yield piece;
    }
    yield { type: "member", entry, open: () => Promise.resolve(streamSource(pieces(), undefined)) };
  } else sink.stop("too-large", "limit of members reached");
  // What the reader of the member has left.
  while ((await body.next()) !== undefined);
  return body.stop;
}

async function* readText(mail: Mail, encoding: string, charset: string, kind: "body" | "outside"): AsyncGenerator<Extracted, Stop> {
  const { sink } = mail;
  const body = openBody(mail, encoding);
  const sample: Buffer[] = [];
  let length = 0;
  for (let piece = await body.next(); piece !== undefined; piece = await body.next()) {
    sample.push(piece);
    length += piece.length;
    if (length >= sampleLength) break;
  }
  if (length === 0) return body.stop;
  const first = Buffer.concat(sample, length);
  const decode = charsetDecoder(charset, first);
  let line = 0;
  const flow = createFlow(sink, {
    id: sink.unique(kind),
    roles: kind === "body" ? ["body"] : ["hidden"],
    place: (mark) => ({ kind: "line", line: mark, column: 1 }),
  });
  const lines = lineSplitter();
  const packed = uuReader(mail, flow);
  for (let piece: Buffer | undefined = first; piece !== undefined; piece = await body.next()) {
    for (const text of lines.push(decode(piece))) yield* packed.line(text, ++line);
    yield* sink.drain();
  }
  for (const text of lines.push(decode(), true)) yield* packed.line(text, ++line);
  yield* packed.end();
  flow.flush();
  yield* sink.drain();
  return body.stop;
}

function lineSplitter(): { push(text: string, last?: boolean): readonly string[] } {
  let rest = "";
  return {
    push(text, last = false): readonly string[] {
      const all = (rest + text).split(/\r\n|\n|\r(?!$)/);
      rest = last ? "" : (all.pop() ?? "");
      if (rest.length > textLine) {
        all.push(rest);
        rest = "";
      }
      return all;
    },
  };
}

/** Lines of a text go to its flow, but what is uuencoded among them becomes a member. */
function uuReader(
  mail: Mail,
  flow: Flow,
): { line(text: string, number: number): Generator<Extracted, void>; end(): Generator<Extracted, void> } {
  let name: string | undefined;
  let pieces: Buffer[] = [];
  let length = 0;
  function* close(): Generator<Extracted, void> {
    if (name === undefined) return;
    const bytes = Buffer.concat(pieces, length);
    const entry = innerEntry(mail.input.entry, { name: unique(mail, name), key: ++mail.parts, size: length });
    name = undefined;
    pieces = [];
    length = 0;
    if (!mail.input.budget.take("members", 1)) {
      mail.sink.stop("too-large", "limit of members reached");
      return;
    }
    flow.flush();
    yield* mail.sink.drain();
    yield { type: "member", entry, open: () => Promise.resolve(memorySource(bytes)) };
  }
  return {
    *line(text, number): Generator<Extracted, void> {
      if (name === undefined) {
        name = uuStart(text);
        if (name === undefined) flow.line(toByteString(text), number);
        return;
      }
      const piece = uuLine(text);
      if (piece === undefined || length > uuLimit) {
        if (length > uuLimit) mail.sink.failure("too-large", "uuencoded part is larger than is held in memory", true);
        yield* close();
        if (text.trim() !== "end") flow.line(toByteString(text), number);
      } else {
        pieces.push(piece);
        length += piece.length;
      }
    },
    end: close,
  };
}

const extensions: Readonly<Record<string, string>> = {
  "text/html": ".html",
  "text/calendar": ".ics",
  "text/vcard": ".vcf",
  "text/x-vcard": ".vcf",
  "text/rtf": ".rtf",
  "text/csv": ".csv",
  "text/xml": ".xml",
  "message/rfc822": ".eml",
  "application/pdf": ".pdf",
  "application/zip": ".zip",
  "application/ms-tnef": ".dat",
  "image/jpeg": ".jpg",
  "image/png": ".png",
  "image/gif": ".gif",
};

function memberName(mail: Mail, type: string, name: string | undefined): string {
  if (name !== undefined) return unique(mail, type === "text/html" && !/\.[^./\\]{1,8}$/.test(name) ? `${name}.html` : name);
  if (type === "text/html") return unique(mail, "body.html");
  return unique(
    mail,
    `${type.startsWith("message/") ? "message" : "part"}${extensions[type] ?? (type.startsWith("message/") ? ".eml" : "")}`,
  );
}

/** `a.txt`, `a-2.txt`: names that a message uses twice are told apart. Line ends in names would break reports. */
function unique(mail: Mail, name: string): string {
  const clean = name.replace(/[\x00-\x1f\x7f]+/g, " ").trim() || "part";
  const count = (mail.names.get(clean) ?? 0) + 1;
  mail.names.set(clean, count);
  if (count === 1) return clean;
  const dot = clean.lastIndexOf(".");
  return dot > 0 ? `${clean.slice(0, dot)}-${count}${clean.slice(dot)}` : `${clean}-${count}`;
}

function lastName(location: string): string | undefined {
  const path = /^(?:[a-z]+:\/\/[^/]*\/|cid:)?([^?#]*)/i.exec(location)?.[1] ?? "";
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return name === "" ? undefined : name;
}

/** The fields as properties, one a line: `Subject: …`. */
function tellHeader(mail: Mail, fields: readonly MimeField[]): void {
  const names: string[] = [];
  const flow = createFlow(mail.sink, {
    id: mail.sink.unique("header"),
    roles: ["property"],
    place: (mark) => ({ kind: "property", name: names[mark] ?? "" }),
  });
  for (const { name, raw } of fields) {
    if (transport.test(name) || raw === "") continue;
    flow.line(toByteString(name === "" ? decodeField(raw) : `${name}: ${decodeField(raw)}`), names.push(name) - 1);
  }
  flow.flush();
  for (const { name, raw } of fields) if (/^msip_labels$/i.test(name)) tellLabels(mail, decodeField(raw));
}

/** Sensitivity labels that a mail carries (`MSIP_Label_…_Enabled=true; …`), as the properties that a document has of them. */
function tellLabels(mail: Mail, labels: string): void {
  const pairs = labels.split(";").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at > 0 ? [[toByteString(pair.slice(0, at).trim()), toByteString(pair.slice(at + 1).trim())] as const] : [];
  });
  const names = pairs.map(([name]) => name);
  const values = pairs.map(([, value]) => value);
  for (const item of giveProperties(mail.sink, "labels", names, values)) mail.sink.item(item);
}

function tellDescription(mail: Mail, fields: readonly MimeField[]): void {
  const told = fields.filter(({ name }) => /^(?:content-description|subject|comments)$/i.test(name));
  if (told.length > 0) tellHeader(mail, told);
}
