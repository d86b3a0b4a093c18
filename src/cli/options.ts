import { Command, Option } from "commander";

import { fieldNames } from "./fields.ts";
import type { Locale } from "./locale.ts";

/** How an option's value is read. */
export type OptionType = "flag" | "text" | "list" | "number" | "size" | "duration" | "choice";

/** Commands, as the table speaks of them. */
export type CommandName =
  | "scan"
  | "check"
  | "extract"
  | "rules"
  | "media"
  | "config"
  | "history"
  | "schedule"
  | "doctor"
  | "key"
  | "baseline"
  | "report";

/** One option: the flag, its place in the config file, its environment variable and its help come from this row and nowhere else. */
export interface OptionRow {
  /** Property of the parsed values and key in the config file. */
  readonly key: string;
  readonly short?: string;
  /** `--zone`; the environment variable is `ZICHA_ZONE`. */
  readonly long: string;
  readonly type: OptionType;
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly zh: string;
  readonly en: string;
  readonly commands: readonly CommandName[];
  /** Only on the command line: a config file or an environment that says it would surprise. */
  readonly onlyTyped?: boolean;
}

const scans = ["scan", "check"] as const;

/** Every option there is. */
export const optionTable: readonly OptionRow[] = [
  {
    key: "zone",
    long: "--zone",
    type: "text",
    value: "zone",
    zh: "本机或介质的区域：internet、intranet、classified:jimi、personal、removable-internet、removable-intranet、removable-classified:jimi、repository",
    en: "what this host or medium may hold: internet, intranet, classified:jimi, personal, removable-internet, removable-intranet, removable-classified:jimi, repository",
    commands: scans,
  },
  {
    key: "include",
    long: "--include",
    type: "list",
    value: "glob",
    zh: "只检匹配的路径（可多次）",
    en: "examine only paths that match (repeatable)",
    commands: scans,
  },
  {
    key: "exclude",
    long: "--exclude",
    type: "list",
    value: "glob",
    zh: "排除匹配的路径，报告中列出（可多次）",
    en: "leave out paths that match; listed in the report (repeatable)",
    commands: scans,
  },
  { key: "follow", long: "--follow", type: "flag", zh: "跟随符号链接", en: "follow symbolic links", commands: scans },
  {
    key: "oneFileSystem",
    long: "--one-file-system",
    type: "flag",
    zh: "不进入其他文件系统",
    en: "stay on the file system of each root",
    commands: scans,
  },
  {
    key: "olderThan",
    long: "--older-than",
    type: "number",
    value: "days",
    zh: "提示超过此天数未改动的办公文档（check usb 默认 90）",
    en: "note office documents unchanged for more days than this (check usb: 90)",
    commands: scans,
  },
  {
    key: "network",
    long: "--network",
    type: "flag",
    zh: "进入所检目录之下挂载的网络文件系统",
    en: "go into network file systems mounted below a root",
    commands: scans,
  },
  {
    key: "everyFile",
    long: "--every-file",
    type: "flag",
    zh: "文档库也检查 node_modules 与版本库对象",
    en: "in a repository, also examine node_modules and version control objects",
    commands: scans,
  },
  {
    key: "respectIgnoreFiles",
    long: "--respect-ignore-files",
    type: "flag",
    zh: "按所检目录中的 .zichaignore 排除，报告中列出",
    en: "leave out what the root's .zichaignore says; listed in the report",
    commands: scans,
  },
  {
    key: "removable",
    long: "--removable",
    type: "flag",
    zh: "检查所有已挂载的移动存储介质",
    en: "examine every removable medium that is mounted",
    commands: scans,
  },
  {
    key: "gitStaged",
    long: "--git-staged",
    type: "flag",
    zh: "检查 git 暂存区中已改动文件的内容（不是工作文件）",
    en: "examine what is staged in git (the index's content, not the working file)",
    commands: ["scan"],
    onlyTyped: true,
  },
  {
    key: "gitDiff",
    long: "--git-diff",
    type: "text",
    value: "base..head",
    zh: "检查两个提交之间改动的文件（取后者的内容；... 表示自合并基）",
    en: "examine the files changed between two commits, as the later one has them (... from the merge base)",
    commands: ["scan"],
    onlyTyped: true,
  },
  {
    key: "filesFrom",
    long: "--files-from",
    type: "text",
    value: "file|-",
    zh: "从文件或标准输入读取要检查的路径（以 NUL 或换行分隔）",
    en: "read the paths to examine from a file or standard input (NUL or newline between them)",
    commands: scans,
    onlyTyped: true,
  },
  {
    key: "stdinFilename",
    long: "--stdin-filename",
    type: "text",
    value: "name",
    zh: "与路径 - 同用：标准输入内容的文件名",
    en: "with the path -: the name of what comes from standard input",
    commands: ["scan"],
    onlyTyped: true,
  },
  {
    key: "format",
    short: "-f",
    long: "--format",
    type: "list",
    value: "format[=file]",
    zh: "报告格式，可写入文件（可多次）",
    en: "report format, optionally to a file (repeatable)",
    commands: ["scan", "report"],
  },
  {
    key: "output",
    short: "-o",
    long: "--output",
    type: "text",
    value: "file",
    zh: "唯一一个报告写入的文件",
    en: "file for the only report",
    commands: ["scan", "report"],
    onlyTyped: true,
  },
  {
    key: "out",
    long: "--out",
    type: "text",
    value: "directory",
    zh: "报告目录（默认 ./zicha-report-年月日-时分）",
    en: "directory for the reports (default ./zicha-report-DATE-TIME)",
    commands: ["check", "report", "schedule"],
  },
  {
    key: "forceOut",
    long: "--force-out",
    type: "flag",
    zh: "允许报告目录位于被检范围之内",
    en: "allow reports inside the examined roots",
    commands: scans,
    onlyTyped: true,
  },
  {
    key: "failOn",
    long: "--fail-on",
    type: "choice",
    choices: ["violation", "suspect", "never", "info", "low", "medium", "high", "critical"],
    zh: "退出码为 1 的条件（默认 violation）",
    en: "what makes the exit code 1 (default violation)",
    commands: scans,
  },
  {
    key: "firstMatch",
    long: "--first-match",
    type: "flag",
    zh: "每个文件查到首个使退出码为 1 的发现即止；其后未读，报告中注明",
    en: "read each file up to its first finding that gates; that the rest was not read is said",
    commands: scans,
  },
  {
    key: "allowIncomplete",
    long: "--allow-incomplete",
    type: "flag",
    zh: "有未检内容时退出码仍为 0",
    en: "exit 0 although something was not examined",
    commands: scans,
  },
  {
    key: "minConfidence",
    long: "--min-confidence",
    type: "choice",
    choices: ["low", "medium", "high"],
    zh: "只报告不低于此置信度的发现（默认 low）",
    en: "report findings of at least this confidence (default low)",
    commands: scans,
  },
  {
    key: "rules",
    long: "--rules",
    type: "list",
    value: "directory",
    zh: "追加规则包目录（可多次）",
    en: "directory of a further rule pack (repeatable)",
    commands: ["scan", "check", "rules"],
  },
  {
    key: "disableRule",
    long: "--disable-rule",
    type: "list",
    value: "id",
    zh: "停用规则或规则包，报告中注明（可多次）",
    en: "switch off a rule or pack; said in the report (repeatable)",
    commands: ["scan", "check", "rules"],
  },
  {
    key: "enableRule",
    long: "--enable-rule",
    type: "list",
    value: "id",
    zh: "启用默认关闭的规则（可多次）",
    en: "switch on a rule that is off by default (repeatable)",
    commands: ["scan", "check", "rules"],
  },
  {
    key: "policy",
    long: "--policy",
    type: "text",
    value: "file",
    zh: "替换判定策略文件",
    en: "policy file instead of the shipped one",
    commands: scans,
  },
  {
    key: "jobs",
    short: "-j",
    long: "--jobs",
    type: "number",
    value: "n",
    zh: "工作线程数（默认为处理器数）",
    en: "worker threads (default: processors)",
    commands: scans,
  },
  {
    key: "isolation",
    long: "--isolation",
    type: "choice",
    choices: ["thread", "process", "none"],
    zh: "隔离方式：thread 线程（默认）、process 只读的子进程（整机检查和定时检查的默认值）、none 不隔离",
    en: "how readers are isolated: thread (default), process (children that may only read; default of checks of a whole machine and of scheduled ones), none",
    commands: scans,
  },
  {
    key: "passwordsFile",
    long: "--passwords-file",
    type: "text",
    value: "file",
    zh: "逐行列出待试口令的文件",
    en: "file of passwords to try, one a line",
    commands: ["scan", "check", "extract"],
  },
  {
    key: "keyFile",
    long: "--key-file",
    type: "text",
    value: "file",
    zh: "指纹密钥文件（64 位十六进制）",
    en: "fingerprint key (64 hex digits)",
    commands: ["scan", "check", "key"],
  },
  {
    key: "baseline",
    long: "--baseline",
    type: "text",
    value: "file",
    zh: "基线文件：已由人确认的发现与未检文件（见 zicha baseline）",
    en: "baseline: what a person decided on findings and unread files (see zicha baseline)",
    commands: ["scan", "check", "baseline"],
  },
  {
    key: "field",
    long: "--field",
    type: "list",
    value: "name=value",
    zh: `报告表头栏目（可多次）：${fieldNames.join("、")}`,
    en: `a field of the report's forms (repeatable): ${fieldNames.join(", ")}`,
    commands: ["scan", "check", "report"],
  },
  {
    key: "previous",
    long: "--previous",
    type: "text",
    value: "result",
    zh: "上次的结果（json 或 ndjson），报告中比对整改情况",
    en: "the result of last time (json or ndjson); the report says what became of its problems",
    commands: ["scan", "check", "report"],
  },
  {
    key: "reason",
    long: "--reason",
    type: "text",
    value: "text",
    zh: "纳入基线的理由；不给则不新增",
    en: "why it is taken into the baseline; without it nothing is added",
    commands: ["baseline"],
    onlyTyped: true,
  },
  {
    key: "owner",
    long: "--owner",
    type: "text",
    value: "name",
    zh: "作出决定的人",
    en: "who decides",
    commands: ["baseline"],
  },
  {
    key: "until",
    long: "--until",
    type: "text",
    value: "day",
    zh: "最后有效日，如 2027-05-25（默认 180 天后）",
    en: "last day it holds, as 2027-05-25 (default 180 days from now)",
    commands: ["baseline"],
    onlyTyped: true,
  },
  {
    key: "rule",
    long: "--rule",
    type: "list",
    value: "id",
    zh: "只取这些规则的发现（可多次）；国家秘密标志须在此指明",
    en: "only findings of these rules (repeatable); rules for state-secret marks must be named here",
    commands: ["baseline"],
    onlyTyped: true,
  },
  {
    key: "path",
    long: "--path",
    type: "list",
    value: "glob",
    zh: "只取这些路径（可多次）",
    en: "only these paths (repeatable)",
    commands: ["baseline"],
    onlyTyped: true,
  },
  {
    key: "notExamined",
    long: "--not-examined",
    type: "flag",
    zh: "取未检文件（已由人查看），而不取发现",
    en: "take what was not examined, which a person looked at, instead of findings",
    commands: ["baseline"],
    onlyTyped: true,
  },
  {
    key: "state",
    long: "--state",
    type: "text",
    value: "directory",
    zh: "状态目录：未变化的文件沿用上次结果，并记入历史（默认目录见 --incremental）",
    en: "state directory: unchanged files keep their last result, and the run is kept in the history",
    commands: ["scan", "check", "history", "doctor"],
  },
  {
    key: "incremental",
    long: "--incremental",
    type: "flag",
    zh: "使用默认状态目录（$XDG_STATE_HOME/zicha）",
    en: "use the default state directory ($XDG_STATE_HOME/zicha)",
    commands: scans,
  },
  {
    key: "resume",
    long: "--resume",
    type: "flag",
    zh: "接着上次中断的检查：已提交的不再重读，报告仍完整",
    en: "go on where a run broke off: what it committed is not read again, the report is whole",
    commands: scans,
    onlyTyped: true,
  },
  {
    key: "verifyContent",
    long: "--verify-content",
    type: "flag",
    zh: "有状态目录时按内容哈希判断是否变化，而不按大小与时间",
    en: "with a state: a hash of the bytes says whether a file changed, not its size and times",
    commands: scans,
  },
  {
    key: "lockWait",
    long: "--lock-wait",
    type: "duration",
    value: "seconds",
    zh: "等待另一次运行释放状态的时间（默认 0）",
    en: "time to wait for another run that holds the state (default 0)",
    commands: scans,
  },
  {
    key: "showValues",
    long: "--show-values",
    type: "flag",
    zh: "在终端显示原值（国家秘密除外）",
    en: "show values unmasked on the terminal (never of state secrets)",
    commands: ["scan"],
    onlyTyped: true,
  },
  {
    key: "valuesInFiles",
    long: "--values-in-files",
    type: "flag",
    zh: "与 --show-values 同用：允许原值写入文件",
    en: "with --show-values: allow values in files",
    commands: ["scan"],
    onlyTyped: true,
  },
  {
    key: "maxFindings",
    long: "--max-findings-per-file",
    type: "number",
    value: "n",
    zh: "每文件每规则保留的发现数，其余只计数（默认 2000）",
    en: "findings kept per file and rule, the rest is counted (default 2000)",
    commands: scans,
  },
  {
    key: "maxFileSize",
    long: "--max-file-size",
    type: "size",
    value: "size",
    zh: "单个文档大小上限（默认 100M；纯文本不限）",
    en: "largest document read (default 100M; plain text has no limit)",
    commands: ["scan", "check", "extract"],
  },
  {
    key: "maxInflated",
    long: "--max-inflated",
    type: "size",
    value: "size",
    zh: "单个文件解压总量上限（默认 1G；超过 100M 的文件按比例放宽）",
    en: "most that is inflated from one file (default 1G; of files over 100M more in proportion)",
    commands: ["scan", "check", "extract"],
  },
  {
    key: "maxDepth",
    long: "--max-depth",
    type: "number",
    value: "n",
    zh: "嵌套层数上限（默认 6）",
    en: "containers in containers (default 6)",
    commands: ["scan", "check", "extract"],
  },
  {
    key: "maxRatio",
    long: "--max-ratio",
    type: "number",
    value: "n",
    zh: "解压倍数上限，超过按压缩炸弹处理（默认 200；解出 10 MiB 后起计）",
    en: "inflated ÷ stored from which it is a bomb (default 200; looked at once 10 MiB are out)",
    commands: ["scan", "check", "extract"],
  },
  {
    key: "maxMembers",
    long: "--max-members",
    type: "number",
    value: "n",
    zh: "单个文件内含成员数上限（默认 20000；超过 10 MiB 的按比例放宽）",
    en: "members of one file, with all nested in it (default 20000; of files over 10 MiB more, in proportion)",
    commands: ["scan", "check", "extract"],
  },
  {
    key: "maxPages",
    long: "--max-pages",
    type: "number",
    value: "n",
    zh: "单个文件页数上限（默认 5000；同上放宽）",
    en: "pages read of one file (default 5000; more in the same way)",
    commands: ["scan", "check", "extract"],
  },
  {
    key: "maxCells",
    long: "--max-cells",
    type: "number",
    value: "n",
    zh: "单个文件单元格数上限（默认 20000000；同上放宽）",
    en: "cells read of one file (default 20000000; more in the same way)",
    commands: ["scan", "check", "extract"],
  },
  {
    key: "maxCharacters",
    long: "--max-characters",
    type: "size",
    value: "size",
    zh: "单个文件文字量上限（默认 256M；同上放宽；纯文本不限）",
    en: "text read of one file (default 256M; more in the same way; plain text has no limit)",
    commands: ["scan", "check", "extract"],
  },
  {
    key: "timeout",
    long: "--timeout",
    type: "duration",
    value: "seconds",
    zh: "单个文件用时上限（默认 55 秒）",
    en: "time for one file (default 55 s)",
    commands: scans,
  },
  {
    key: "maxMemory",
    long: "--max-memory",
    type: "size",
    value: "size",
    zh: "进程内存上限（默认 900M）",
    en: "memory of the process (default 900M)",
    commands: scans,
  },
  { key: "quiet", short: "-q", long: "--quiet", type: "flag", zh: "只显示结论", en: "the result only", commands: [...scans, "report"] },
  {
    key: "explain",
    long: "--explain",
    type: "flag",
    zh: "逐条列出支持与反对的证据，含豁免的与已取舍的",
    en: "list the evidence for and against each finding, also of suppressed and settled ones",
    commands: [...scans, "report"],
    onlyTyped: true,
  },
  {
    key: "verbose",
    short: "-v",
    long: "--verbose",
    type: "flag",
    zh: "列出未检、低置信与排除的内容",
    en: "list what was not examined, low confidence and excluded",
    commands: [...scans, "report"],
  },
  {
    key: "listExamined",
    long: "--list-examined",
    type: "flag",
    zh: "json 与 ndjson 也列出既无发现又全部读到的文件（个人设备除外）",
    en: "json and ndjson also name files without finding or failure (never of a personal device)",
    commands: scans,
  },
  {
    key: "inlineAllow",
    long: "--inline-allow",
    type: "flag",
    zh: "文档库：文本行中的 zicha:allow 规则 理由 可豁免该行的发现（国家秘密标志除外）",
    en: "in a repository, zicha:allow RULE REASON in a line of text suppresses findings of that line (never state-secret marks)",
    commands: scans,
  },
  {
    key: "systemd",
    long: "--systemd",
    type: "flag",
    zh: "systemd 服务与定时器",
    en: "a service and a timer for systemd",
    commands: ["schedule"],
    onlyTyped: true,
  },
  {
    key: "cron",
    long: "--cron",
    type: "flag",
    zh: "/etc/cron.d 文件",
    en: "a file for /etc/cron.d",
    commands: ["schedule"],
    onlyTyped: true,
  },
  {
    key: "windowsTask",
    long: "--windows-task",
    type: "flag",
    zh: "Windows 任务计划 XML（UTF-16）",
    en: "XML for the Task Scheduler of Windows (UTF-16)",
    commands: ["schedule"],
    onlyTyped: true,
  },
  {
    key: "every",
    long: "--every",
    type: "choice",
    choices: ["day", "week", "month"],
    zh: "间隔（默认 week）；超期未查会在历史和下次报告中提示",
    en: "how often (default week); history and the next report say when a check is overdue",
    commands: ["scan", "check", "schedule", "history"],
  },
  {
    key: "at",
    long: "--at",
    type: "text",
    value: "hh:mm",
    zh: "开始时刻（默认 02:30）",
    en: "when it starts (default 02:30)",
    commands: ["schedule"],
    onlyTyped: true,
  },
  {
    key: "nice",
    long: "--nice",
    type: "flag",
    zh: "降低处理器优先级，给其他工作让路",
    en: "give way to other work on the processor",
    commands: scans,
  },
  {
    key: "maxReadRate",
    long: "--max-read-rate",
    type: "size",
    value: "size",
    zh: "每秒最多读取的字节数",
    en: "most bytes read in a second",
    commands: scans,
  },
  {
    key: "timeBudget",
    long: "--time-budget",
    type: "duration",
    value: "seconds",
    zh: "到时停止，报告余下未检；有状态目录时下次从未检处继续",
    en: "stop after this time and say what is left; with a state the next run goes on there",
    commands: scans,
  },
  {
    key: "failOnNew",
    long: "--fail-on-new",
    type: "flag",
    zh: "只有上次完整检查之后新出现的问题才使退出码为 1（须有状态目录）",
    en: "exit 1 only for what is new since the last complete run (needs a state)",
    commands: scans,
  },
  {
    key: "notifyOn",
    long: "--notify-on",
    type: "choice",
    choices: ["always", "problems", "change"],
    zh: "何时发送结果（默认 always；change 只在较上次完整检查有新增或消失时）",
    en: "when results are sent (default always; change: when something is new or gone since the last complete run)",
    commands: scans,
  },
  {
    key: "notifyCommand",
    long: "--notify-command",
    type: "text",
    value: "program",
    zh: "结束后启动的程序，结果以 JSON 由标准输入给出（不经 shell）",
    en: "program started at the end, the result as JSON on its standard input (no shell)",
    commands: scans,
  },
  {
    key: "listFiles",
    long: "--list-files",
    type: "flag",
    zh: "只列出将检查与排除的文件，不读取",
    en: "only list what would be examined and what is left out; nothing is read",
    commands: scans,
    onlyTyped: true,
  },
  {
    key: "html",
    long: "--html",
    type: "flag",
    zh: "输出文档的 HTML 结构（docx）",
    en: "the document's structure as HTML (docx)",
    commands: ["extract"],
    onlyTyped: true,
  },
  {
    key: "json",
    long: "--json",
    type: "flag",
    zh: "以 JSON 输出",
    en: "as JSON",
    commands: ["extract", "media", "rules", "history"],
    onlyTyped: true,
  },
];

/** Flags of all commands, which need no table row: they are read before any command is known. */
export const globalFlags: readonly { readonly flags: string; readonly zh: string; readonly en: string }[] = [
  { flags: "--config <file>", zh: "读取配置文件（YAML，键同选项名）", en: "read a config file (YAML; keys are named like options)" },
  { flags: "--lang <language>", zh: "界面语言：zh 或 en", en: "language: zh or en" },
  { flags: "--no-color", zh: "不使用颜色", en: "no colour" },
];

/** Typed values by key; absent where nobody said one. */
export type Values = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** An option's environment variable. */
export function environmentName(row: OptionRow): string {
  return `ZICHA_${row.long.slice(2).replaceAll("-", "_").toUpperCase()}`;
}

/** Adds the options of `name` to a commander command. */
export function addOptions(command: Command, name: CommandName, locale: Locale): void {
  for (const row of optionTable) {
    if (!row.commands.includes(name)) continue;
    const value = row.type === "flag" ? "" : ` <${row.value ?? row.choices?.join("|") ?? "value"}>`;
    const option = new Option(`${row.short === undefined ? "" : `${row.short}, `}${row.long}${value}`, row[locale]);
    if (row.type === "list") option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
    command.addOption(option);
  }
  for (const flag of globalFlags) command.addOption(new Option(flag.flags, flag[locale]));
}

/** Why a value was refused. */
export interface OptionProblem {
  readonly from: string;
  readonly expected: string;
}

/** Where a value came from. */
export type Origin = "command line" | "environment" | "profile" | "config" | "default";

/**
 * Merges what was said: command line over environment over the profile asked for over what the config file says of all runs. Every value is
 * read by its row's type, wherever it came from. The config file's own mistakes were told when it was read.
 */
export function mergeValues(
  name: CommandName,
  typed: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
  config: Readonly<Record<string, unknown>>,
  profile: Readonly<Record<string, unknown>> = {},
): { readonly values: Values; readonly origins: Readonly<Record<string, Origin>>; readonly problems: readonly OptionProblem[] } {
  const values: Record<string, string | number | boolean | readonly string[]> = {};
  const origins: Record<string, Origin> = {};
  const problems: OptionProblem[] = [];
  for (const row of optionTable) {
    if (!row.commands.includes(name)) continue;
    const camel = row.long.slice(2).replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const variable = environmentName(row);
    const sources: readonly [origin: Origin, from: string, value: unknown][] = [
      ["command line", row.long, typed[camel]],
      ["environment", variable, row.onlyTyped === true || environment[variable] === "" ? undefined : environment[variable]],
      ["profile", `profile: ${row.key}`, profile[row.key]],
      ["config", `config: ${row.key}`, row.onlyTyped === true ? undefined : config[row.key]],
    ];
    const [origin, from, value] = sources.find(([, , said]) => said !== undefined) ?? ["default", "", undefined];
    if (value === undefined) continue;
    const read = readValue(row, value);
    if (typeof read === "object" && "expected" in read) problems.push({ from, expected: read.expected });
    else {
      values[row.key] = read;
      origins[row.key] = origin;
    }
  }
  return { values, origins, problems };
}

/** A value as its row's type wants it, or what was expected. */
export function readValue(row: OptionRow, value: unknown): string | number | boolean | readonly string[] | { readonly expected: string } {
  if (row.type === "flag") {
    if (typeof value === "boolean") return value;
    if (value === "1" || value === "true") return true;
    return value === "0" || value === "false" ? false : { expected: "true, false" };
  }
  if (row.type === "list") {
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value as readonly string[];
    return typeof value === "string" ? value.split(",") : { expected: "a list of texts" };
  }
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") return { expected: "a text" };
  if (row.type === "choice") return row.choices?.includes(text) === true ? text : { expected: row.choices?.join(", ") ?? "" };
  if (row.type === "number") return /^\d{1,9}$/.test(text) && Number(text) > 0 ? Number(text) : { expected: "a whole number above 0" };
  if (row.type === "duration")
    return /^\d{1,6}(\.\d+)?s?$/.test(text) ? Math.round(Number.parseFloat(text) * 1000) : { expected: "seconds" };
  if (row.type === "size") {
    const size = /^(\d{1,12})([kmgt]?)(i?b)?$/i.exec(text);
    if (size === null) return { expected: "a size such as 500M or 2G" };
    return Number(size[1]) * 1024 ** ["", "k", "m", "g", "t"].indexOf((size[2] ?? "").toLowerCase());
  }
  return text;
}

/** The nearest of what is known, for a slip of the finger; all of it where nothing is near. */
export function nearestOf(key: string, known: readonly string[]): string {
  const near = known
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance)[0];
  return near !== undefined && near.distance <= Math.max(2, key.length / 3) ? near.name : known.join(", ");
}

function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at++) {
    const next = [at];
    for (let to = 1; to <= other.length; to++) {
      const change = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1);
      next.push(Math.min(change, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
