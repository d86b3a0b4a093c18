import { readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Place } from "../model/event.ts";

/**
 * Where programs keep mail, chats and copies of a cloud, below a home. From what these programs do by default; users move them, so this names
 * places in a report and never decides what is examined. A name with `*` at its end is a beginning.
 */
const known: Readonly<Record<Exclude<Place["kind"], "home">, readonly string[]>> = {
  mail: [
    ".thunderbird",
    ".local/share/evolution/mail",
    "Maildir",
    "AppData/Local/Microsoft/Outlook",
    "AppData/Roaming/Thunderbird",
    "AppData/Roaming/Foxmail*",
    "Documents/Outlook Files",
    "Documents/Outlook 文件",
    "Library/Mail",
    "Library/Thunderbird",
  ],
  chat: [
    "Documents/WeChat Files",
    "WeChat Files",
    "Documents/xwechat_files",
    "xwechat_files",
    "Documents/Tencent Files",
    "Tencent Files",
    "Documents/WXWork",
    "WXWork",
    "AppData/Roaming/DingTalk",
    "AppData/Roaming/LarkShell",
    ".config/DingTalk",
    ".config/QQ",
    "Library/Containers/com.tencent.xinWeChat",
    "Library/Containers/com.tencent.qq",
    "微信文件",
  ],
  cloud: [
    "OneDrive*",
    "Dropbox*",
    "Google Drive",
    "iCloudDrive",
    "Library/Mobile Documents",
    "Library/CloudStorage",
    "BaiduNetdiskDownload",
    "BaiduSyncdisk",
    "Documents/WPSDrive",
    "WPSDrive",
    "WPS云盘",
    "Nutstore*",
    "我的坚果云",
    "Documents/KingsoftData",
  ],
};

/** Directories that hold homes, and names in them that are nobody's. */
const homeParents = ["home", "Users"];
const nobody: ReadonlySet<string> = new Set(["Public", "Default", "Default User", "All Users", "Shared", "lost+found"]);

/** Homes of this host and the known folders in them that exist, by kind and path. `systemRoot` stands before `/home` and `/root`. */
export function findPlaces(systemRoot: string): readonly Place[] {
  const drive = process.platform === "win32" ? (homedir().slice(0, 3) === "" ? "C:\\" : homedir().slice(0, 3)) : systemRoot;
  const homes = homeParents
    .flatMap((parent) => names(join(drive, parent)).map((name) => join(drive, parent, name)))
    .filter((path) => !nobody.has(path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1)));
  for (const single of [join(drive, "root"), ...(systemRoot === "/" ? [homedir()] : [])]) if (!homes.includes(single)) homes.push(single);
  const places: Place[] = homes.filter(isDirectory).map((path) => ({ kind: "home", path }));
  for (const kind of ["mail", "chat", "cloud"] as const) {
    for (const home of homes) {
      for (const relative of known[kind]) {
        for (const path of expand(home, relative)) if (isDirectory(path)) places.push({ kind, path });
      }
    }
  }
  return places;
}

function expand(home: string, relative: string): readonly string[] {
  if (!relative.endsWith("*")) return [join(home, relative)];
  const at = relative.lastIndexOf("/") + 1;
  const directory = join(home, relative.slice(0, at));
  const begin = relative.slice(at, -1);
  return names(directory)
    .filter((name) => name.startsWith(begin))
    .map((name) => join(directory, name));
}

function names(directory: string): readonly string[] {
  try {
    return readdirSync(directory).toSorted();
  } catch {
    // Not there, or not for us: the walk tells of it, this only names places.
    return [];
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
