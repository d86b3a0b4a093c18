import { expect, test } from "vitest";
import { parseWindowsMedia, windowsMediaCommand } from "../../src/source/mediaWindows.ts";

/** In the form the script prints: a built-in disk, a stick, a USB hard disk under UASP, a card, a disc, an empty reader, a network drive. */
const printed = {
  Disks: [
    {
      DeviceID: "\\\\.\\PHYSICALDRIVE0",
      PNPDeviceID: "SCSI\\DISK&VEN_NVME&PROD_SAMSUNG_MZVL2512\\5&2B3A1C7E&0&000000",
      Parent: "PCI\\VEN_144D&DEV_A80A&SUBSYS_A801144D&REV_00\\4&1D3E1A5&0&00E0",
      InterfaceType: "SCSI",
      MediaType: "Fixed hard disk media",
      Model: "NVMe SAMSUNG MZVL2512",
      SerialNumber: "0025_38B7_21A0_1F3C.",
      Size: 512_105_932_800,
      Partitions: [
        { DeviceID: "Disk #0, Partition #0", Size: 104_857_600, Volumes: [] },
        {
          DeviceID: "Disk #0, Partition #1",
          Size: 511_000_000_000,
          Volumes: [
            {
              DeviceID: "C:",
              DriveType: 3,
              Access: 0,
              FileSystem: "NTFS",
              VolumeName: "系统",
              VolumeSerialNumber: "9C1F33A0",
              Size: 510_999_998_464,
            },
          ],
        },
      ],
    },
    {
      DeviceID: "\\\\.\\PHYSICALDRIVE1",
      PNPDeviceID: "USBSTOR\\DISK&VEN_KINGSTON&PROD_DATATRAVELER_3.0&REV_PMAP\\E0D55EA5741BF540C9B70A83&0",
      Parent: "USB\\VID_0951&PID_1666\\E0D55EA5741BF540C9B70A83",
      InterfaceType: "USB",
      MediaType: "Removable Media",
      Model: "Kingston DataTraveler 3.0 USB Device",
      SerialNumber: "E0D55EA5741BF540C9B70A83",
      Size: 15_475_960_320,
      Partitions: [
        {
          DeviceID: "Disk #1, Partition #0",
          Size: 15_479_000_000,
          Volumes: [
            {
              DeviceID: "E:",
              DriveType: 2,
              Access: 0,
              FileSystem: "FAT32",
              VolumeName: "",
              VolumeSerialNumber: "1A2B3C4D",
              Size: 15_475_000_000,
            },
          ],
        },
      ],
    },
    {
      DeviceID: "\\\\.\\PHYSICALDRIVE2",
      PNPDeviceID: "SCSI\\DISK&VEN_SEAGATE&PROD_EXPANSION\\6&1A2B3C&0&000000",
      Parent: "USB\\VID_0BC2&PID_2322\\MSFT30NA8ABCDE",
      InterfaceType: "SCSI",
      MediaType: "External hard disk media",
      Model: "Seagate Expansion SCSI Disk Device",
      SerialNumber: "NA8ABCDE",
      Size: 1_000_202_273_280,
      Partitions: {
        DeviceID: "Disk #2, Partition #0",
        Size: 1_000_000_000_000,
        Volumes: {
          DeviceID: "F:",
          DriveType: 3,
          Access: 1,
          FileSystem: "exFAT",
          VolumeName: "备份",
          VolumeSerialNumber: "0000BEEF",
          Size: "1000000000000",
        },
      },
    },
    {
      DeviceID: "\\\\.\\PHYSICALDRIVE3",
      PNPDeviceID: "USBSTOR\\DISK&VEN_GENERIC&PROD_FLASH_DISK&REV_8.07\\7&2F5A1&0&_&0",
      Parent: "USB\\VID_058F&PID_6387\\5&1F2E3D&0&2",
      InterfaceType: "USB",
      MediaType: "Removable Media",
      Model: "Generic Flash Disk USB Device",
      SerialNumber: null,
      Size: null,
      Partitions: null,
    },
  ],
  Others: [
    { DeviceID: "G:", DriveType: 5, Access: 1, FileSystem: "CDFS", VolumeName: "光盘", VolumeSerialNumber: "AABBCCDD", Size: 734_003_200 },
    { DeviceID: "H:", DriveType: 2, Access: null, FileSystem: null, VolumeName: null, VolumeSerialNumber: null, Size: null },
    { DeviceID: "Z:", DriveType: 4, Access: 0, FileSystem: "NTFS", VolumeName: "share", VolumeSerialNumber: "12345678", Size: 1 },
  ],
};

test("volumes with their disks", () => {
  const samsung = { bus: "scsi", vendor: "NVME", product: "SAMSUNG MZVL2512", serial: "0025_38B7_21A0_1F3C." };
  expect(parseWindowsMedia(`\uFEFF${JSON.stringify(printed)}\r\n`)).toEqual([
    { mount: "", device: "Disk #0, Partition #0", fileSystem: "", readOnly: false, removable: false, ...samsung, size: 104_857_600 },
    {
      mount: "C:\\",
      device: "\\\\.\\C:",
      fileSystem: "ntfs",
      readOnly: false,
      removable: false,
      ...samsung,
      volumeId: "9C1F-33A0",
      label: "系统",
      size: 510_999_998_464,
    },
    {
      mount: "E:\\",
      device: "\\\\.\\E:",
      fileSystem: "fat32",
      readOnly: false,
      removable: true,
      bus: "usb",
      vendorId: "0951",
      productId: "1666",
      vendor: "KINGSTON",
      product: "DATATRAVELER 3.0",
      serial: "E0D55EA5741BF540C9B70A83",
      volumeId: "1A2B-3C4D",
      size: 15_475_000_000,
    },
    {
      mount: "F:\\",
      device: "\\\\.\\F:",
      fileSystem: "exfat",
      readOnly: true,
      removable: true,
      bus: "usb",
      vendorId: "0bc2",
      productId: "2322",
      vendor: "SEAGATE",
      product: "EXPANSION",
      serial: "MSFT30NA8ABCDE",
      volumeId: "0000-BEEF",
      label: "备份",
      size: 1_000_000_000_000,
    },
    {
      mount: "G:\\",
      device: "\\\\.\\G:",
      fileSystem: "cdfs",
      readOnly: true,
      removable: true,
      bus: "optical",
      volumeId: "AABB-CCDD",
      label: "光盘",
      size: 734_003_200,
    },
  ]);
});

test("a serial that Windows made up is none", () => {
  const disk = printed.Disks[3];
  const partition = { DeviceID: "Disk #3, Partition #0", Size: 1, Volumes: [] };
  expect(parseWindowsMedia(JSON.stringify({ Disks: [{ ...disk, Partitions: [partition] }] }))).toEqual([
    {
      mount: "",
      device: "Disk #3, Partition #0",
      fileSystem: "",
      readOnly: false,
      removable: true,
      bus: "usb",
      vendorId: "058f",
      productId: "6387",
      vendor: "GENERIC",
      product: "FLASH DISK",
      size: 1,
    },
  ]);
});

test.each(["", "Access denied", "null", "[]", "{}", '{"Disks":[null,1,"x"],"Others":{"DriveType":2}}', '{"Disks":{"Partitions":0}}'])(
  "text that is no such document: %s",
  (text) => {
    expect(parseWindowsMedia(text).filter(({ mount }) => mount !== "")).toEqual([]);
  },
);

test("the script goes as UTF-16 in base64, so that no quoting is needed", () => {
  const [, , flag, encoded = ""] = windowsMediaCommand();
  expect(flag).toBe("-EncodedCommand");
  expect(Buffer.from(encoded, "base64").toString("utf16le")).toContain("ConvertTo-Json");
});
