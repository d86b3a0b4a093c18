// Damages a file the way hostile and broken files are: bits, lengths, blocks and the ends of it, also behind compression and checksums.
import { deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateRawSync, inflateSync } from "node:zlib";

import { crc32 } from "../fixtures/zip.mjs";

/** A file is not grown beyond this; larger inputs say nothing new and take longer. */
const MOST = 4 * 1024 * 1024;
const INFLATED = { maxOutputLength: MOST };

/** Numbers at which readers go wrong when they stand for a length, a count or an offset. */
const edges = [0, 1, 2, 3, 4, 7, 8, 15, 16, 0x7f, 0x80, 0xff, 0x100, 0x1ff, 0x200, 0xfff, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x1_0000];
const wideEdges = [
  ...edges,
  0xf_ffff,
  0xff_ffff,
  0x7fff_ffff,
  0x8000_0000,
  0xffff_fffa,
  0xffff_fffc,
  0xffff_fffd,
  0xffff_fffe,
  0xffff_ffff,
];

/** What opens, closes or refers in the formats that are text. */
const tokens = [
  ..."{}<>[]()/\\\"'&;%#\0\r\n\t ",
  "<a>",
  "</a>",
  "<!--",
  "-->",
  "<![CDATA[",
  "]]>",
  "<!DOCTYPE x [<!ENTITY a '&a;&a;'>]>",
  "&#x110000;",
  "&#0;",
  "&lt;",
  "<table><tr><td>",
  "<script>",
  "<style>",
  "<textarea>",
  "<svg>",
  "<template>",
  "{\\rtf1",
  "{\\*\\",
  "\\bin99999999 ",
  "\\u-1?",
  "\\'",
  "\\ucnum",
  "\\trowd\\cellx1\\intbl\\cell\\row",
  "{\\object{\\*\\objdata 01050000",
  "<<",
  ">>",
  "stream\n",
  "endstream",
  "endobj",
  "1 0 obj",
  "1 0 R",
  "xref\n0 99999999\n",
  "/Length 99999999",
  "/Kids[1 0 R]",
  "/Parent 1 0 R",
  "BT /F1 12 Tf (",
  ") Tj ET",
  "--",
  "\r\n\r\n",
  "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
  "Content-Transfer-Encoding: base64\r\n",
  "Content-Transfer-Encoding: quoted-printable\r\n",
  "Content-Type: message/rfc822\r\n\r\n",
  "Content-Type: text/html; charset=utf-7\r\n",
  "=?gbk?B?",
  "?=",
  "=?utf-8?Q?",
  "begin 644 x\n",
  "\nFrom x\n",
  "BEGIN:VCARD\n",
  "\u{feff}",
  "\u{1f600}",
  "\ud800",
  "110101199003074477",
];

const copyOf = (bytes) => Buffer.from(bytes);

/** A length that is short more often than long. */
function span(random, most) {
  return 1 + random.below(Math.max(1, Math.min(most, 2 ** (1 + random.below(16)))));
}

function splice(bytes, from, remove, insert) {
  if (bytes.length - remove + insert.length > MOST) return bytes;
  return Buffer.concat([bytes.subarray(0, from), insert, bytes.subarray(from + remove)]);
}

const changes = {
  bits(bytes, random) {
    const out = copyOf(bytes);
    for (let count = 1 + random.below(8); count > 0; count--) out[random.below(out.length)] ^= 1 << random.below(8);
    return out;
  },
  bytes(bytes, random) {
    const out = copyOf(bytes);
    for (let count = 1 + random.below(16); count > 0; count--) out[random.below(out.length)] = random.below(256);
    return out;
  },
  /** Most of a format's numbers stand in its head or its directory; a third of all edits go to the first 4 KiB. */
  length(bytes, random) {
    const out = copyOf(bytes);
    const width = random.pick([1, 2, 2, 4, 4, 4, 8]);
    if (out.length < width) return out;
    for (let count = 1 + random.below(3); count > 0; count--) {
      const room = random.below(3) === 0 ? Math.min(4096, out.length) : out.length;
      let at = random.below(Math.max(1, room - width + 1));
      if (random.below(2) === 0) at -= at % width;
      const old = width === 1 ? out[at] : width === 2 ? out.readUInt16LE(at) : out.readUInt32LE(at);
      const edge = random.pick([
        random.pick(wideEdges),
        random.pick(wideEdges),
        bytes.length,
        bytes.length - at,
        at,
        old + 1,
        old - 1,
        old * 2,
        Math.floor(at / 512),
      ]);
      const big = random.below(4) === 0;
      const low = (edge < 0 ? 0x1_0000_0000 + edge : edge) % 0x1_0000_0000;
      // Wide numbers are the low half and a high half of zeros or ones.
      const high = random.pick([0, 0, 1, 0x7fff_ffff, 0xffff_ffff]);
      const number = Buffer.alloc(8);
      number.writeUInt32LE(low, 0);
      number.writeUInt32LE(high, 4);
      const value = number.subarray(0, width);
      if (big) value.reverse();
      value.copy(out, at);
    }
    return out;
  },
  truncate: (bytes, random) => copyOf(bytes.subarray(0, random.below(bytes.length + 1))),
  beheaded: (bytes, random) => copyOf(bytes.subarray(span(random, bytes.length))),
  remove(bytes, random) {
    const from = random.below(bytes.length);
    return splice(bytes, from, span(random, bytes.length - from), Buffer.alloc(0));
  },
  duplicate(bytes, random) {
    const from = random.below(bytes.length);
    const block = bytes.subarray(from, from + span(random, bytes.length - from));
    return splice(bytes, from, 0, block);
  },
  move(bytes, random) {
    const from = random.below(bytes.length);
    const block = bytes.subarray(from, from + span(random, bytes.length - from));
    return splice(bytes, random.below(bytes.length), random.below(2) * block.length, block);
  },
  /** Aligned to sectors and pages: chains then lead into each other. */
  sector(bytes, random) {
    const size = random.pick([512, 512, 64, 1024, 4096]);
    const count = Math.floor(bytes.length / size);
    if (count < 2) return copyOf(bytes);
    const out = copyOf(bytes);
    const from = random.below(count) * size;
    bytes.copy(out, random.below(count) * size, from, from + size);
    return out;
  },
  /** Nesting: a short block over and over. */
  many(bytes, random) {
    const from = random.below(bytes.length);
    const block = bytes.subarray(from, from + 1 + random.below(Math.min(64, bytes.length - from)));
    const times = random.pick([100, 1_000, 10_000, 50_000]);
    return splice(bytes, from, 0, Buffer.alloc(Math.min(block.length * times, 1024 * 1024), block));
  },
  noise(bytes, random) {
    const out = copyOf(bytes);
    const keep = Math.min(out.length, random.pick([4, 8, 16, 64, 512, 1024]));
    for (let at = keep; at < out.length; at++) out[at] = random.below(256);
    return out;
  },
  noisyBlock(bytes, random) {
    const out = copyOf(bytes);
    const from = random.below(out.length);
    const end = Math.min(out.length, from + span(random, out.length - from));
    const value = random.pick([-1, -1, 0, 0xff]);
    for (let at = from; at < end; at++) out[at] = value < 0 ? random.below(256) : value;
    return out;
  },
};

const textChanges = {
  token(bytes, random) {
    let out = bytes;
    for (let count = 1 + random.below(4); count > 0; count--)
      out = splice(out, random.below(out.length + 1), random.below(3), Buffer.from(random.pick(tokens)));
    return out;
  },
  tokens(bytes, random) {
    const token = Buffer.from(random.pick(tokens));
    const times = random.pick([100, 1_000, 20_000, 100_000]);
    return splice(bytes, random.below(bytes.length + 1), 0, Buffer.alloc(Math.min(token.length * times, 1024 * 1024), token));
  },
  number(bytes, random) {
    const text = bytes.toString("latin1");
    const found = [...text.matchAll(/\d+/g)];
    if (found.length === 0) return copyOf(bytes);
    const { 0: digits, index } = random.pick(found);
    const value = random.pick([
      ...wideEdges.map(String),
      "-1",
      "99999999999999999999",
      "1e308",
      "NaN",
      `${Number(digits) + 1}`,
      digits.repeat(50),
    ]);
    return splice(bytes, index, digits.length, Buffer.from(value));
  },
};

const byteNames = Object.keys(changes);
const textNames = Object.keys(textChanges);

function looksLikeText(bytes) {
  const head = bytes.subarray(0, 4096);
  let odd = 0;
  for (const byte of head) if (byte < 9 || (byte > 13 && byte < 32)) odd++;
  return odd * 50 < head.length;
}

function mutatePlain(bytes, random, told) {
  const text = looksLikeText(bytes) || bytes.subarray(0, 5).toString("latin1") === "%PDF-";
  let out = bytes;
  for (let count = random.pick([1, 1, 1, 2, 3, 5]); count > 0 && out.length > 0; count--) {
    const name = text && random.below(5) < 3 ? random.pick(textNames) : random.pick(byteNames);
    told.push(name);
    out = (textChanges[name] ?? changes[name])(out, random);
  }
  return out;
}

/** Members as the central directory of a plain zip names them; undefined for what is none. */
function zipMembers(bytes) {
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  if (end < 0 || end + 22 > bytes.length) return undefined;
  const members = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let count = bytes.readUInt16LE(end + 10); count > 0; count--) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50) return undefined;
    const nameLength = bytes.readUInt16LE(at + 28);
    const local = bytes.readUInt32LE(at + 42);
    if (local + 30 > bytes.length) return undefined;
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    members.push({
      flags: bytes.readUInt16LE(at + 8) & ~8,
      method: bytes.readUInt16LE(at + 10),
      crc: bytes.readUInt32LE(at + 16),
      size: bytes.readUInt32LE(at + 24),
      name: bytes.subarray(at + 46, at + 46 + nameLength),
      packed: bytes.subarray(from, from + bytes.readUInt32LE(at + 20)),
    });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return members.length === 0 ? undefined : members;
}

function writeZip(members) {
  const locals = [];
  const central = [];
  let offset = 0;
  for (const { flags, method, crc, size, name, packed } of members) {
    const header = Buffer.alloc(30);
    header.writeUInt32LE(0x04034b50, 0);
    header.writeUInt16LE(20, 4);
    header.writeUInt16LE(flags, 6);
    header.writeUInt16LE(method, 8);
    header.writeUInt16LE(0x5a21, 12);
    header.writeUInt32LE(crc, 14);
    header.writeUInt32LE(packed.length, 18);
    header.writeUInt32LE(size, 22);
    header.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    header.copy(entry, 6, 4, 30);
    entry.writeUInt32LE(offset, 42);
    locals.push(header, name, packed);
    central.push(entry, name);
    offset += 30 + name.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** Inside one or two members, with the right checksum: the damage reaches the reader behind the container. */
function mutateZip(bytes, random, told) {
  const members = zipMembers(bytes);
  if (members === undefined) return undefined;
  for (let count = 1 + random.below(2); count > 0; count--) {
    const at = random.below(members.length);
    const member = members[at];
    if (random.below(12) === 0) {
      told.push("member:name");
      const other = random.pick(members).name;
      member.name = random.pick([
        other,
        Buffer.from(`../${member.name.toString("latin1")}`, "latin1"),
        mutatePlain(member.name, random, told).subarray(0, 60_000),
      ]);
      continue;
    }
    let plain;
    if (member.method === 8) plain = inflateRawSync(member.packed, INFLATED);
    else if (member.method === 0) plain = member.packed;
    else continue;
    if (plain.length === 0) continue;
    told.push(`in:${member.name.toString("utf8").slice(0, 40)}`);
    const changed = mutate(Buffer.from(plain), random, told);
    members[at] = { ...member, method: 8, crc: crc32(changed), size: changed.length, packed: deflateRawSync(changed, { level: 1 }) };
  }
  if (random.below(10) === 0) members.splice(random.below(members.length), 1);
  return members.length === 0 ? undefined : writeZip(members);
}

function mutateGzip(bytes, random, told) {
  told.push("in:gzip");
  return gzipSync(mutate(gunzipSync(bytes, INFLATED), random, told), { level: 1 });
}

/** Inside a compressed stream of a PDF, with its length put right. */
function mutatePdf(bytes, random, told) {
  const text = bytes.toString("latin1");
  const found = [...text.matchAll(/stream\r?\n/g)].filter(({ index }) => text.slice(index - 3, index) !== "end");
  if (found.length === 0) return undefined;
  const { 0: word, index } = random.pick(found);
  const from = index + word.length;
  const to = text.indexOf("endstream", from);
  if (to < 0) return undefined;
  const packed = bytes.subarray(from, to);
  let changed;
  try {
    changed = deflateSync(mutatePlain(inflateSync(packed, { ...INFLATED, finishFlush: 2 }), random, told));
    told.push(`in:stream@${index}`);
  } catch {
    changed = mutatePlain(packed, random, told);
  }
  const head = text.slice(0, from).replace(/\/Length \d+(?! \d+ R)(?=[^/]*(?:\/(?!Length \d)[^/]*)*$)/, `/Length ${changed.length}`);
  return Buffer.concat([Buffer.from(head, "latin1"), changed, bytes.subarray(to)]);
}

/** Inside the header of a 7z archive, with both checksums put right. */
function mutateSevenZip(bytes, random, told) {
  const offset = 32 + Number(bytes.readBigUInt64LE(12));
  const size = Number(bytes.readBigUInt64LE(20));
  if (offset + size > bytes.length || size === 0) return undefined;
  told.push("in:7z-header");
  const header = mutatePlain(bytes.subarray(offset, offset + size), random, told);
  const out = Buffer.concat([bytes.subarray(0, offset), header]);
  out.writeBigUInt64LE(BigInt(header.length), 20);
  out.writeUInt32LE(crc32(header), 28);
  out.writeUInt32LE(crc32(out.subarray(12, 32)), 8);
  return out;
}

const inside = [
  ["PK\x03\x04", mutateZip],
  ["\x1f\x8b", mutateGzip],
  ["%PDF-", mutatePdf],
  ["7z\xbc\xaf\x27\x1c", mutateSevenZip],
];

/** A damaged copy of `bytes`; the names of what was done are put into `told`. */
export function mutate(bytes, random, told) {
  if (bytes.length === 0) return bytes;
  for (const [magic, change] of inside) {
    if (bytes.subarray(0, magic.length).toString("latin1") !== magic || random.below(4) === 0) continue;
    try {
      const out = change(bytes, random, told);
      if (out !== undefined && out.length <= MOST) return out;
    } catch {
      // Encrypted or damaged on purpose: then as it lies.
    }
  }
  return mutatePlain(bytes, random, told);
}
