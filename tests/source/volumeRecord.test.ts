import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { identifyVolume } from "../../src/source/shared/volumeRecord.ts";
import type { VolumeRecord } from "../../src/source/shared/volumeRecord.ts";

const recorded: Readonly<Record<string, VolumeRecord>> = {
  fat12: { fileSystem: "vfat", label: "BACKUP", volumeId: "1A2B-3C4D" },
  fat16: { fileSystem: "vfat", volumeId: "00C0-FFEE" },
  fat32: { fileSystem: "vfat", label: "财务备份", volumeId: "DEAD-BEEF" },
  exfat: { fileSystem: "exfat", label: "审计U盘", volumeId: "FBBF-A2B0" },
  ntfs: { fileSystem: "ntfs", label: "涉密资料", volumeId: "74A2-792B" },
  ext4: { fileSystem: "ext4", label: "归档", volumeId: "11111111-2222-3333-4444-555555555555" },
  iso: { fileSystem: "iso9660", label: "光盘2025", volumeId: "2026-11-24-14-44-00-00" },
  swap: { fileSystem: "swap", label: "sw", volumeId: "11111111-2222-3333-4444-777777777777" },
};

function image(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`../../fixtures/media/${name}.img.gz`, import.meta.url)));
}

function identify(bytes: Buffer): VolumeRecord | undefined {
  return identifyVolume((offset, length) => Buffer.from(bytes.subarray(offset, offset + length)));
}

/** A head with texts and bytes at offsets, all else zero. */
function head(...pieces: readonly (readonly [number, string])[]): Buffer {
  const bytes = Buffer.alloc(70 * 1024);
  for (const [offset, text] of pieces) {
    bytes.write(text, offset, "latin1");
  }
  return bytes;
}

test.each(Object.entries(recorded))("%s", (name, expected) => {
  expect(identify(image(name))).toEqual(expected);
});

test.each<[string, Buffer, VolumeRecord | undefined]>([
  ["BitLocker", head([3, "-FVE-FS-"]), { fileSystem: "BitLocker" }],
  [
    "BitLocker To Go, which looks like FAT",
    head([0, "\xeb\x58\x90MSWIN4.1"], [424, "\x3b\xd6\x67\x49\x29\x2e\xd8\x4a\x83\x99\xf6\xa3\x39\xe3\xd0\x01"], [510, "\x55\xaa"]),
    { fileSystem: "BitLocker" },
  ],
  [
    "LUKS",
    head([0, "LUKS\xba\xbe\0\x02"], [168, "3d1c0f5e-0000-4000-8000-000000000001"]),
    { fileSystem: "crypto_LUKS", volumeId: "3d1c0f5e-0000-4000-8000-000000000001" },
  ],
  ["LVM", head([512, "LABELONE"], [536, "LVM2 001"]), { fileSystem: "LVM2_member" }],
  [
    "XFS",
    head([0, "XFSB"], [32, "0123456789abcdef"], [108, "data"]),
    { fileSystem: "xfs", label: "data", volumeId: "30313233-3435-3637-3839-616263646566" },
  ],
  [
    "btrfs",
    head([65_568, "0123456789abcdef"], [65_600, "_BHRfS_M"], [65_835, "pool"]),
    { fileSystem: "btrfs", label: "pool", volumeId: "30313233-3435-3637-3839-616263646566" },
  ],
  ["UDF", head([32_769, "BEA01"], [34_817, "NSR02"]), { fileSystem: "udf" }],
  ["a partition table with boot code", head([0, "\xeb\x63\x90"], [510, "\x55\xaa"]), undefined],
  ["nothing", head(), undefined],
  ["an empty device", Buffer.alloc(0), undefined],
])("%s", (_, bytes, expected) => {
  expect(identify(bytes)).toEqual(expected);
});

test.each(Object.keys(recorded))("%s, damaged in any way, neither throws nor runs on", (name) => {
  const whole = image(name);
  for (const length of [1, 3, 11, 100, 511, 512, 600, 1100, 2047, 33_000, 65_600]) {
    identify(whole.subarray(0, length));
  }
  // A fixed sequence (Park–Miller), so that a failure comes again.
  let state = 20_250_101;
  for (let round = 0; round < 300; round += 1) {
    const bytes = Buffer.from(whole.subarray(0, 72 * 1024));
    for (let change = 0; change < 40; change += 1) {
      state = (state * 48_271) % 2_147_483_647;
      // From byte 11 on: the magic of most stands before and has to stay.
      bytes[11 + (state % 120)] = state >> 16;
    }
    expect(identify(bytes)?.label?.length ?? 0).toBeLessThanOrEqual(256);
  }
});
