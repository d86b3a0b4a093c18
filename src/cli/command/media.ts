import { volumes } from "../../scan/volumes.ts";
import { neutralise } from "../../util/width.ts";
import type { ExitCode } from "../exitCode.ts";
import type { Values } from "../options.ts";
import { standardOutput } from "../output.ts";
import { say } from "../terminal.ts";
import type { Terminal } from "../terminal.ts";

/** `zicha media list`: the volumes of this host with their identity. */
export async function mediaList(terminal: Terminal, values: Values): Promise<ExitCode> {
  const out = standardOutput(terminal.stdout);
  const all = await volumes();
  if (values["json"] === true) {
    await out.write(`${JSON.stringify(all, null, 2)}\n`);
    return 0;
  }
  const removable = all.filter((volume) => volume.removable);
  await out.write(
    `${say(terminal, `移动存储介质 ${removable.length} 个，共 ${all.length} 个卷`, `${removable.length} removable of ${all.length} volumes`)}\n`,
  );
  for (const volume of all) {
    const identity = [
      volume.bus,
      volume.vendor,
      volume.product,
      volume.serial,
      volume.vendorId === undefined ? undefined : `${volume.vendorId}:${volume.productId ?? ""}`,
    ];
    const parts = [
      volume.removable ? say(terminal, "移动", "removable") : say(terminal, "固定", "fixed"),
      volume.mount === "" ? say(terminal, "未挂载", "not mounted") : volume.mount,
      volume.device,
      volume.fileSystem,
      volume.label ?? "",
      volume.volumeId ?? "",
      identity.filter((part) => part !== undefined && part !== "").join(" "),
      volume.size === undefined ? "" : volume.size < 1e9 ? `${(volume.size / 1e6).toFixed(0)} MB` : `${(volume.size / 1e9).toFixed(1)} GB`,
      volume.readOnly ? say(terminal, "只读", "read-only") : "",
    ];
    await out.write(`${neutralise(parts.filter((part) => part !== "").join("  "))}\n`);
  }
  return 0;
}
