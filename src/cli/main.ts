import type { Command as CommandType } from "commander";

import { toolVersion } from "../scan/version.ts";
import type { ExitCode } from "./exitCode.ts";
import { chooseLocale } from "./locale.ts";
import type { Config } from "./config.ts";
import type { Settled } from "./command/config.ts";
import type { CommandName, Values } from "./options.ts";
import type { Profile } from "./profiles.ts";
import { say, UsageError } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Runs the program; gives the exit code. The only place that looks at the process: below it nothing reads the environment or writes to a
 * stream it was not given. Heavy modules are loaded by the command that needs them.
 */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
    process.stdout.write(`zicha ${toolVersion()}\n`);
    return 0;
  }
  const environment = process.env;
  const lang = langOf(argv);
  const terminal: Terminal = {
    locale: chooseLocale(lang, environment),
    color: wantsColor(argv, environment),
    stdout: process.stdout,
    stderr: process.stderr,
    environment,
    directory: process.cwd(),
  };
  const result: { code: ExitCode } = { code: 0 };
  const program = await build(terminal, argv[0], (code) => {
    result.code = code;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return result.code;
  } catch (error) {
    return failed(terminal, error);
  }
}

function langOf(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => word === "--lang" || word.startsWith("--lang="));
  return at < 0 ? undefined : argv[at]?.includes("=") === true ? argv[at]?.slice(7) : argv[at + 1];
}

/** `--no-color`, then NO_COLOR, then FORCE_COLOR, then whether a person looks. */
function wantsColor(argv: readonly string[], environment: Readonly<Record<string, string | undefined>>): boolean {
  if (argv.includes("--no-color") || (environment["NO_COLOR"] ?? "") !== "") return false;
  const forced = environment["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return process.stdout.isTTY && environment["TERM"] !== "dumb";
}

/** `name`: the command that is asked for, where it stands first; then it alone is built, since options of all take longer than some commands. */
async function build(terminal: Terminal, name: string | undefined, done: (code: ExitCode) => void): Promise<CommandType> {
  const [{ Command }, { addOptions, mergeValues, globalFlags }, { readConfig }] = await Promise.all([
    import("commander"),
    import("./options.ts"),
    import("./config.ts"),
  ]);
  const program = new Command("zicha");
  const settle = async (
    name: CommandName,
    command: CommandType,
    examined: readonly string[] = [],
    profileOf?: (config: Config) => Profile,
  ): Promise<Settled> => {
    const typed: Record<string, unknown> = command.optsWithGlobals();
    const config = await readConfig(terminal, (typed["config"] as string | undefined) ?? terminal.environment["ZICHA_CONFIG"], examined);
    const profile = profileOf?.(config);
    const { values, origins, problems } = mergeValues(
      name,
      typed,
      terminal.environment,
      config.values,
      profile === undefined ? {} : { zone: profile.zone, ...profile.options },
    );
    if (problems.length > 0) {
      throw new UsageError(
        problems.map(({ from, expected }) => say(terminal, `${from}：应为 ${expected}`, `${from}: expected ${expected}`)).join("\n"),
      );
    }
    return { values: config.file === undefined ? values : { ...values, config: config.file }, origins, config, profile };
  };
  const valuesOf = async (name: CommandName, command: CommandType, examined: readonly string[] = []): Promise<Values> =>
    (await settle(name, command, examined)).values;
  const prepared = (command: CommandType): CommandType =>
    command
      .exitOverride()
      .configureOutput({ outputError: () => undefined })
      .showSuggestionAfterError(true)
      .helpOption("-h, --help", say(terminal, "显示帮助", "show help"))
      .configureHelp({ styleTitle: (title) => (terminal.locale === "zh" ? (titles[title] ?? title) : title) });

  prepared(program)
    .description(say(terminal, "保密自查与数据防泄漏扫描", "Data-loss-prevention scanner and secrecy self-check"))
    .version(`zicha ${toolVersion()}`, "-V, --version", say(terminal, "显示版本", "show the version"))
    .helpCommand("help [command]", say(terminal, "显示命令的帮助", "show a command's help"));
  for (const flag of globalFlags) if (!flag.flags.startsWith("--config")) program.option(flag.flags, flag[terminal.locale]);

  const sections: Readonly<Record<string, () => void>> = {
    scan: () => {
      const scan = prepared(program.command("scan [path...]")).description(say(terminal, "扫描文件与目录", "scan files and directories"));
      addOptions(scan, "scan", terminal.locale);
      scan.action(async (paths: readonly string[]) => {
        const [{ scanCommand }, { deliverySettings }] = await Promise.all([import("./command/scan.ts"), import("./delivery.ts")]);
        const { values, config } = await settle("scan", scan, paths);
        done(await scanCommand(terminal, paths, values, deliverySettings(config.values, values)));
      });
    },
    check: () => {
      const check = prepared(program.command("check <profile> [path...]")).description(
        say(
          terminal,
          "保密自查并生成报告（internet-pc、intranet-pc、usb、personal、leaver、repository）",
          "secrecy self-check with a report (internet-pc, intranet-pc, usb, personal, leaver, repository)",
        ),
      );
      addOptions(check, "check", terminal.locale);
      check.action(async (profile: string, paths: readonly string[]) => {
        const [{ checkCommand }, { examinedByProfile, findProfile }, { deliverySettings }] = await Promise.all([
          import("./command/check.ts"),
          import("./profiles.ts"),
          import("./delivery.ts"),
        ]);
        const examined = paths.length > 0 ? paths : await examinedByProfile(profile);
        const settled = await settle("check", check, examined, (config) => findProfile(terminal, profile, config.values));
        if (settled.profile !== undefined) {
          const delivery = deliverySettings(settled.config.values, settled.values);
          done(await checkCommand(terminal, settled.profile, paths, settled.values, delivery));
        }
      });
    },
    extract: () => {
      const extract = prepared(program.command("extract <file>")).description(
        say(terminal, "显示规则所查的文本及其位置（未脱敏）", "show the text that rules look at, with its places (unmasked)"),
      );
      addOptions(extract, "extract", terminal.locale);
      extract.action(async (file: string) => {
        const { extractCommand } = await import("./command/extract.ts");
        done(await extractCommand(terminal, file, await valuesOf("extract", extract)));
      });
    },
    media: () => {
      const media = prepared(program.command("media")).description(say(terminal, "存储介质", "storage media"));
      const list = prepared(media.command("list")).description(
        say(terminal, "列出存储介质及其标识", "list storage media and their identity"),
      );
      addOptions(list, "media", terminal.locale);
      list.action(async () => {
        const { mediaList } = await import("./command/media.ts");
        done(await mediaList(terminal, await valuesOf("media", list)));
      });
    },
    config: () => {
      const config = prepared(program.command("config")).description(say(terminal, "配置文件", "the configuration file"));
      const configActions: readonly (readonly [usage: string, zh: string, en: string])[] = [
        ["init [file]", "写出带说明的配置文件", "write a commented configuration file"],
        ["show", "显示生效的值及其来源", "show the values in force and where they come from"],
        ["check [file]", "检查配置文件", "check a configuration file"],
        ["schema", "输出配置文件的 JSON Schema", "print the JSON Schema of configuration files"],
      ];
      for (const [usage, zh, en] of configActions) {
        const action = prepared(config.command(usage)).description(say(terminal, zh, en));
        addOptions(action, usage === "show" ? "scan" : "config", terminal.locale);
        action.action(async (file: string | Record<string, unknown> | undefined) => {
          const { configCommand } = await import("./command/config.ts");
          const name = typeof file === "string" ? file : undefined;
          done(await configCommand(terminal, action.name(), name, () => settle("scan", action)));
        });
      }
    },
    history: () => {
      const history = prepared(program.command("history")).description(say(terminal, "历次检查", "past runs"));
      addOptions(history, "history", terminal.locale);
      history.action(async () => {
        const { historyCommand } = await import("./command/history.ts");
        done(await historyCommand(terminal, undefined, await valuesOf("history", history)));
      });
      const historyShow = prepared(history.command("show <number>")).description(say(terminal, "一次检查的详情", "one run in detail"));
      addOptions(historyShow, "history", terminal.locale);
      historyShow.action(async (number: string) => {
        const { historyCommand } = await import("./command/history.ts");
        done(await historyCommand(terminal, number, await valuesOf("history", historyShow)));
      });
    },
    schedule: () => {
      const schedule = prepared(program.command("schedule")).description(say(terminal, "定期检查", "checks that come regularly"));
      const schedulePrint = prepared(schedule.command("print <profile> [path...]")).description(
        say(terminal, "输出计划任务的配置（不安装）", "print what a scheduler needs (nothing is installed)"),
      );
      addOptions(schedulePrint, "schedule", terminal.locale);
      schedulePrint.action(async (profile: string, paths: readonly string[]) => {
        const [{ scheduleCommand }, { findProfile }] = await Promise.all([import("./command/schedule.ts"), import("./profiles.ts")]);
        const settled = await settle("schedule", schedulePrint, [], (config) => findProfile(terminal, profile, config.values));
        if (settled.profile !== undefined) done(await scheduleCommand(terminal, settled.profile, paths, settled));
      });
    },
    doctor: () => {
      const doctor = prepared(program.command("doctor")).description(
        say(terminal, "检查本机环境：哪些内容将不能检查及原因", "look at this host: what will not be examined, and why"),
      );
      addOptions(doctor, "doctor", terminal.locale);
      doctor.action(async () => {
        const { doctorCommand } = await import("./command/doctor.ts");
        done(await doctorCommand(terminal, (await settle("doctor", doctor)).config));
      });
    },
    completion: () => {
      prepared(program.command("completion <shell>"))
        .description(
          say(terminal, "输出补全脚本（bash、zsh、fish、powershell）", "print a completion script (bash, zsh, fish, powershell)"),
        )
        .action(async (shell: string) => {
          const { completion, shells } = await import("./completion.ts");
          const known = shells.find((one) => one === shell);
          if (known === undefined) throw new UsageError(say(terminal, `应为 ${shells.join("、")}`, `expected one of ${shells.join(", ")}`));
          const { profiles } = await import("./profiles.ts");
          terminal.stdout.write(
            completion(
              known,
              program.commands.map((one) => ({
                name: one.name(),
                words: one.name() === "check" ? profiles.map(({ id }) => id) : one.commands.map((inner) => inner.name()),
              })),
            ),
          );
        });
    },
    man: () => {
      prepared(program.command("man"))
        .description(say(terminal, "输出手册页（man(7)）", "print the manual page (man(7))"))
        .action(async () => {
          const { manualPage } = await import("./manual.ts");
          const pages = program.commands.flatMap((one) =>
            one.commands.length === 0
              ? [{ usage: `${one.name()} ${one.usage()}`, description: one.description() }]
              : one.commands.map((inner) => ({
                  usage: `${one.name()} ${inner.name()} ${inner.usage()}`,
                  description: inner.description(),
                })),
          );
          terminal.stdout.write(manualPage(toolVersion(), pages));
        });
    },
    rules: () => {
      const rules = prepared(program.command("rules")).description(say(terminal, "规则", "rules"));
      const rulesCommand = (
        form: string,
        zh: string,
        en: string,
        run: (argument: string | undefined, values: Values) => Promise<ExitCode>,
      ): void => {
        const command = prepared(rules.command(form)).description(say(terminal, zh, en));
        addOptions(command, "rules", terminal.locale);
        command.action(async () => done(await run(command.args[0], await valuesOf("rules", command))));
      };
      rulesCommand("list", "列出规则", "list the rules", async (_, values) =>
        (await import("./command/rules/list.ts")).rulesList(terminal, values),
      );
      rulesCommand("show <id>", "用文字说明一条规则", "explain a rule in words", async (id, values) =>
        (await import("./command/rules/show.ts")).rulesShow(terminal, id ?? "", values),
      );
      rulesCommand(
        "test [target]",
        "运行规则的示例；对有 labels.tsv 的目录给出准确率与召回率",
        "run the rules' examples; for a directory with a labels.tsv print precision and recall",
        async (target, values) => (await import("./command/rules/test.ts")).rulesTest(terminal, target, values),
      );
      rulesCommand("lint", "检查规则本身的问题与用时", "look for flaws in the rules, and what they cost", async (_, values) =>
        (await import("./command/rules/lint.ts")).rulesLint(terminal, values),
      );
      rulesCommand("schema", "输出规则文件的 JSON Schema", "print the JSON Schema of rule files", async () =>
        (await import("./command/rules/schema.ts")).rulesSchema(terminal),
      );
    },
    key: () => {
      const key = prepared(program.command("key")).description(say(terminal, "指纹密钥", "the fingerprint key"));
      for (const [name, zh, en] of [
        ["create", "生成密钥（不替换已有的）", "make a key (one that is there is not replaced)"],
        ["show", "显示密钥标识", "show the key's id"],
      ] as const) {
        const command = prepared(key.command(name)).description(say(terminal, zh, en));
        addOptions(command, "key", terminal.locale);
        command.action(async () => {
          const { keyCreate, keyShow } = await import("./command/key.ts");
          done(await (name === "create" ? keyCreate : keyShow)(terminal, await valuesOf("key", command)));
        });
      }
    },
    baseline: () => {
      const baseline = prepared(program.command("baseline")).description(
        say(terminal, "基线：由人确认的发现与未检文件", "the baseline: what a person decided on findings and unread files"),
      );
      for (const [name, zh, en] of [
        ["create", "由结果（json 或 ndjson）生成基线", "make a baseline from a result (json or ndjson)"],
        ["update", "把结果中新的发现纳入基线（须给理由）", "take a result's new findings in (with a reason)"],
        ["prune", "移除过期的和已不存在的", "leave out what has expired or is gone"],
      ] as const) {
        const command = prepared(baseline.command(`${name} <result>`)).description(say(terminal, zh, en));
        addOptions(command, "baseline", terminal.locale);
        command.action(async (result: string) => {
          const { baselineCreate, baselinePrune, baselineUpdate } = await import("./command/baseline.ts");
          const run = { create: baselineCreate, update: baselineUpdate, prune: baselinePrune }[name];
          done(await run(terminal, result, await valuesOf("baseline", command)));
        });
      }
    },
    report: () => {
      const report = prepared(program.command("report")).description(say(terminal, "由已有结果生成报告", "reports from saved results"));
      for (const [name, zh, en] of [
        ["selfcheck", "由一次或多次结果生成自查报告", "the self-check report from one or several results"],
        [
          "compare",
          "比对两次结果：新增、已整改、未整改、重现、移动、本次未检",
          "compare results: new, put right, remaining, reappeared, moved, not examined",
        ],
      ] as const) {
        const command = prepared(report.command(`${name} <result...>`)).description(say(terminal, zh, en));
        addOptions(command, "report", terminal.locale);
        command.action(async (results: readonly string[]) => {
          const { reportCompare, reportSelfCheck } = await import("./command/report.ts");
          done(await (name === "compare" ? reportCompare : reportSelfCheck)(terminal, results, await valuesOf("report", command)));
        });
      }
    },
  };
  // These two speak of all commands.
  const alone = name !== undefined && Object.hasOwn(sections, name) && name !== "completion" && name !== "man";
  for (const [id, add] of Object.entries(sections)) if (!alone || id === name) add();
  return program;
}

/** Titles of the help, which commander writes in English. */
const titles: Readonly<Record<string, string>> = {
  "Usage:": "用法：",
  "Arguments:": "参数：",
  "Options:": "选项：",
  "Commands:": "命令：",
  "Global Options:": "公共选项：",
};

function failed(terminal: Terminal, error: unknown): ExitCode {
  const { stderr } = terminal;
  if (error instanceof UsageError) {
    for (const line of error.message.split("\n")) stderr.write(`zicha: ${line}\n`);
    return 2;
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (error instanceof Error && code.startsWith("commander.")) {
    if (code === "commander.helpDisplayed" || code === "commander.version") return 0;
    // A bare `zicha` shows the help but did nothing.
    if (code === "commander.help") return 2;
    stderr.write(`zicha: ${usage(terminal, code, error.message)}\n`);
    return 2;
  }
  // A bug: its kind and place, never a message that may quote the data.
  const place = error instanceof Error ? (error.stack ?? "").split("\n").slice(1, 4).join("\n") : "";
  stderr.write(`zicha: ${say(terminal, "内部错误", "internal error")}: ${error instanceof Error ? error.name : typeof error}\n${place}\n`);
  return 2;
}

function usage(terminal: Terminal, code: string, message: string): string {
  const text = message.replace(/^error: /, "");
  if (terminal.locale === "en") return text.replace("\n", " ");
  const [, name = ""] = /'([^']*)'/.exec(text) ?? [];
  const [, near] = /Did you mean (?:one of )?(.*?)\?/.exec(text) ?? [];
  const hint = near === undefined ? "" : `，是否为 ${near}？`;
  if (code === "commander.unknownOption") return `没有选项“${name}”${hint}`;
  if (code === "commander.unknownCommand") return `没有命令“${name}”${hint}`;
  if (code === "commander.optionMissingArgument") return `选项“${name}”缺少值`;
  if (code === "commander.missingArgument") return `缺少参数“${name}”`;
  if (code === "commander.excessArguments") return "参数过多";
  return text.replace("\n", " ");
}
