import type { ResultPart, RootInfo, ScanEvent, ScanSummary } from "../../model/event.ts";
import { zoneFinder } from "./zone.ts";
import type { Overview } from "./overview.ts";
import { count, type Both, type Locale } from "./words.ts";

/** Found, not found within what was examined, or not examined. There is no plain "no". */
export type Answer = "found" | "not-found" | "not-examined";

export const answerWords: Readonly<Record<Answer, Both>> = {
  found: { zh: "发现", en: "found" },
  "not-found": { zh: "未发现（检查范围内）", en: "not found (within what was examined)" },
  "not-examined": { zh: "未检查", en: "not examined" },
};

/** A question of the self-check, answered from what this scan saw. */
export interface Answered {
  readonly question: string;
  readonly answer: Answer;
  readonly evidence: readonly string[];
  /** What the answer does not cover, or what an answer would take. */
  readonly limits: string;
}

interface ZoneCount {
  /** Files read to their end. */
  whole: number;
  /** Files read, if only in part. */
  examined: number;
  unread: number;
  /** Files with a state-secret mark that the policy does not allow there. */
  marked: number;
}

/** Counts by zone what the three questions of a secrecy self-check ask for. */
export class SelfCheck {
  readonly #zones: Map<string, ZoneCount> = new Map();
  #zoneOf: (path: string) => string = () => "";
  #roots: readonly RootInfo[] = [];
  #marked = "";

  on(event: ScanEvent): void {
    switch (event.type) {
      case "scan-start":
        this.#zoneOf = zoneFinder(event.header);
        this.#roots = event.header.roots;
        for (const root of event.header.roots) this.#zone(root.zone);
        break;
      case "finding": {
        const { finding } = event;
        if (finding.dataClass !== "state-secret" || finding.effect === "recorded" || finding.path === this.#marked) break;
        // Findings of a file come one after another, so each file counts once.
        this.#marked = finding.path;
        this.#zone(this.#zoneOf(finding.path)).marked += 1;
        break;
      }
      case "entry-end": {
        const zone = this.#zone(this.#zoneOf(event.path));
        if (event.coverage === "full") zone.whole += 1;
        if (event.coverage === "full" || event.coverage === "partial") zone.examined += 1;
        if (event.coverage === "none" || event.coverage === "partial") zone.unread += 1;
        break;
      }
      case "failure":
        if (event.failure.stage === "walk") this.#zone(this.#zoneOf(event.failure.path)).unread += 1;
        break;
      case "scan-end":
        this.#ended(event.summary);
        break;
      case "excluded":
      case "comparison":
        break;
    }
  }

  /** The ledger is exact, also where the events come from a saved result, which names only entries there is something to say of. */
  #ended(summary: ScanSummary): void {
    const parts = summary.parts ?? (this.#roots.length === 0 ? [] : [{ roots: this.#roots, ledger: summary.ledger }]);
    // A scan of several zones keeps what was counted: its ledger is one for all of them.
    if (parts.some(({ roots }) => new Set(roots.map(({ zone }) => zone)).size !== 1)) return;
    for (const zone of this.#zones.values()) Object.assign(zone, { whole: 0, examined: 0, unread: 0 });
    for (const { roots, ledger } of parts) {
      const zone = this.#zone(roots[0]?.zone ?? "");
      zone.whole += ledger.full;
      zone.examined += ledger.full + ledger.partial;
      zone.unread += ledger.none + ledger.partial + ledger.unwalked;
    }
  }

  /** The three questions in the order of the self-check. */
  answers(overview: Overview, locale: Locale): readonly Answered[] {
    return [this.#internet(overview, locale), this.#crossUse(overview, locale), this.#handled(overview, locale)];
  }

  #zone(name: string): ZoneCount {
    let zone = this.#zones.get(name);
    if (zone === undefined) {
      zone = { whole: 0, examined: 0, unread: 0, marked: 0 };
      this.#zones.set(name, zone);
    }
    return zone;
  }

  #sum(wanted: (zone: string) => boolean): ZoneCount | undefined {
    const zones = [...this.#zones].filter(([name]) => wanted(name)).map(([, zone]) => zone);
    if (zones.length === 0) return undefined;
    return zones.reduce((sum, zone) => ({
      whole: sum.whole + zone.whole,
      examined: sum.examined + zone.examined,
      unread: sum.unread + zone.unread,
      marked: sum.marked + zone.marked,
    }));
  }

  #internet(overview: Overview, locale: Locale): Answered {
    const zh = locale === "zh";
    const question = zh ? "互联网计算机是否存有涉密信息" : "Does the internet computer hold classified information?";
    const limits = zh
      ? "只认国家秘密标志；没有标志的内容是否涉密，须由人判断。图像中的文字未识别。"
      : "Only state-secret marks are looked for; whether content without a mark is classified is for a person to say. Text in images is not read.";
    const zone = this.#sum((name) => name === "internet");
    const said = (answer: Answer, ...evidence: string[]): Answered => ({ question, answer, evidence, limits });
    if (zone === undefined)
      return said("not-examined", zh ? "本次范围不含互联网计算机。" : "No internet computer was in the scope of this check.");
    const scope = scopeInWords(zone, locale);
    if (zone.marked > 0) return said("found", markedInWords(zone, locale), scope);
    if (!looksForMarks(overview)) return said("not-examined", noRulesInWords(locale));
    if (zone.examined === 0) return said("not-examined", zh ? "没有文件被检查。" : "No file could be examined.");
    if (!overview.complete)
      return said(
        "not-examined",
        zh ? `检查中断，到中断为止未见国家秘密标志。${scope}` : `The scan was cut short; no mark was met until then. ${scope}`,
      );
    return said("not-found", zh ? "未见国家秘密标志。" : "No state-secret mark was met.", scope);
  }

  #crossUse(overview: Overview, locale: Locale): Answered {
    const zh = locale === "zh";
    const question = zh ? "移动存储介质是否内外网交叉使用" : "Are removable media used across internal and external networks?";
    const limits = zh
      ? "须收集同一介质在各区域计算机上的检查结果，按卷标识、序列号比对（zicha report selfcheck 结果1 结果2 …），并由人查看计算机的介质使用记录。"
      : "It takes the results of checks in each zone, compared by volume id and serial number (zicha report selfcheck RESULT1 RESULT2 …), and a person who looks at the computers' records of media use.";
    const media = mediaOf(overview.summary?.parts ?? []);
    const crossed = [...media].filter(([, networks]) => networks.size > 1);
    if (crossed.length > 0) {
      const evidence = crossed.map(([medium, networks]) => {
        const where = [...networks]
          .map(([network, hosts]) => `${networkWords[network][locale]}（${[...hosts].join("、")}）`)
          .join(zh ? "、" : ", ");
        return zh ? `介质 ${medium} 在 ${where} 都被检查到，须核实。` : `Medium ${medium} was met in ${where}: to be checked by a person.`;
      });
      return { question, answer: "found", evidence, limits };
    }
    const volumes = (overview.header?.roots ?? []).filter((root) => root.volume?.removable === true).length;
    const evidence = [
      zh
        ? "本次没有读取介质使用痕迹，也没有可比对的其他区域的结果。"
        : "Traces of media use were not read, and there was no result of another zone to compare with.",
    ];
    if (media.size > 0) {
      evidence[0] = zh
        ? `${count(overview.summary?.parts?.length ?? 0)} 份结果中的 ${count(media.size)} 个介质，未见同一介质出现在不同网络；没有读取介质使用痕迹。`
        : `${count(media.size)} media in ${count(overview.summary?.parts?.length ?? 0)} results: none of them was met in two networks; traces of media use were not read.`;
    } else if (volumes > 0) {
      evidence.push(
        zh
          ? `本次检查的 ${count(volumes)} 个介质已记下标识，可供比对。`
          : `The identity of ${count(volumes)} media checked was recorded and can be compared.`,
      );
    }
    // Results that do not meet say nothing of uses nobody recorded.
    return { question, answer: "not-examined", evidence, limits };
  }

  #handled(overview: Overview, locale: Locale): Answered {
    const zh = locale === "zh";
    const question = zh
      ? "个人计算机和移动存储介质是否处理过涉密资料"
      : "Did personal computers and removable media handle classified material?";
    const limits = zh
      ? "只看现存文件；最近使用记录、已删除文件、临时文件等处理痕迹未检查，须由人查看。"
      : "Only files that are there now were looked at; traces such as recent-file lists, deleted and temporary files were not, and need a person.";
    const zone = this.#sum((name) => name === "personal" || name.startsWith("removable-"));
    const said = (answer: Answer, ...evidence: string[]): Answered => ({ question, answer, evidence, limits });
    if (zone === undefined) {
      return said(
        "not-examined",
        zh ? "本次范围不含个人计算机和移动存储介质。" : "No personal computer or removable medium was in the scope of this check.",
      );
    }
    const scope = scopeInWords(zone, locale);
    if (zone.marked > 0) return said("found", markedInWords(zone, locale), scope);
    if (!looksForMarks(overview)) return said("not-examined", noRulesInWords(locale));
    if (zone.examined === 0) return said("not-examined", zh ? "没有文件被检查。" : "No file could be examined.");
    // Nothing there today does not say that nothing was ever handled there.
    return said(
      "not-examined",
      zh
        ? "现存文件未见国家秘密标志；是否处理过，没有证据可答。"
        : "No state-secret mark was met in the files that are there now; whether any was handled before cannot be said from that.",
      scope,
    );
  }
}

type Network = "internet" | "intranet" | "classified";

const networkWords: Readonly<Record<Network, Both>> = {
  internet: { zh: "互联网", en: "the internet" },
  intranet: { zh: "内网", en: "the intranet" },
  classified: { zh: "涉密网", en: "a classified network" },
};

/** Removable media by volume id and serial number, with the networks they were met in and the hosts there. */
function mediaOf(parts: readonly ResultPart[]): ReadonlyMap<string, ReadonlyMap<Network, ReadonlySet<string>>> {
  const media = new Map<string, Map<Network, Set<string>>>();
  for (const { host, roots } of parts) {
    for (const { zone, volume } of roots) {
      if (volume?.removable !== true || volume.volumeId === undefined) continue;
      const network = (["internet", "intranet", "classified"] as const).find((name) => zone.replace(/^removable-/, "").startsWith(name));
      if (network === undefined) continue;
      const identity = [volume.label, volume.volumeId, volume.serial].filter((part) => part !== undefined && part !== "").join(" ");
      const networks = media.get(identity) ?? new Map<Network, Set<string>>();
      media.set(identity, networks);
      networks.set(network, (networks.get(network) ?? new Set<string>()).add(host));
    }
  }
  return media;
}

function looksForMarks(overview: Overview): boolean {
  const header = overview.header;
  return header?.rules.some((rule) => rule.dataClass === "state-secret" && !header.disabledRules.includes(rule.id)) === true;
}

function noRulesInWords(locale: Locale): string {
  return locale === "zh" ? "没有启用国家秘密标志规则。" : "No rule for state-secret marks was switched on.";
}

function markedInWords(zone: ZoneCount, locale: Locale): string {
  if (locale === "zh") return `${count(zone.marked)} 个文件带国家秘密标志，见问题清单。`;
  return `${count(zone.marked)} ${zone.marked === 1 ? "file carries" : "files carry"} a state-secret mark: see the list of problems.`;
}

function scopeInWords(zone: ZoneCount, locale: Locale): string {
  if (locale === "zh") {
    return zone.unread > 0
      ? `全部读到的 ${count(zone.whole)} 个文件；未检或未检全 ${count(zone.unread)} 个，不在此回答内。`
      : `已检 ${count(zone.whole)} 个文件，全部读到。`;
  }
  return zone.unread > 0
    ? `Files wholly examined: ${count(zone.whole)}; not or not wholly examined: ${count(zone.unread)}, which this answer does not cover.`
    : `Files examined: ${count(zone.whole)}, all of them wholly.`;
}
