import { realpathSync } from "node:fs";
import type { Volume } from "../model/event.ts";
import { showBytes, toSystemPath } from "../util/path.ts";
import { linuxVolumeOf, listLinuxVolumes } from "./mediaLinux.ts";
import { parseMacDisks, parseMacUsb, parseMacVolume } from "./mediaMac.ts";
import { parseWindowsMedia, windowsMediaCommand } from "./mediaWindows.ts";
import { locate } from "./shared/locate.ts";

/** A program of the system that does not answer in 20 s hangs on a bad medium. It may print at most 16 MiB. */
const limits = { timeout: 20_000, maxBuffer: 16 << 20, windowsHide: true, encoding: "utf8" } as const;

/**
 * All volumes with a device of their own, mounted or not (`mount` is then ""). On Linux from /proc, /sys and the first sectors, with
 * `systemRoot` before these paths; on Windows through PowerShell and on macOS through diskutil, both not tried on real machines. Rejects when
 * such a program fails.
 */
export async function listVolumes(systemRoot: string): Promise<Volume[]> {
  if (process.platform === "win32") {
    const shell = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";
    const { stdout } = await run(shell, [...windowsMediaCommand()], limits);
    return [...parseWindowsMedia(stdout)];
  }
  if (process.platform === "darwin") {
    return await listMacVolumes();
  }
  return listLinuxVolumes(systemRoot);
}

/** The volume that a path lies on, links resolved; undefined for a path that is not there, or where volumes cannot be listed. */
export async function volumeOf(path: string, systemRoot: string): Promise<Volume | undefined> {
  let real: string;
  try {
    real = realpathSync.native(toSystemPath(locate(path)), { encoding: "latin1" });
  } catch {
    return undefined;
  }
  if (process.platform !== "win32" && process.platform !== "darwin") {
    return linuxVolumeOf(real, systemRoot);
  }
  const volumes = await listVolumes(systemRoot).catch(() => []);
  const shown = showBytes(real);
  return volumes
    .filter(({ mount }) => mount !== "" && (shown === mount || shown.startsWith(/[/\\]$/.test(mount) ? mount : `${mount}/`)))
    .toSorted((left, right) => right.mount.length - left.mount.length)[0];
}

/** The mounted volumes that can be carried away: USB sticks and disks, memory cards, discs. */
export async function removableMounts(systemRoot: string): Promise<Volume[]> {
  return (await listVolumes(systemRoot)).filter(({ mount, removable }) => removable && mount !== "");
}

/** Loads what it needs itself: on Linux no program is started. */
function run(program: string, words: readonly string[], options: typeof limits): Promise<{ readonly stdout: string }> {
  return new Promise((resolve, reject) => {
    process.getBuiltinModule("node:child_process").execFile(program, words, options, (error, stdout) => {
      if (error === null) resolve({ stdout });
      else reject(error);
    });
  });
}

async function listMacVolumes(): Promise<Volume[]> {
  const diskutil = "/usr/sbin/diskutil";
  const { stdout } = await run(diskutil, ["list", "-plist"], limits);
  const usb = await run("/usr/sbin/system_profiler", ["SPUSBDataType", "-json"], limits).then(
    (output) => parseMacUsb(output.stdout),
    () => parseMacUsb("{}"),
  );
  const volumes: Volume[] = [];
  for (const disk of parseMacDisks(stdout)) {
    const info = await run(diskutil, ["info", "-plist", disk], limits);
    const volume = parseMacVolume(info.stdout, usb);
    if (volume !== undefined) {
      volumes.push(volume);
    }
  }
  return volumes;
}
