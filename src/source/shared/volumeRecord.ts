/** What a file system says of itself in its first sectors. */
export interface VolumeRecord {
  /** As Linux and blkid name it: `vfat`, `exfat`, `ntfs`, `ext4`, `iso9660`, `crypto_LUKS`, `BitLocker`. */
  readonly fileSystem: string;
  readonly label?: string;
  /** `1A2B-3C4D` for FAT, exFAT and NTFS (of its 8 bytes the four that Windows shows), a UUID in lower case, a date for ISO 9660. */
  readonly volumeId?: string;
}

/** Gives the bytes at an offset, fewer at the end of the device; never throws. */
export type ReadAt = (offset: number, length: number) => Buffer;

/** 68 KiB: the superblock of btrfs is the last thing looked at, from 64 KiB on. */
const headSize = 68 * 1024;

/** Most bytes of a root directory looked through for the label. */
const directorySize = 64 * 1024;

/**
 * Recognises a file system by its own structures; undefined for what is none of those known. A damaged one may lack its label. Offsets are
 * those of the Microsoft FAT and exFAT specifications, ECMA-119, and the superblocks in the Linux sources.
 */
export function identifyVolume(read: ReadAt): VolumeRecord | undefined {
  const head = read(0, headSize);
  for (const recognise of [bitLocker, ntfs, exfat, fat, luks, xfs, lvm, ext, swap, iso, btrfs]) {
    const recognised = recognise(head, read);
    if (recognised !== undefined) {
      return recognised;
    }
  }
  return undefined;
}

/** ASCII or Latin-1 text at an offset; shorter where the bytes end. */
function textAt(bytes: Buffer, offset: number, length: number): string {
  return bytes.toString("latin1", offset, offset + length);
}

function record(fileSystem: string, label: string, volumeId: string): VolumeRecord {
  const end = label.indexOf("\0");
  const shown = (end === -1 ? label : label.slice(0, end)).trim();
  return { fileSystem, ...(shown === "" ? {} : { label: shown }), ...(volumeId === "" ? {} : { volumeId }) };
}

function serial(value: number): string {
  const hex = value.toString(16).toUpperCase().padStart(8, "0");
  return `${hex.slice(0, 4)}-${hex.slice(4)}`;
}

function uuid(bytes: Buffer, offset: number): string {
  const hex = bytes.toString("hex", offset, offset + 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** BitLocker by its name, BitLocker To Go (which looks like FAT) by its GUID 4967D63B-2E29-4AD8-8399-F6A339E3D001. */
function bitLocker(head: Buffer): VolumeRecord | undefined {
  const toGo = head.toString("hex", 424, 440) === "3bd66749292ed84a8399f6a339e3d001";
  return toGo || textAt(head, 3, 8) === "-FVE-FS-" ? { fileSystem: "BitLocker" } : undefined;
}

function ntfs(head: Buffer, read: ReadAt): VolumeRecord | undefined {
  if (head.length < 512 || textAt(head, 3, 8) !== "NTFS    ") {
    return undefined;
  }
  const perCluster = head.readUInt8(13);
  const cluster = head.readUInt16LE(11) * (perCluster > 0x80 ? 2 ** (256 - perCluster) : perCluster);
  const perRecord = head.readInt8(64);
  const recordSize = Math.min(perRecord < 0 ? 2 ** -perRecord : perRecord * cluster, 4096);
  // Record 3 of the master file table is `$Volume`.
  const volume = read(Number(head.readBigUInt64LE(48)) * cluster + 3 * recordSize, recordSize);
  return record("ntfs", ntfsLabel(volume), serial(head.readUInt32LE(72)));
}

/** The content of attribute 0x60 (`$VOLUME_NAME`) in a file record. */
function ntfsLabel(file: Buffer): string {
  if (file.length < 48 || textAt(file, 0, 4) !== "FILE") {
    return "";
  }
  // The last two bytes of each sector stand in the update sequence array.
  const array = file.readUInt16LE(4);
  for (let sector = 1; sector < file.readUInt16LE(6) && sector * 512 <= file.length && array + sector * 2 + 2 <= file.length; sector += 1) {
    file.copy(file, sector * 512 - 2, array + sector * 2, array + sector * 2 + 2);
  }
  let at = file.readUInt16LE(20);
  while (at + 24 <= file.length && file.readUInt32LE(at) !== 0xffffffff) {
    const length = file.readUInt32LE(at + 4);
    if (file.readUInt32LE(at) === 0x60 && file.readUInt8(at + 8) === 0) {
      const from = at + file.readUInt16LE(at + 20);
      return file.toString("utf16le", from, from + Math.min(file.readUInt32LE(at + 16), 256));
    }
    if (length < 24) {
      break;
    }
    at += length;
  }
  return "";
}

function exfat(head: Buffer, read: ReadAt): VolumeRecord | undefined {
  if (head.length < 512 || textAt(head, 3, 8) !== "EXFAT   ") {
    return undefined;
  }
  const sector = 2 ** Math.min(head.readUInt8(108), 12);
  const cluster = sector * 2 ** Math.min(head.readUInt8(109), 25);
  const root = head.readUInt32LE(88) * sector + (head.readUInt32LE(96) - 2) * cluster;
  const directory = root > 0 ? read(root, Math.min(cluster, directorySize)) : Buffer.alloc(0);
  let label = "";
  for (let at = 0; at + 32 <= directory.length && directory[at] !== 0; at += 32) {
    if (directory[at] === 0x83) {
      label = directory.toString("utf16le", at + 2, at + 2 + 2 * Math.min(directory.readUInt8(at + 1), 11));
      break;
    }
  }
  return record("exfat", label, serial(head.readUInt32LE(100)));
}

function fat(head: Buffer, read: ReadAt): VolumeRecord | undefined {
  if (head.length < 512 || head.readUInt16LE(510) !== 0xaa55 || (head[0] !== 0xeb && head[0] !== 0xe9)) {
    return undefined;
  }
  const sector = head.readUInt16LE(11);
  const perCluster = head.readUInt8(13);
  const tables = head.readUInt8(16);
  const plausible = [512, 1024, 2048, 4096].includes(sector) && perCluster > 0 && (perCluster & (perCluster - 1)) === 0;
  if (!plausible || tables === 0 || tables > 2 || head.readUInt16LE(14) === 0 || head.readUInt8(21) < 0xf0) {
    return undefined;
  }
  const smallTable = head.readUInt16LE(22);
  const wide = smallTable === 0;
  const dataStart = (head.readUInt16LE(14) + tables * (wide ? head.readUInt32LE(36) : smallTable)) * sector;
  const root = wide ? dataStart + (head.readUInt32LE(44) - 2) * perCluster * sector : dataStart;
  const length = wide ? perCluster * sector : head.readUInt16LE(17) * 32;
  const directory = root > 0 ? read(root, Math.min(length, directorySize)) : Buffer.alloc(0);
  const boot = textAt(head, wide ? 71 : 43, 11).trim();
  return record("vfat", fatLabel(directory) ?? (boot === "NO NAME" ? "" : boot), serial(head.readUInt32LE(wide ? 67 : 39)));
}

/** The root directory's label entry; Chinese Windows writes it in code page 936. */
function fatLabel(directory: Buffer): string | undefined {
  for (let at = 0; at + 32 <= directory.length && directory[at] !== 0; at += 32) {
    const attributes = directory.readUInt8(at + 11);
    if (directory[at] !== 0xe5 && attributes !== 0x0f && (attributes & 0x08) !== 0) {
      const name = Buffer.from(directory.subarray(at, at + 11));
      if (name[0] === 0x05) {
        // 0xE5 in the first place would mean a deleted entry.
        name[0] = 0xe5;
      }
      return new TextDecoder("gb18030").decode(name);
    }
  }
  return undefined;
}

function ext(head: Buffer): VolumeRecord | undefined {
  if (head.length < 2048 || head.readUInt16LE(1024 + 56) !== 0xef53) {
    return undefined;
  }
  const journal = (head.readUInt32LE(1024 + 92) & 0x4) !== 0;
  // Any of extents, 64-bit, flexible groups.
  const fourth = (head.readUInt32LE(1024 + 96) & 0x2c0) !== 0;
  return record(fourth ? "ext4" : journal ? "ext3" : "ext2", head.toString("utf8", 1024 + 120, 1024 + 136), uuid(head, 1024 + 104));
}

/** Volume descriptors from 32 KiB on; a Joliet one (UCS-2, ISO 9660 level of Microsoft) has the better label. */
function iso(head: Buffer): VolumeRecord | undefined {
  let label = "";
  let created = "";
  let found = false;
  let universal = false;
  for (let at = 32 * 1024; at + 2048 <= head.length && head[at] !== 255; at += 2048) {
    const name = textAt(head, at + 1, 5);
    universal ||= name === "NSR02" || name === "NSR03";
    if (name !== "CD001") {
      continue;
    }
    if (head[at] === 1) {
      found = true;
      label ||= textAt(head, at + 40, 32);
      created = textAt(head, at + 813, 16);
    } else if (head[at] === 2 && /^%\/[@CE]/.test(textAt(head, at + 88, 3))) {
      label =
        Buffer.from(head.subarray(at + 40, at + 72))
          .swap16()
          .toString("utf16le")
          .trim() || label;
    }
  }
  if (!found) {
    return universal ? { fileSystem: "udf" } : undefined;
  }
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(created);
  return record("iso9660", label, parts === null ? "" : parts.slice(1).join("-"));
}

function luks(head: Buffer): VolumeRecord | undefined {
  return textAt(head, 0, 6) === "LUKS\xba\xbe" ? record("crypto_LUKS", "", textAt(head, 168, 40).replace(/\0.*$/s, "")) : undefined;
}

function xfs(head: Buffer): VolumeRecord | undefined {
  return textAt(head, 0, 4) === "XFSB" ? record("xfs", head.toString("utf8", 108, 120), uuid(head, 32)) : undefined;
}

function lvm(head: Buffer): VolumeRecord | undefined {
  return textAt(head, 512, 8) === "LABELONE" && textAt(head, 536, 8) === "LVM2 001" ? { fileSystem: "LVM2_member" } : undefined;
}

function swap(head: Buffer): VolumeRecord | undefined {
  return textAt(head, 4086, 10) === "SWAPSPACE2" ? record("swap", head.toString("utf8", 1052, 1068), uuid(head, 1036)) : undefined;
}

function btrfs(head: Buffer): VolumeRecord | undefined {
  const at = 64 * 1024;
  return textAt(head, at + 64, 8) === "_BHRfS_M"
    ? record("btrfs", head.toString("utf8", at + 299, at + 555), uuid(head, at + 32))
    : undefined;
}
