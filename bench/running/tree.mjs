// Makes what the rows read, once: `node tree.mjs DIR FILES`. Names are Chinese, a hundred files a folder.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";

/** Files with nothing to find in them, a hundred in each folder. */
export function makeTree(directory, files) {
  if (existsSync(`${directory}/made`)) return;
  for (let at = 0; at < files; at++) {
    const folder = `${directory}/部门${Math.floor(at / 100) % 20}/项目${Math.floor(at / 100)}`;
    if (at % 100 === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/会议纪要-${at % 100}.txt`, `会议纪要第${at}号\n今天讨论了若干事项。\n`);
  }
  writeFileSync(`${directory}/made`, "");
}
