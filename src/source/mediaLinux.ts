import { closeSync, constants, existsSync, openSync, readFileSync, readSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Volume } from "../model/event.ts";
import { showBytes, toSystemPath } from "../util/path.ts";
import type { ByteString } from "../util/path.ts";
import { isWithin, mountOf, readMounts } from "./shared/mounts.ts";
import type { Mount } from "./shared/mounts.ts";
import { errorCode } from "./shared/systemError.ts";
import { identifyVolume } from "./shared/volumeRecord.ts";
import type { VolumeRecord } from "./shared/volumeRecord.ts";

/** Bytes per sector in sysfs, whatever the disk says. */
const sectorSize = 512;

/** Device mapper on device mapper, and directories above a device: more than any machine has. */
const deepest = 32;

/**
 * Every volume with a block device: mounted ones in the order they were mounted, then the others by name. A volume mounted in several places
 * stands once for each that shows something else. `systemRoot` stands before /proc, /sys and /dev. Starts no program and writes nothing;
 * where the device may not be read, serial and label come from the links of udev, if there are any.
 */
export function listLinuxVolumes(systemRoot: string): Volume[] {
  const mounts = readMounts(systemRoot);
  const names = readDeviceLinks(systemRoot);
  const volumes: Volume[] = [];
  const mounted = new Map<string, Mount[]>();
  for (const mount of mounts) {
    const block = blockOf(mount, systemRoot);
    if (block === undefined) {
      continue;
    }
    const earlier = mounted.get(block) ?? [];
    if (!earlier.some((other) => isWithin(mount.root, other.root))) {
      volumes.push(describeMount(mount, block, systemRoot, names));
    }
    mounted.set(block, [...earlier, mount]);
  }
  for (const name of entriesOf(join(systemRoot, "sys/class/block"))) {
    const block = resolveLink(join(systemRoot, "sys/class/block", name));
    if (block !== undefined && !mounted.has(block) && mayHoldVolume(block)) {
      const { record, empty } = recordOf(block, systemRoot, names);
      if (!empty) {
        volumes.push({ mount: "", ...describeBlock(block), ...withRecord(record, "") });
      }
    }
  }
  return volumes;
}

/** The volume that a path without links lies on, also one without a block device (network, memory); undefined without a list of mounts. */
export function linuxVolumeOf(path: ByteString, systemRoot: string): Volume | undefined {
  const mount = mountOf(readMounts(systemRoot), path);
  if (mount === undefined) {
    return undefined;
  }
  const block = blockOf(mount, systemRoot);
  if (block !== undefined) {
    return describeMount(mount, block, systemRoot, readDeviceLinks(systemRoot));
  }
  return {
    mount: showBytes(mount.point),
    device: showBytes(mount.source),
    fileSystem: mount.type,
    readOnly: mount.readOnly,
    removable: false,
  };
}

/** The directory in sysfs of the device under a mount: by its number, else (btrfs, some FUSE) by the name of its source. */
function blockOf(mount: Mount, systemRoot: string): string | undefined {
  const byNumber = mount.device.startsWith("0:") ? undefined : resolveLink(join(systemRoot, "sys/dev/block", mount.device));
  if (byNumber !== undefined || !mount.source.startsWith("/dev/")) {
    return byNumber;
  }
  const node = resolveLink(join(systemRoot, showBytes(mount.source)));
  return node === undefined ? undefined : resolveLink(join(systemRoot, "sys/class/block", basename(node)));
}

function describeMount(mount: Mount, block: string, systemRoot: string, names: ReadonlyMap<string, Partial<VolumeRecord>>): Volume {
  const described = describeBlock(block);
  const { record } = recordOf(block, systemRoot, names);
  return {
    mount: showBytes(mount.point),
    ...described,
    readOnly: described.readOnly || mount.readOnly,
    ...withRecord(record, mount.type),
  };
}

/** The mount knows best what it is mounted as, but `fuseblk` says nothing. */
function withRecord(record: Partial<VolumeRecord>, mountedAs: string): Pick<Volume, "fileSystem" | "label" | "volumeId"> {
  const { fileSystem, ...rest } = record;
  return { fileSystem: mountedAs === "" || mountedAs === "fuseblk" ? (fileSystem ?? mountedAs) : mountedAs, ...rest };
}

/** What sysfs tells of a device and of what it is plugged into. USB hard disks say removable=0, so that a USB ancestor decides. */
function describeBlock(block: string): Omit<Volume, "mount" | "fileSystem"> {
  const disk = diskOf(block);
  const usb = usbOf(disk);
  const bus = usb === undefined ? busOf(disk) : "usb";
  const serial = usb === undefined ? (attribute(disk, "device/serial") ?? attribute(disk, "serial")) : attribute(usb, "serial");
  const product = attribute(disk, "device/model") ?? attribute(disk, "device/name");
  const vendor = attribute(disk, "device/vendor");
  const size = Number(attribute(block, "size") ?? "") * sectorSize;
  return definedOnly({
    device: `/dev/${deviceName(block)}`,
    readOnly: attribute(block, "ro") === "1",
    removable: usb !== undefined || bus === "sd" || attribute(disk, "removable") === "1",
    bus,
    vendorId: usb === undefined ? undefined : attribute(usb, "idVendor"),
    productId: usb === undefined ? undefined : attribute(usb, "idProduct"),
    // Of a PCI or virtio device `vendor` is a number, which names nobody.
    vendor: (usb === undefined ? undefined : attribute(usb, "manufacturer")) ?? (vendor?.startsWith("0x") === true ? undefined : vendor),
    product: (usb === undefined ? undefined : attribute(usb, "product")) ?? product,
    serial,
    size: Number.isSafeInteger(size) && size > 0 ? size : undefined,
  });
}

/** The physical disk: of a partition its parent, of a mapped device (LUKS, LVM) the first it is made of. */
function diskOf(block: string): string {
  let disk = block;
  for (let depth = 0; depth < deepest; depth += 1) {
    const [slave] = entriesOf(join(disk, "slaves"));
    const below = slave === undefined ? undefined : resolveLink(join(disk, "slaves", slave));
    if (below !== undefined) {
      disk = below;
    } else if (existsSync(join(disk, "partition"))) {
      disk = dirname(disk);
    } else {
      break;
    }
  }
  return disk;
}

/** The directory of the USB device that a disk hangs on. */
function usbOf(disk: string): string | undefined {
  let directory = disk;
  for (let depth = 0; depth < deepest && basename(directory) !== "devices" && directory !== dirname(directory); depth += 1) {
    if (existsSync(join(directory, "idVendor"))) {
      return directory;
    }
    directory = dirname(directory);
  }
  return undefined;
}

function busOf(disk: string): string | undefined {
  const name = basename(disk);
  if (name.startsWith("mmcblk")) {
    return attribute(disk, "device/type") === "SD" ? "sd" : "mmc";
  }
  const parts = disk.split("/");
  const table: readonly (readonly [RegExp, string])[] = [
    [/^nvme\d/, "nvme"],
    [/^ata\d/, "ata"],
    [/^virtio\d/, "virtio"],
    [/^fw\d/, "firewire"],
    [/^loop\d/, "loop"],
    [/^host\d/, "scsi"],
    [/^dm-\d/, "dm"],
    [/^md\d/, "md"],
  ];
  return table.find(([pattern]) => parts.some((part) => pattern.test(part)))?.[1];
}

/** Left out: empty readers and loops, memory disks, disks that have partitions, what a mapped device or array is made of, extended partitions. */
function mayHoldVolume(block: string): boolean {
  return (
    !/^z?ram\d/.test(basename(block)) &&
    attribute(block, "hidden") !== "1" &&
    Number(attribute(block, "size") ?? "0") > 2 &&
    entriesOf(join(block, "holders")).length === 0 &&
    !entriesOf(block).some((name) => existsSync(join(block, name, "partition")))
  );
}

/** What the device says in its first sectors; `empty` when a drive has no medium. */
function recordOf(
  block: string,
  systemRoot: string,
  names: ReadonlyMap<string, Partial<VolumeRecord>>,
): { readonly record: Partial<VolumeRecord>; readonly empty: boolean } {
  const name = deviceName(block);
  let descriptor: number;
  try {
    descriptor = openSync(join(systemRoot, "dev", name), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    return { record: names.get(name) ?? {}, empty: errorCode(error) === "ENOMEDIUM" };
  }
  let empty = false;
  try {
    const record = identifyVolume((offset, length) => {
      const bytes = Buffer.alloc(length);
      try {
        return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
      } catch (error) {
        empty ||= errorCode(error) === "ENOMEDIUM";
        return bytes.subarray(0, 0);
      }
    });
    return { record: record ?? names.get(name) ?? {}, empty };
  } finally {
    closeSync(descriptor);
  }
}

/** Serial and label by device name, from the links that udev makes and everybody may read. */
function readDeviceLinks(systemRoot: string): ReadonlyMap<string, Partial<VolumeRecord>> {
  const names = new Map<string, Partial<VolumeRecord>>();
  for (const [directory, key] of [
    ["by-uuid", "volumeId"],
    ["by-label", "label"],
  ] as const) {
    for (const name of entriesOf(join(systemRoot, "dev/disk", directory))) {
      try {
        const device = basename(readlinkSync(join(systemRoot, "dev/disk", directory, name)));
        names.set(device, { ...names.get(device), [key]: decodeLinkName(name) });
      } catch {
        // A link that was taken away since: its device was pulled out.
      }
    }
  }
  return names;
}

/** udev writes what may not stand in a name as `\x20`, byte by byte; the rest is UTF-8. */
function decodeLinkName(name: string): string {
  const bytes = Buffer.from(name, "utf8").toString("latin1");
  return showBytes(bytes.replace(/\\x([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))));
}

/** sysfs writes a slash within a device's name as `!`. */
function deviceName(block: string): string {
  return basename(block).replaceAll("!", "/");
}

function attribute(directory: string, name: string): string | undefined {
  try {
    return readFileSync(join(directory, name), "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Names in byte order; none where there is no such directory. */
function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory).toSorted();
  } catch {
    return [];
  }
}

function resolveLink(path: string): string | undefined {
  try {
    return realpathSync.native(toSystemPath(Buffer.from(path, "utf8").toString("latin1")));
  } catch {
    return undefined;
  }
}

/** Without the fields that are undefined: optional fields are absent in plain data. */
function definedOnly<Fields extends object>(fields: Fields): { [Key in keyof Fields]: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]: Exclude<Fields[Key], undefined>;
  };
}
