import { hostPlaces, localRoots, removableRoots } from "../scan/volumes.ts";
import type { Place } from "../model/event.ts";
import { say, UsageError } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

/** What a profile examines where no path is given. */
export type ProfileTargets = "machine" | "removable" | "homes" | "homes-and-removable" | "here" | readonly string[];

/** A self-check in one word: zone, targets and what is left out. */
export interface Profile {
  readonly id: string;
  readonly zone: string;
  readonly targets: ProfileTargets;
  readonly zh: string;
  readonly en: string;
  /** Options that hold unless someone says otherwise, by their key. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What examines a whole machine goes on for hours unwatched: a reader that falls takes a process of its own with it, and nothing else. */
const unattended = { isolation: "process" };

/** The profiles there are; a config file adds its own. */
export const profiles: readonly Profile[] = [
  {
    id: "internet-pc",
    zone: "internet",
    targets: "machine",
    zh: "互联网计算机：是否存有涉密信息与客户信息",
    en: "internet PC: is classified or customer data on it",
    options: unattended,
  },
  {
    id: "intranet-pc",
    zone: "intranet",
    targets: "machine",
    zh: "内网（非涉密）办公计算机：是否存有涉密信息，客户信息是否超范围",
    en: "intranet office PC: is classified data on it, is customer data there that should not be",
    options: unattended,
  },
  {
    id: "usb",
    zone: "removable-internet",
    targets: "removable",
    zh: "移动存储介质（默认为所有已挂载的）",
    en: "removable media (all that are mounted unless one is named)",
    options: { oneFileSystem: true, olderThan: 90 },
  },
  {
    id: "personal",
    zone: "personal",
    targets: "homes",
    zh: "个人计算机：是否处理、存储过涉密资料或客户信息",
    en: "personal machine: has it handled classified or customer data",
    options: {},
  },
  {
    id: "leaver",
    zone: "personal",
    targets: "homes-and-removable",
    zh: "离职离岗：用户目录与移动存储介质中是否还有工作资料",
    en: "leaver: is work data left in the homes and on removable media",
    options: {},
  },
  {
    id: "repository",
    zone: "repository",
    targets: "here",
    zh: "文档库（当前目录）",
    en: "document repository (the current directory)",
    options: {},
  },
];

/**
 * The profile of a name: a shipped one, or one of the configuration made from another. A shipped
 * name cannot be redefined: `internet-pc` means one thing everywhere. Throws a `UsageError` that lists the names.
 */
export function findProfile(terminal: Pick<Terminal, "locale">, name: string, config: Readonly<Record<string, unknown>>): Profile {
  const own = (config["profiles"] ?? {}) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const shipped = profiles.find(({ id }) => id === name);
  if (shipped !== undefined) return shipped;
  const chain: Readonly<Record<string, unknown>>[] = [];
  let at = name;
  let base: Profile | undefined;
  while (base === undefined) {
    const found = own[at];
    if (found === undefined || chain.includes(found)) {
      const known = [...profiles.map(({ id }) => id), ...Object.keys(own)].join(", ");
      throw new UsageError(say(terminal, `没有检查项“${name}”，可用：${known}`, `no profile "${name}"; there are ${known}`));
    }
    chain.push(found);
    at = String(found["extends"]);
    base = profiles.find(({ id }) => id === at);
  }
  const merged = Object.assign({}, base.options, ...chain.toReversed()) as Record<string, unknown>;
  const { extends: _, title, targets, zone, ...options } = merged;
  return {
    id: name,
    zone: typeof zone === "string" ? zone : base.zone,
    targets: Array.isArray(targets) ? (targets as readonly string[]) : base.targets,
    zh: typeof title === "string" ? title : base.zh,
    en: typeof title === "string" ? title : base.en,
    options,
  };
}

/** What a shipped profile examines, for the question whether the current directory's configuration may be used. */
export async function examinedByProfile(name: string): Promise<readonly string[]> {
  const profile = profiles.find(({ id }) => id === name);
  return profile === undefined ? [] : (await scopeOf(profile.targets)).targets;
}

/** What a profile comes to on this host: roots, whether removable media below them are left out, and the places in its scope. */
export interface ProfileScope {
  readonly targets: readonly string[];
  readonly withoutRemovable: boolean;
  readonly places: readonly Place[] | undefined;
}

/** Finds the targets of a profile on this host. */
export async function scopeOf(targets: ProfileTargets): Promise<ProfileScope> {
  if (typeof targets !== "string") return { targets, withoutRemovable: false, places: undefined };
  if (targets === "here") return { targets: ["."], withoutRemovable: false, places: undefined };
  if (targets === "removable") return { targets: await removableRoots(), withoutRemovable: false, places: undefined };
  const places = hostPlaces();
  if (targets === "machine") return { targets: await localRoots(), withoutRemovable: true, places };
  const homes = places.filter(({ kind }) => kind === "home").map(({ path }) => path);
  if (targets === "homes") return { targets: homes, withoutRemovable: true, places };
  return { targets: [...homes, ...(await removableRoots())], withoutRemovable: false, places };
}
