import type { Locale } from "./words.ts";

/** Why the walk left a path out, where no pattern of the user's did. */
const reasons: Readonly<Record<string, string>> = {
  "already walked": "已检查过的目录",
  include: "不在 --include 之内",
  "link into the same root": "指向范围内的链接",
  "link that leads nowhere": "失效链接",
  "network file system": "网络文件系统",
  "other file system": "其他文件系统",
  "own output": "本工具的输出",
  "pseudo file system": "伪文件系统",
  "removable medium": "移动介质（另行检查）",
  "special file": "特殊文件（设备、管道等）",
  submodule: "git 子模块",
  "symbolic link": "符号链接",
};

/** Why a path was left out, in the reader's language; a pattern stands as it was given. */
export function excludedWords(by: string, locale: Locale): string {
  return locale === "zh" ? (reasons[by] ?? by) : by;
}
