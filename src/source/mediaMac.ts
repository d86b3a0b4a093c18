import type { Volume } from "../model/event.ts";

/** A value of an XML property list. Dates and data stay text. */
type PropertyValue = string | number | boolean | readonly PropertyValue[] | { readonly [key: string]: PropertyValue };

/** Deeper than any list of a system's program; a text nested further is refused. */
const deepest = 64;

/** What a USB device says of itself. */
export type MacUsb = Pick<Volume, "vendorId" | "productId" | "vendor" | "product" | "serial">;

/** Identifiers (`disk2s1`) of all disks and volumes in what `diskutil list -plist` prints; none from other text. Not tried on a real machine. */
export function parseMacDisks(text: string): readonly string[] {
  const disks = member(parsePropertyList(text), "AllDisks");
  return Array.isArray(disks) ? disks.filter((disk) => typeof disk === "string" && /^disk[0-9s]+$/.test(disk)) : [];
}

/**
 * A volume from what `diskutil info -plist` prints of it; undefined for a whole disk with partitions and for text that is no such list.
 * Not tried on a real machine. USB hard disks are removable too, though `RemovableMedia` is false.
 */
export function parseMacVolume(text: string, usb: ReadonlyMap<string, MacUsb>): Volume | undefined {
  const info = parsePropertyList(text);
  const name = stringOf(member(info, "DeviceIdentifier"));
  const mount = stringOf(member(info, "MountPoint")) ?? "";
  const fileSystem = stringOf(member(info, "FilesystemType")) ?? "";
  const size = member(info, "TotalSize") ?? member(info, "Size");
  if (name === undefined || (member(info, "WholeDisk") === true && fileSystem === "" && mount === "")) {
    return undefined;
  }
  const protocol = stringOf(member(info, "BusProtocol"));
  const bus = protocol === "Secure Digital" ? "sd" : protocol?.toLowerCase();
  const whole = stringOf(member(info, "ParentWholeDisk")) ?? name;
  const hardware = usb.get(whole);
  const media = stringOf(member(info, "MediaName"));
  const label = stringOf(member(info, "VolumeName"));
  const volumeId = stringOf(member(info, "VolumeUUID"));
  return {
    mount,
    device: stringOf(member(info, "DeviceNode")) ?? `/dev/${name}`,
    fileSystem,
    readOnly: member(info, "WritableVolume") === false || member(info, "WritableMedia") === false,
    removable:
      bus === "usb" || bus === "sd" || member(info, "RemovableMedia") === true || member(info, "RemovableMediaOrExternalDevice") === true,
    ...(bus === undefined ? {} : { bus }),
    ...(media === undefined ? {} : { product: media }),
    ...hardware,
    ...(volumeId === undefined ? {} : { volumeId }),
    ...(label === undefined ? {} : { label }),
    ...(typeof size === "number" && size > 0 ? { size } : {}),
  };
}

/** USB devices by their whole disk (`disk2`), in what `system_profiler SPUSBDataType -json` prints. Not tried on a real machine. */
export function parseMacUsb(text: string): ReadonlyMap<string, MacUsb> {
  const found = new Map<string, MacUsb>();
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return found;
  }
  const groups: unknown[] = [field(document, "SPUSBDataType")];
  while (groups.length > 0) {
    for (const device of listOf(groups.pop())) {
      groups.push(field(device, "_items"));
      for (const disk of listOf(field(device, "Media"))) {
        const name = stringOf(field(disk, "bsd_name"));
        if (name !== undefined) {
          found.set(name, describeUsb(device));
        }
      }
    }
  }
  return found;
}

function describeUsb(device: unknown): MacUsb {
  // "0x0951  (Kingston Technology Company)"
  const vendorId = /^0x([0-9a-f]{4})/i.exec(stringOf(field(device, "vendor_id")) ?? "")?.[1]?.toLowerCase();
  const productId = /^0x([0-9a-f]{4})/i.exec(stringOf(field(device, "product_id")) ?? "")?.[1]?.toLowerCase();
  const vendor = stringOf(field(device, "manufacturer"));
  const product = stringOf(field(device, "_name"));
  const serial = stringOf(field(device, "serial_num"));
  return {
    ...(vendorId === undefined ? {} : { vendorId }),
    ...(productId === undefined ? {} : { productId }),
    ...(vendor === undefined ? {} : { vendor }),
    ...(product === undefined ? {} : { product }),
    ...(serial === undefined ? {} : { serial }),
  };
}

/** Reads the XML form of a property list (Apple's PropertyList-1.0.dtd); undefined for any other text. */
function parsePropertyList(text: string): PropertyValue | undefined {
  const tokens = text.matchAll(/<(\/?)(plist|dict|array|key|string|integer|real|date|data|true|false)\b[^>]*?(\/?)>([^<]*)/g);
  /** The containers not closed yet, each with the key its next value goes under. */
  const open: { readonly into: Map<string, PropertyValue> | PropertyValue[]; key: string }[] = [];
  let result: PropertyValue | undefined;
  for (const [, slash, tag = "", empty, content = ""] of tokens) {
    const container = tag === "dict" || tag === "array";
    let value: PropertyValue | undefined;
    if (slash === "/") {
      const closed = container ? open.pop() : undefined;
      value = closed === undefined ? undefined : Array.isArray(closed.into) ? closed.into : Object.fromEntries(closed.into);
    } else if (container && empty !== "/") {
      open.push({ into: tag === "dict" ? new Map() : [], key: "" });
      if (open.length > deepest) {
        return undefined;
      }
    } else if (tag === "key") {
      const innermost = open.at(-1);
      if (innermost !== undefined) {
        innermost.key = decodeEntities(content);
      }
    } else if (tag !== "plist") {
      value = readScalar(tag, content);
    }
    if (value === undefined) {
      continue;
    }
    const around = open.at(-1);
    if (around === undefined) {
      result ??= value;
    } else if (Array.isArray(around.into)) {
      around.into.push(value);
    } else {
      around.into.set(around.key, value);
    }
  }
  return open.length === 0 ? result : undefined;
}

function readScalar(tag: string, content: string): PropertyValue {
  switch (tag) {
    case "dict":
      return {};
    case "array":
      return [];
    case "true":
    case "false":
      return tag === "true";
    case "integer":
    case "real":
      return Number(content);
    default:
      return decodeEntities(content);
  }
}

function decodeEntities(text: string): string {
  const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return name === undefined ? (point <= 0x10ffff ? String.fromCodePoint(point) : whole) : (named[name] ?? whole);
  });
}

function member(value: PropertyValue | undefined, name: string): PropertyValue | undefined {
  return typeof value === "object" && !Array.isArray(value) && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, PropertyValue>>)[name]
    : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
