import { expect, test } from "vitest";
import { parseMacDisks, parseMacUsb, parseMacVolume } from "../../src/source/mediaMac.ts";

function plist(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${body}
</plist>
`;
}

const list = plist(`<dict>
	<key>AllDisks</key>
	<array>
		<string>disk0</string>
		<string>disk2</string>
		<string>disk2s1</string>
		<string>-rf</string>
	</array>
	<key>AllDisksAndPartitions</key>
	<array><dict><key>Content</key><string>FDisk_partition_scheme</string><key>Partitions</key><array/></dict></array>
	<key>VolumesFromDisks</key>
	<array/>
</dict>`);

const stick = plist(`<dict>
	<key>BusProtocol</key>
	<string>USB</string>
	<key>DeviceIdentifier</key>
	<string>disk2s1</string>
	<key>DeviceNode</key>
	<string>/dev/disk2s1</string>
	<key>FilesystemType</key>
	<string>msdos</string>
	<key>Internal</key>
	<false/>
	<key>MediaName</key>
	<string></string>
	<key>MountPoint</key>
	<string>/Volumes/财务 &amp; 备份&#x21;</string>
	<key>ParentWholeDisk</key>
	<string>disk2</string>
	<key>RemovableMedia</key>
	<false/>
	<key>TotalSize</key>
	<integer>15474884608</integer>
	<key>VolumeName</key>
	<string>财务 &amp; 备份!</string>
	<key>VolumeUUID</key>
	<string>F3A7B1C0-0000-3000-8000-0123456789AB</string>
	<key>WholeDisk</key>
	<false/>
	<key>WritableVolume</key>
	<false/>
	<key>Nested</key>
	<dict><key>MountPoint</key><string>/not/this</string></dict>
</dict>`);

const builtIn = plist(`<dict>
	<key>BusProtocol</key><string>PCI-Express</string>
	<key>DeviceIdentifier</key><string>disk1s1</string>
	<key>FilesystemType</key><string>apfs</string>
	<key>MountPoint</key><string>/</string>
	<key>RemovableMediaOrExternalDevice</key><false/>
	<key>WritableVolume</key><true/>
</dict>`);

const usb = JSON.stringify({
  SPUSBDataType: [
    {
      _name: "USB31Bus",
      _items: [
        {
          _name: "USB3.0 Hub",
          _items: [
            {
              _name: "DataTraveler 3.0",
              Media: [{ _name: "DataTraveler 3.0", bsd_name: "disk2", volumes: [{ bsd_name: "disk2s1" }] }],
              manufacturer: "Kingston",
              product_id: "0x1666",
              serial_num: "E0D55EA5741BF540",
              vendor_id: "0x0951  (Kingston Technology Company)",
            },
          ],
        },
        { _name: "Keyboard", vendor_id: "apple_vendor_id" },
      ],
    },
  ],
});

test("a stick with its USB device, a built-in volume, no whole disk", () => {
  expect(parseMacDisks(list)).toEqual(["disk0", "disk2", "disk2s1"]);
  expect(parseMacVolume(stick, parseMacUsb(usb))).toEqual({
    mount: "/Volumes/财务 & 备份!",
    device: "/dev/disk2s1",
    fileSystem: "msdos",
    readOnly: true,
    removable: true,
    bus: "usb",
    vendorId: "0951",
    productId: "1666",
    vendor: "Kingston",
    product: "DataTraveler 3.0",
    serial: "E0D55EA5741BF540",
    volumeId: "F3A7B1C0-0000-3000-8000-0123456789AB",
    label: "财务 & 备份!",
    size: 15_474_884_608,
  });
  expect(parseMacVolume(builtIn, parseMacUsb("not JSON"))).toEqual({
    mount: "/",
    device: "/dev/disk1s1",
    fileSystem: "apfs",
    readOnly: false,
    removable: false,
    bus: "pci-express",
  });
  const whole = plist("<dict><key>DeviceIdentifier</key><string>disk2</string><key>WholeDisk</key><true/></dict>");
  expect(parseMacVolume(whole, new Map())).toBeUndefined();
});

test.each([
  "",
  "no such tool",
  "<plist><dict>",
  plist("<array/>"),
  plist("<array>".repeat(100) + "</array>".repeat(100)),
  stick.slice(0, 700),
])("text that is no such list (%#)", (text) => {
  expect(parseMacDisks(text)).toEqual([]);
  expect(parseMacVolume(text, new Map())).toBeUndefined();
});

test.each(["[]", "null", '{"SPUSBDataType":{}}', '{"SPUSBDataType":[null,{"_items":[1,{"Media":[{}]}]}]}'])(
  "no USB devices in %s",
  (text) => {
    expect(parseMacUsb(text).size).toBe(0);
  },
);
