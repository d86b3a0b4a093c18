import type { Failure, FailureCode } from "../../model/failure.ts";
import type { Locale } from "./words.ts";

/** What each code means, for a detail that has no words of its own here. */
const codes: Readonly<Record<FailureCode, string>> = {
  "not-found": "文件或目录不在原处",
  "permission-denied": "没有读取权限",
  "io-error": "系统读取出错",
  encrypted: "内容已加密，未得到口令",
  corrupt: "内容损坏，未能全部读出",
  "unsupported-format": "格式未能识别或不支持",
  "no-text": "只有图像，未作文字识别",
  "too-large": "超过读取上限",
  "too-deep": "嵌套层数超过上限",
  bomb: "解压后远大于原文件，已停止",
  timeout: "超过单个文件的时限",
  "out-of-memory": "超过内存上限",
  changed: "读取期间被改动或替换",
  interrupted: "检查中断时尚未读完",
  "first-match": "按要求查到首个须处置的发现即止，其后未读",
  "missing-tool": "缺少读取所需的组件",
  internal: "工具内部出错",
};

/** Details as the readers say them. `…` stands for what they fill in, and comes again in the words; a `~` after it is itself a detail. */
const table: readonly (readonly [detail: string, zh: string])[] = [
  // The system and the walk.
  ["no such file or directory", "文件或目录不存在"],
  ["permission denied", "没有读取权限"],
  ["special file", "特殊文件（设备、管道等），不打开"],
  ["became a directory", "已变为目录"],
  ["symbolic link in its place (ELOOP)", "已被替换为符号链接（ELOOP）"],
  ["locked by another program (…)", "被其他程序锁定（…）"],
  ["path too long (ENAMETOOLONG)", "路径过长（ENAMETOOLONG）"],
  ["cannot be read (…)", "无法读取（…）"],
  [
    "gone while it was examined, as a medium that was taken out: what was not walked by then is not examined",
    "检查途中消失（如介质被拔出）：其余内容未检",
  ],
  ["a directory on another device is in its place", "原处已是另一设备上的目录"],
  ["not merged: several versions are staged", "未合并：暂存区有多个版本"],
  ["the object is not in the repository", "仓库中没有该对象"],
  ["git is not installed", "未安装 git"],
  ["git cannot read the object", "git 无法读取该对象"],
  ["a pointer of Git LFS whose content this clone does not have", "Git LFS 指针，本克隆没有其内容"],
  ["the file changed while it was read", "读取期间文件被改动"],
  // The scan.
  ["the scan was interrupted", "检查被中断"],
  ["the scan was interrupted before it was read", "检查中断时尚未读取"],
  ["the scan was interrupted while it was read", "检查中断时正在读取"],
  ["not read within … s", "… 秒内没有读完"],
  ["rule … did not end on one passage and was left out", "规则 … 在一处文字上没有结束，已停用"],
  ["the reader ran out of memory", "读取程序内存不足"],
  ["the reader outgrew the memory of its worker", "读取程序超过工作线程的内存"],
  ["the process passed … MiB while it was read", "读取期间进程内存超过 … MiB"],
  ["its process passed … MiB while it was read", "读取期间所在进程内存超过 … MiB"],
  ["the worker ended", "读取它的工作线程已结束"],
  ["the process that read it ended: …", "读取它的进程已结束（…）"],
  ["nested more than … deep", "嵌套超过 … 层"],
  ["parts are nested more than … deep", "部件嵌套超过 … 层"],
  ["… bytes, the limit for this format is …", "… 字节，此格式的上限为 …"],
  ["a member of more than … bytes cannot be held in memory", "成员超过 … 字节，不能放入内存"],
  ["larger than … bytes", "大于 … 字节"],
  ["read only to byte …", "只读到第 … 字节"],
  ["limit of inflated bytes reached", "解压字节数达到上限"],
  ["limit of members reached", "成员数达到上限"],
  ["limit of members or of inflated bytes reached", "成员数或解压字节数达到上限"],
  ["limit of cells reached", "单元格数达到上限"],
  ["limit of characters reached", "字符数达到上限"],
  ["limit of pages reached", "页数达到上限"],
  ["stream inflates to more than … times its size", "数据流解压后超过原大小的 … 倍"],
  ["member inflates to more than … times its size", "成员解压后超过原大小的 … 倍"],
  ["archive inflates to more than … times its size", "压缩包解压后超过原大小的 … 倍"],
  ["part of it is no text, and was looked through as if it were", "部分内容不是文本，已按文本检查"],
  ["begins …", "格式未能识别，开头字节为 …"],
  // Encryption.
  ["needs a password", "需要口令"],
  ["database needs a password", "数据库需要口令"],
  ["document encrypted with a password", "文档已用口令加密"],
  ["Office document encrypted with a password", "Office 文档已用口令加密"],
  ["presentation encrypted with a password", "演示文稿已用口令加密"],
  ["workbook is protected by a password", "工作簿有口令保护"],
  ["parts of the document are encrypted", "文档的部分内容已加密"],
  ["member of the archive is encrypted", "压缩包成员已加密"],
  ["archive is encrypted, with its names", "压缩包连同文件名均已加密"],
  ["chapter of the book is encrypted", "书籍章节已加密"],
  ["message is encrypted (PGP/MIME)", "邮件已加密（PGP/MIME）"],
  ["part is encrypted (S/MIME)", "邮件部件已加密（S/MIME）"],
  ["parts that need a password: …", "需要口令的部件：…"],
  ["encrypted disc (LUKS)", "加密磁盘（LUKS）"],
  ["encrypted disc image (dmg)", "加密磁盘映像（dmg）"],
  // Pictures and pages.
  ["…: needs a person or OCR", "… 图像，须人工查看或文字识别（OCR）"],
  ["the picture before the archive needs a person or OCR", "压缩包前的图像须人工查看或文字识别（OCR）"],
  ["pages without readable text that need OCR: … of …", "没有可读文字、须文字识别（OCR）的页：…（共 … 页）"],
  ["pages that could not be read: … of …", "无法读取的页：…（共 … 页）"],
  ["pages that are not in the file: … of …", "文件中缺失的页：…（共 … 页）"],
  ["pages from … on were not read", "第 … 页起未读"],
  ["characters: pages from … on were not read", "字符数达到上限：第 … 页起未读"],
  ["stopped before page … of …", "在第 … 页（共 … 页）之前停止"],
  ["no page has text, and its structure is damaged", "各页均无文字，且结构损坏"],
  ["the end of the file is missing; what could be found was read", "文件末尾缺失；能找到的内容已读"],
  ["damaged; what could be found was read", "已损坏；能找到的内容已读"],
  ["streams that do not inflate: …", "无法解压的数据流：…"],
  ["streams that inflate beyond measure, read only at their start: …", "解压后过大、只读了开头的数据流：…"],
  ["forms that unfold without end, cut short: …", "无限展开、已截断的表单：…"],
  // Archives and streams.
  ["archive is damaged: …~", "压缩包损坏：…"],
  ["archive is damaged or cut off", "压缩包损坏或被截断"],
  ["archive is cut off", "压缩包被截断"],
  ["archive has no end mark, it may be cut off", "压缩包没有结束标记，可能被截断"],
  ["archive ends inside the member", "压缩包在成员中间结束"],
  ["no directory at the end", "末尾没有目录"],
  ["no directory and no local header", "没有目录，也没有成员头"],
  ["directory at the end is cut off", "末尾的目录被截断"],
  ["directory is damaged", "目录损坏"],
  ["header is damaged", "头部损坏"],
  ["header of a member is damaged", "成员头损坏"],
  ["header of a block is damaged", "数据块头损坏"],
  ["member has no local header where the directory says", "目录所指处没有成员头"],
  ["member cannot be unpacked", "成员无法解压"],
  ["member cannot be unpacked whole", "成员无法完整解压"],
  ["the other members of the archive are not read", "压缩包的其余成员未读"],
  ["checksum differs", "校验和不符"],
  ["checksum of a block differs", "数据块校验和不符"],
  ["checksum of the member differs", "成员校验和不符"],
  ["compressed data is damaged", "压缩数据损坏"],
  ["compressed data is cut off", "压缩数据被截断"],
  ["compressed data is damaged or cut off", "压缩数据损坏或被截断"],
  ["bytes behind the end are not read", "结尾之后的字节未读"],
  ["bytes behind the end mark are not read", "结束标记之后的字节未读"],
  ["volume … of the archive is not here", "缺少压缩包的第 … 卷"],
  ["next volume … is not here, or not of this set", "缺少下一卷 …，或不属于同一组"],
  ["cabinet … of the set is not here", "缺少同组的 cab 文件 …"],
  ["cabinet is cut off", "cab 文件被截断"],
  ["block of the cabinet is damaged", "cab 数据块损坏"],
  ["zip compression method …", "不支持的 zip 压缩方法 …"],
  ["image is cut off", "映像被截断"],
  ["image ends inside the file", "映像在文件中途结束"],
  ["a directory of the image is damaged", "映像中有目录损坏"],
  ["directories of the image go in a circle", "映像中的目录形成循环"],
  ["a file of the image has no place", "映像中有文件找不到位置"],
  ["no anchor of the UDF volume can be read", "UDF 卷的定位描述符无法读取"],
  ["the table of a UDF volume written in packets cannot be read", "以数据包方式刻录的 UDF 卷，其映射表无法读取"],
  ["holes of a sparse file are left out", "稀疏文件的空洞未计入"],
  ["installer (…): unpack it and scan what it holds", "安装程序（…）：请解包后检查其中内容"],
  ["…: unpack it and scan what it holds", "…：请解包后检查其中内容"],
  // Documents.
  ["the main part of the document is not where it should be", "文档主体不在应在的位置"],
  ["the head of the document is damaged", "文档头部损坏"],
  ["the document of the presentation is lost", "演示文稿的主体丢失"],
  ["… slides are not where they should be", "… 张幻灯片不在应在的位置"],
  ["the stream of the presentation is damaged", "演示文稿的数据流损坏"],
  ["a chain of sectors runs in a circle", "扇区链形成循环"],
  ["the reader stopped on its structure", "读取程序在其结构处停止"],
  ["the packed body cannot be unpacked", "打包的正文无法解开"],
  ["the body is damaged: …~", "正文损坏：…"],
  ["an embedded object is damaged: …~", "嵌入对象损坏：…"],
  ["an embedded object cannot be unpacked", "嵌入对象无法解开"],
  ["an embedded object holds only a picture of itself", "嵌入对象只含自身的图像"],
  ["attachment is damaged: …~", "附件损坏：…"],
  ["an attachment cannot be read", "附件无法读取"],
  ["attachments from … on were not read", "第 … 个附件起未读"],
  ["source of a macro cannot be read", "宏的源代码无法读取"],
  ["no reader knows this compound file; only what all may hold was examined", "未知的复合文件；只检查了通用部分"],
  ["table of the memo file is not here or not examined: only runs of text were read", "备注文件所属的表不在或未检：只读了成段文字"],
  ["memo file is damaged or cut off", "备注文件损坏或被截断"],
  ["database is damaged", "数据库损坏"],
  ["record … is damaged", "第 … 条记录损坏"],
  ["a record is damaged", "有记录损坏"],
  ["reading Access databases needs the npm package mdb-reader", "读取 Access 数据库须安装 npm 包 mdb-reader"],
  ["reading RAR needs the npm package …", "读取 RAR 须安装 npm 包 …"],
  ["CEB document: convert it to PDF or OFD and scan that", "CEB 文档：请转换为 PDF 或 OFD 后检查"],
];

const exact: ReadonlyMap<string, string> = new Map(table.filter(([detail]) => !detail.includes("…")));
const patterns: readonly (readonly [pattern: RegExp, zh: string, nested: boolean])[] = table
  .filter(([detail]) => detail.includes("…"))
  .map(([detail, zh]) => {
    const nested = detail.endsWith("~");
    const source = detail
      .replace(/~$/, "")
      .split("…")
      .map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("(.{1,200})");
    return [new RegExp(`^${source}$`, "s"), zh, nested];
  });

/** A failure's detail in the reader's language; what has no words here is said by its code, the reader's own sentence after it. */
export function detailWords({ code, detail }: Pick<Failure, "code" | "detail">, locale: Locale): string {
  if (locale === "en" || detail === "") return detail;
  return translated(detail) ?? (/\p{Script=Han}/u.test(detail) ? detail : `${codes[code]}（${detail}）`);
}

function translated(detail: string): string | undefined {
  const whole = exact.get(detail);
  if (whole !== undefined) return whole;
  for (const [pattern, zh, nested] of patterns) {
    const found = pattern.exec(detail);
    if (found === null) continue;
    let at = 1;
    return zh.replaceAll("…", () => {
      const piece = found[at++] ?? "";
      return nested ? (translated(piece) ?? piece) : piece;
    });
  }
  return undefined;
}
