import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listVolumes, removableMounts, volumeOf } from "../../src/source/media.ts";

let top: string;

/** Files of a scratch system; directories are made as needed. */
function put(files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), content);
  }
}

function link(path: string, target: string): void {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  symlinkSync(relative(dirname(join(top, path)), join(top, target)), join(top, path));
}

/** A block device as sysfs shows it. */
function device(path: string, number: string, attributes: Readonly<Record<string, string>>): void {
  put(
    Object.fromEntries(Object.entries({ dev: number, ro: "0", ...attributes }).map(([name, value]) => [`${path}/${name}`, `${value}\n`])),
  );
  link(`sys/dev/block/${number}`, path);
  link(`sys/class/block/${path.split("/").at(-1) ?? ""}`, path);
}

function image(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`../../fixtures/media/${name}.img.gz`, import.meta.url)));
}

beforeAll(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), "zicha-media-")));
  const pci = "sys/devices/pci0000:00";
  device(`${pci}/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda`, "8:0", {
    size: "1000",
    removable: "0",
    "device/vendor": "ATA     ",
    "device/model": "SSD 1TB",
  });
  device(`${pci}/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda/sda1`, "8:1", { size: "900", partition: "1" });
  const usb = `${pci}/0000:00:14.0/usb2/2-1`;
  put({
    [`${pci}/0000:00:14.0/usb2/idVendor`]: "1d6b\n",
    [`${usb}/idVendor`]: "0951\n",
    [`${usb}/idProduct`]: "1666\n",
    [`${usb}/manufacturer`]: "Kingston\n",
    [`${usb}/product`]: "DataTraveler 3.0\n",
    [`${usb}/serial`]: "E0D55EA5741BF540\n",
  });
  // A USB hard disk: removable is 0.
  const stick = `${usb}/2-1:1.0/host6/target6:0:0/6:0:0:0/block/sdb`;
  device(stick, "8:16", { size: "2000", removable: "0" });
  device(`${stick}/sdb1`, "8:17", { size: "1024", partition: "1" });
  device(`${stick}/sdb2`, "8:18", { size: "512", partition: "2" });
  // Encrypted: what is inside is mapped.
  device(`${stick}/sdb3`, "8:19", { size: "400", partition: "3", "holders/dm-0/dev": "253:0" });
  device("sys/devices/virtual/block/dm-0", "253:0", { size: "399" });
  link("sys/devices/virtual/block/dm-0/slaves/sdb3", `${stick}/sdb3`);
  device("sys/devices/platform/mmc0/mmc0:aaaa/block/mmcblk0", "179:0", {
    size: "64",
    ro: "1",
    removable: "0",
    "device/type": "SD",
    "device/name": "SU08G",
    "device/serial": "0x1234abcd",
  });
  device("sys/devices/virtual/block/loop3", "7:3", { size: "0" });
  device("sys/devices/virtual/block/zram0", "252:0", { size: "4096" });
  put({
    "dev/sda1": image("ext4"),
    "dev/sdb1": image("fat32"),
    "dev/sdb2": image("ntfs"),
    "dev/dm-0": image("exfat"),
    "proc/self/mountinfo": `${[
      "22 27 0:21 / /proc rw,relatime - proc proc rw",
      "27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro",
      "30 27 8:1 /srv /export rw,relatime - ext4 /dev/sda1 rw",
      "31 27 8:17 / /media/\\344\\270\\213\\350\\275\\275\\040U盘 rw,nosuid shared:2 master:1 - vfat /dev/sdb1 rw,codepage=936".replace(
        "盘",
        "\xe7\x9b\x98",
      ),
      "32 27 0:44 / /media/secure ro - fuseblk /dev/mapper/secure ro,user_id=0",
      "33 27 0:45 / /net/share rw - nfs4 server:/share rw",
      "garbage",
      "34 27 0:46 /",
    ].join("\n")}\n`,
  });
  writeFileSync(join(top, "proc/self/mountinfo"), readFileSync(join(top, "proc/self/mountinfo"), "utf8"), "latin1");
  link("dev/mapper/secure", "dev/dm-0");
  link("dev/disk/by-label/SD\\x20\\xe5\\x8d\\xa1", "dev/mmcblk0");
  link("dev/disk/by-uuid/0000-1111", "dev/mmcblk0");
});
afterAll(() => {
  rmSync(top, { recursive: true, force: true });
});

const kingston = {
  removable: true,
  bus: "usb",
  vendorId: "0951",
  productId: "1666",
  vendor: "Kingston",
  product: "DataTraveler 3.0",
  serial: "E0D55EA5741BF540",
};

test.runIf(process.platform === "linux")("lists what is mounted and what is not", async () => {
  expect(await listVolumes(top)).toEqual([
    {
      mount: "/",
      device: "/dev/sda1",
      fileSystem: "ext4",
      readOnly: false,
      removable: false,
      bus: "ata",
      vendor: "ATA",
      product: "SSD 1TB",
      size: 460_800,
      label: "归档",
      volumeId: "11111111-2222-3333-4444-555555555555",
    },
    {
      mount: "/media/下载 U盘",
      device: "/dev/sdb1",
      fileSystem: "vfat",
      readOnly: false,
      ...kingston,
      size: 524_288,
      label: "财务备份",
      volumeId: "DEAD-BEEF",
    },
    {
      mount: "/media/secure",
      device: "/dev/dm-0",
      fileSystem: "exfat",
      readOnly: true,
      ...kingston,
      size: 204_288,
      label: "审计U盘",
      volumeId: "FBBF-A2B0",
    },
    {
      mount: "",
      device: "/dev/mmcblk0",
      fileSystem: "",
      readOnly: true,
      removable: true,
      bus: "sd",
      product: "SU08G",
      serial: "0x1234abcd",
      size: 32_768,
      label: "SD 卡",
      volumeId: "0000-1111",
    },
    {
      mount: "",
      device: "/dev/sdb2",
      fileSystem: "ntfs",
      readOnly: false,
      ...kingston,
      size: 262_144,
      label: "涉密资料",
      volumeId: "74A2-792B",
    },
  ]);
});

test.runIf(process.platform === "linux")("knows what can be carried away, and is mounted", async () => {
  expect((await removableMounts(top)).map(({ mount }) => mount)).toEqual(["/media/下载 U盘", "/media/secure"]);
});

test.runIf(process.platform === "linux")("says on which volume a path lies", async () => {
  expect(await volumeOf("/usr", top)).toMatchObject({ mount: "/", device: "/dev/sda1", label: "归档" });
  expect(await volumeOf("/nowhere/at/all", top)).toBeUndefined();
  put({ "elsewhere/proc/self/mountinfo": "33 27 0:45 / / ro - nfs4 server:/share rw\n" });
  expect(await volumeOf("/usr", join(top, "elsewhere"))).toEqual({
    mount: "/",
    device: "server:/share",
    fileSystem: "nfs4",
    readOnly: true,
    removable: false,
  });
});

test.runIf(process.platform === "linux")("a system without these lists has no volumes; the real one answers", async () => {
  expect(await listVolumes(join(top, "empty"))).toEqual([]);
  expect(await volumeOf("/", join(top, "empty"))).toBeUndefined();
  expect(Array.isArray(await listVolumes("/"))).toBe(true);
});
