import type { Extractor, Probe } from "../model/chunk.ts";
import { told } from "./shared/inner.ts";
import { imageMark } from "./shared/imageMark.ts";

/** A kind of archive or image that is known by its content and not read. */
interface Unread {
  readonly name: string;
  is(head: Buffer): boolean;
}

const at = (name: string, text: string, offset = 0): Unread => ({
  name,
  is: (head) => head.toString("latin1", offset, offset + text.length) === text,
});

/** Archives and images of discs without a reader here, by their first bytes as their makers and file(1) describe them. */
const kinds: readonly Unread[] = [
  { name: "LHA archive", is: (head) => /^-l[hz][0-9dsx]-$/.test(head.toString("latin1", 2, 7)) && (head[20] ?? 9) <= 3 },
  {
    name: "ARJ archive",
    // A header of a length that exists, then its own first size and a version.
    is: (head) =>
      head[0] === 0x60 && head[1] === 0xea && head.length >= 12 && head.readUInt16LE(2) <= 2600 && head.readUInt16LE(2) >= (head[4] ?? 0),
  },
  at("ACE archive", "**ACE**", 7),
  { name: "StuffIt archive", is: (head) => /^SIT!.{6}rLau/s.test(head.toString("latin1", 0, 14)) },
  at("StuffIt archive", "StuffIt (c)1997"),
  at("StuffIt X archive", "StuffIt!"),
  { name: "ZOO archive", is: (head) => head.length >= 24 && head.readUInt32LE(20) === 0xfdc4a7dc },
  at("ALZip archive", "ALZ\x01"),
  at("EGG archive", "EGGA"),
  at("XAR archive", "xar!"),
  at("Windows image (WIM)", "MSWIM\0\0\0"),
  at("Windows image in parts (WIM)", "WLPWM\0\0\0"),
  at("lzop file", "\x89LZO\0\r\n\x1a\n"),
  at("SquashFS image", "hsqs"),
  at("encrypted disc (LUKS)", "LUKS\xba\xbe"),
  at("encrypted disc image (dmg)", "encrcdsa"),
  at("virtual disc (VHD)", "conectix"),
  at("virtual disc (VHDX)", "vhdxfile"),
  at("virtual disc (VMDK)", "KDMV"),
  at("virtual disc (VMDK)", "COWD"),
  at("virtual disc (QCOW)", "QFI\xfb"),
  at("virtual disc (VDI)", "\x7f\x10\xda\xbe", 0x40),
  at("disc image (Nero)", "NER5"),
];

async function kindOf(probe: Probe): Promise<string | undefined> {
  const head = Buffer.from(probe.head.buffer, probe.head.byteOffset, probe.head.byteLength);
  return kinds.find(({ is }) => is(head))?.name ?? (/\.(?:dmg|vhd)$/i.test(probe.name) ? imageMark(await probe.members()) : undefined);
}

/**
 * Archives and images that are recognised and not read: they are told as such, whatever they are called and whatever their bytes would pass
 * for. First of the containers, since a disc image begins with anything.
 */
export const container: Extractor = {
  id: "container",
  title: {
    zh: "其他压缩包与磁盘镜像（仅识别，不读取）",
    en: "Other archives and disc images (recognised, not read)",
  },
  version: 3,
  access: "in-order",
  streaming: true,
  accepts: async (probe) => (await kindOf(probe)) !== undefined,
  async *extract({ entry, bytes }) {
    const head = new Uint8Array(4096);
    const count = await bytes.read(head, 0);
    const name = kinds.find(({ is }) => is(Buffer.from(head.buffer, 0, count)))?.name ?? "disc image (dmg or VHD)";
    yield told(entry, "unsupported-format", `${name}: unpack it and scan what it holds`, false);
  },
};
