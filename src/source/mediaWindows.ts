import type { Volume } from "../model/event.ts";

/** Runs in Windows PowerShell 5.1 and prints one JSON document. Arrays of one are kept by `@()`. */
const script = `
$ErrorActionPreference = 'SilentlyContinue'
[Console]::OutputEncoding = New-Object Text.UTF8Encoding $false
$seen = @{}
function Get-Logical($l) {
  $l | Select-Object DeviceID, DriveType, Access, FileSystem, VolumeName, VolumeSerialNumber, Size
}
$disks = @(Get-CimInstance Win32_DiskDrive | Sort-Object Index | ForEach-Object {
  $d = $_
  $parent = (Get-PnpDeviceProperty -InstanceId $d.PNPDeviceID -KeyName DEVPKEY_Device_Parent).Data
  $partitions = @(Get-CimAssociatedInstance $d -ResultClassName Win32_DiskPartition | ForEach-Object {
    $p = $_
    $volumes = @(Get-CimAssociatedInstance $p -ResultClassName Win32_LogicalDisk | ForEach-Object { $seen[$_.DeviceID] = 1; Get-Logical $_ })
    [pscustomobject]@{ DeviceID = $p.DeviceID; Size = $p.Size; Volumes = $volumes }
  })
  [pscustomobject]@{ DeviceID = $d.DeviceID; PNPDeviceID = $d.PNPDeviceID; Parent = $parent; InterfaceType = $d.InterfaceType
    MediaType = $d.MediaType; Model = $d.Model; SerialNumber = $d.SerialNumber; Size = $d.Size; Partitions = $partitions }
})
$others = @(Get-CimInstance Win32_LogicalDisk | Where-Object { -not $seen[$_.DeviceID] } | ForEach-Object { Get-Logical $_ })
ConvertTo-Json -Depth 6 -Compress @{ Disks = $disks; Others = $others }
`;

/** The arguments with which powershell.exe lists the disks: no profile, no prompt, the script in UTF-16 base64 past all quoting. */
export function windowsMediaCommand(): readonly string[] {
  return ["-NoProfile", "-NonInteractive", "-EncodedCommand", Buffer.from(script, "utf16le").toString("base64")];
}

/**
 * Volumes from what the script prints. Not tried on a real machine. What hangs on USB tells its parent (`USB\\VID_0951&PID_1666\\serial`),
 * also where the disk itself is `SCSI\\…` (UASP); a hard disk on USB has DriveType 3 like a built-in one. A third part with `&` in it is made
 * up by Windows and no serial. Network drives and drives without a medium are left out; text that is no such document gives none.
 */
export function parseWindowsMedia(text: string): readonly Volume[] {
  let document: unknown;
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return [];
  }
  const volumes: Volume[] = [];
  for (const disk of list(field(document, "Disks"))) {
    const hardware = describeDisk(disk);
    for (const partition of list(field(disk, "Partitions"))) {
      const logical = list(field(partition, "Volumes"));
      volumes.push(...logical.map((volume) => describeVolume(volume, hardware)));
      if (logical.length === 0) {
        const size = sizeOf(field(partition, "Size"));
        const device = textOf(field(partition, "DeviceID")) ?? "";
        volumes.push({ mount: "", device, fileSystem: "", readOnly: false, ...hardware, ...(size === undefined ? {} : { size }) });
      }
    }
  }
  for (const volume of list(field(document, "Others"))) {
    const type = field(volume, "DriveType");
    // 2 is removable (a card reader), 5 a disc.
    if ((type === 2 || type === 5) && textOf(field(volume, "FileSystem")) !== undefined) {
      volumes.push(describeVolume(volume, { removable: true, ...(type === 5 ? { bus: "optical" } : {}) }));
    }
  }
  return volumes;
}

type Hardware = Pick<Volume, "removable" | "bus" | "vendorId" | "productId" | "vendor" | "product" | "serial">;

function describeDisk(disk: unknown): Hardware {
  const own = textOf(field(disk, "PNPDeviceID")) ?? "";
  const parent = textOf(field(disk, "Parent")) ?? "";
  const kind = (textOf(field(disk, "InterfaceType")) ?? "").toLowerCase();
  const usb = /^USB\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})[^\\]*\\(.*)$/i.exec(parent);
  const isUsb = usb !== null || own.startsWith("USBSTOR\\") || kind === "usb";
  const card = own.startsWith("SD\\");
  const [, identity = "", instance = ""] = own.split("\\");
  const [, vendor, product] = /&VEN_([^&]*)&PROD_([^&]*)/i.exec(identity) ?? [];
  const instanceSerial = isUsb && /&\d+$/.test(instance) ? instance.replace(/&\d+$/, "") : "";
  const serials = [usb?.[3] ?? "", instanceSerial].filter((serial) => serial !== "" && !serial.includes("&"));
  const reported = textOf(field(disk, "SerialNumber"));
  const bus = isUsb ? "usb" : card ? "sd" : kind;
  const serial = serials[0] ?? reported;
  const name = product === undefined || product === "" ? textOf(field(disk, "Model")) : product.replaceAll("_", " ");
  return {
    removable: isUsb || card || /removable|external/i.test(textOf(field(disk, "MediaType")) ?? ""),
    ...(bus === "" ? {} : { bus }),
    ...(usb?.[1] === undefined ? {} : { vendorId: usb[1].toLowerCase() }),
    ...(usb?.[2] === undefined ? {} : { productId: usb[2].toLowerCase() }),
    ...(vendor === undefined || vendor === "" ? {} : { vendor: vendor.replaceAll("_", " ") }),
    ...(name === undefined ? {} : { product: name }),
    ...(serial === undefined ? {} : { serial }),
  };
}

function describeVolume(volume: unknown, hardware: Hardware): Volume {
  const letter = textOf(field(volume, "DeviceID")) ?? "";
  const id = /^([0-9A-F]{4})([0-9A-F]{4})$/i.exec(textOf(field(volume, "VolumeSerialNumber")) ?? "");
  const label = textOf(field(volume, "VolumeName"));
  const size = sizeOf(field(volume, "Size"));
  return {
    mount: `${letter}\\`,
    device: `\\\\.\\${letter}`,
    fileSystem: (textOf(field(volume, "FileSystem")) ?? "").toLowerCase(),
    // 1 is readable only; 0, unknown, is what hard disks say.
    readOnly: field(volume, "Access") === 1,
    ...hardware,
    removable: hardware.removable || field(volume, "DriveType") === 2,
    ...(id === null ? {} : { volumeId: `${id[1]}-${id[2]}`.toUpperCase() }),
    ...(label === undefined ? {} : { label }),
    ...(size === undefined ? {} : { size }),
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

/** PowerShell writes an empty list as null and, in old versions, one of a single thing as that thing. */
function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

function sizeOf(value: unknown): number | undefined {
  const size = typeof value === "string" ? Number(value) : value;
  return typeof size === "number" && Number.isSafeInteger(size) && size > 0 ? size : undefined;
}
