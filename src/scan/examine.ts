import type { Engine, Look, Session, SessionOptions } from "../detect/contract.ts";
import { isContainer } from "../format/probe.ts";
import type { TextlessKind } from "../format/textless.ts";
import type { Budget, Extractor, Location, Probe, Stop } from "../model/chunk.ts";
import type { ByteSource, Entry, SourceCut } from "../model/entry.ts";
import { FailureError } from "../model/failure.ts";
import type { Failure, FailureCode } from "../model/failure.ts";
import type { Confidence, Severity } from "../model/rule.ts";
import type { Examination, SealedMatch } from "../model/finding.ts";
import type { Seal } from "../model/placed.ts";
import type { Limits } from "../model/request.ts";
import { contentHash } from "../util/contentHash.ts";
import type { SubjectKeys } from "../util/hash.ts";
import { createDeadline } from "./deadline.ts";
import type { Deadline, EndedBefore } from "./deadline.ts";
import { noteAllowances } from "./inlineAllow.ts";
import { createBudget } from "./limits.ts";
import { nameChunk, recycledChunk } from "./maskPath.ts";

/** What examining an entry needs; one a worker. */
export interface Workshop {
  readonly engine: Engine;
  readonly extractors: readonly Extractor[];
  readonly limits: Limits;
  readonly passwords: readonly string[];
  /** Note what lines of text allow of themselves. */
  readonly inlineAllow?: boolean;
  readonly seal: Seal;
  /** Start of the scan, ISO 8601. */
  readonly started: string;
  createProbe(name: string, bytes: ByteSource): Promise<Probe>;
  textlessKind(head: Uint8Array, bytes: ByteSource): Promise<TextlessKind | undefined>;
  disguisedExtension(name: string, format: string, damaged: boolean): string | undefined;
  readonly subjects: SubjectKeys;
  /** Names content without telling it: of the parts, keyed. */
  contentKey(...parts: readonly string[]): string;
  /** A path as reports may show it. */
  maskPath(path: string): string;
  /** Rules left out of the entry at hand, and who is told which rule is at work. */
  readonly without?: ReadonlySet<string>;
  readonly confirming?: (ruleId: string | undefined) => void;
  /** Told after each block of text that was read. */
  readonly progress?: () => void;
  /** Told after each block of text, and each thing that a reader gave, of an entry or of what is nested in it. */
  readonly step?: () => void;
  /** Whether a match is enough to end the entry on the mount that holds it. */
  readonly enough?: (ruleId: string, confidence: Confidence, severity: Severity) => boolean;
  /** Who looks ahead in the entry on the mount where it is large; each opens it for himself. */
  readonly look?: Look;
  /** Where the entry at hand ended its worker before: it is read up to there. */
  readonly before?: EndedBefore;
}

/** Takes an examination; where a promise comes back there is no room for more until it resolves. */
export type Hand = (examination: Examination) => Promise<void> | void;

/**
 * Examines an entry and all that is nested in it. Each gets its `Examination`, members before what holds them. What the data can cause ends
 * as a `Failure`; what only a bug can cause is caught here, once an entry, as `internal`. Where its time is up before its end, what was found
 * until then is told with the failure.
 */
export async function examine(
  workshop: Workshop,
  entry: Entry,
  open: () => Promise<ByteSource>,
  stamp: (() => Promise<string | undefined>) | undefined,
  signal: Stop,
  hand: Hand,
  sibling?: (name: string) => Promise<ByteSource | undefined>,
): Promise<void> {
  const content = contentOf(workshop, entry, open, signal);
  const deadline = createDeadline(workshop.limits, entry.size, signal, workshop.before);
  const handed = async (examination: Examination): Promise<void> => {
    deadline.nested();
    const room = hand(examination);
    if (room === undefined) return;
    const from = performance.now();
    await room;
    deadline.waited(performance.now() - from);
  };
  await examineWithin(workshop, entry, open, stamp, deadline, handed, createBudget(workshop.limits, entry.size), content, sibling);
}

/**
 * Gives the content key of an entry on the mount, of a member with its path: the bytes are read once more, and only when there is something to
 * say of one of them, so that a clean tree costs nothing.
 */
function contentOf(
  workshop: Workshop,
  entry: Entry,
  open: () => Promise<ByteSource>,
  signal: Stop,
): (path: string) => Promise<string | undefined> {
  let hash: Promise<string | undefined> | undefined;
  const read = async (): Promise<string | undefined> => {
    let bytes: ByteSource | undefined;
    try {
      bytes = await open();
      return await contentHash(bytes, signal);
    } catch {
      // Told as a failure where the entry itself is read.
      return undefined;
    } finally {
      await bytes?.close().catch(() => undefined);
    }
  };
  return async (path) => {
    hash ??= read();
    const known = await hash;
    if (known === undefined) return undefined;
    return path === entry.path ? workshop.contentKey(known) : workshop.contentKey(known, path.slice(entry.path.length));
  };
}

/** How an entry is looked at, by whoever does it. */
export function sessionOptions(workshop: Workshop, entry: Entry): Omit<SessionOptions, "signal"> {
  return {
    name: nameOf(entry.path),
    asOf: entry.modified ?? workshop.started,
    seal: workshop.seal,
    subjects: workshop.subjects,
    cap: workshop.limits.findingsPerEntry,
    ...(workshop.without === undefined ? {} : { without: workshop.without }),
    ...(workshop.confirming === undefined ? {} : { confirming: workshop.confirming }),
  };
}

async function examineWithin(
  workshop: Workshop,
  entry: Entry,
  open: () => Promise<ByteSource>,
  stamp: (() => Promise<string | undefined>) | undefined,
  deadline: Deadline,
  hand: Hand,
  budget: Budget,
  content: (path: string) => Promise<string | undefined>,
  sibling?: (name: string) => Promise<ByteSource | undefined>,
): Promise<void> {
  const begun = performance.now();
  const failures: Failure[] = [...(workshop.without ?? [])].map((id) =>
    failure(entry, "timeout", `rule ${id} did not end on one passage and was left out`, true),
  );
  const step = (): void => {
    deadline.step();
    workshop.step?.();
  };
  const progress = (): void => {
    deadline.progress();
    workshop.progress?.();
  };
  const name = nameOf(entry.path);
  const session = workshop.engine.open({
    ...sessionOptions(workshop, entry),
    progress: () => {
      progress();
      step();
    },
    ...(workshop.enough === undefined
      ? {}
      : {
          kept(...match) {
            if (workshop.enough?.(...match) === true) deadline.enough();
          },
        }),
    signal: deadline,
  });
  let format: string | undefined;
  let textless = false;
  /** Runs of content that were given. */
  let chunks = 0;
  let bytes: ByteSource | undefined;
  /** Findings in what the entry holds. */
  let within = 0;
  /** Bytes told that are not the entry's own. */
  let advised = 0;
  let touched = false;
  let together = false;
  const beside =
    sibling === undefined
      ? undefined
      : (other: string): Promise<ByteSource | undefined> => {
          together = true;
          return sibling(other);
        };
  try {
    session.text(nameChunk(name));
    // The bin gives what it holds names of its own.
    if (entry.depth === 0 && entry.recycled !== undefined) session.text(recycledChunk(nameOf(entry.recycled.path)));
    const before = await stamp?.();
    bytes = await open();
    touched = bytes.touched === true;
    let probe = await workshop.createProbe(name, bytes);
    if (!bytes.seekable && isContainer(probe.head)) {
      // What a container is shows in its directory, which lies at its end or anywhere.
      const held = await hold(bytes, workshop.limits.fileSize);
      if (held === undefined)
        throw new FailureError("too-large", `a member of more than ${workshop.limits.fileSize} bytes cannot be held in memory`);
      await bytes.close();
      bytes = held;
      probe = await workshop.createProbe(name, bytes);
    }
    const kind = await workshop.textlessKind(probe.head, bytes);
    if (kind === undefined || kind.described === true) {
      const extractor = await firstThatAccepts(workshop.extractors, probe);
      if (extractor !== undefined) {
        format = extractor.id;
        await read(extractor, bytes);
      } else if (kind === undefined && bytes.cut?.() === undefined)
        failures.push(failure(entry, "unsupported-format", describeHead(probe.head), false));
    }
    const cut = bytes.cut?.();
    if (cut !== undefined) tell(failure(entry, cut.code, cut.detail, format !== undefined));
    if (kind !== undefined && chunks === 0 && failures.length === 0) {
      textless = true;
      format = kind.id;
    }
    const damaged = cut !== undefined || failures.some(({ code }) => code === "corrupt");
    advised = advise(workshop, session, name, format, damaged);
    const after = await stamp?.();
    if (before !== after) failures.push(failure(entry, "changed", "the file changed while it was read", true));
  } catch (error) {
    tell(limited(deadline.told(failureOf(entry, error, format !== undefined)), bytes));
  } finally {
    await bytes?.close().catch(() => undefined);
  }
  let result = ended(workshop, session, entry, failures, within, advised);
  if (workshop.inlineAllow === true && format === "text" && entry.depth === 0)
    result = { ...result, matches: await noteAllowances(result.matches, open, (reason) => shownReason(workshop, reason)) };
  const contentKey = result.matches.length + failures.length > 0 ? await content(entry.path) : undefined;
  await hand({
    entry,
    shownPath: workshop.maskPath(entry.path),
    ...(entry.recycled === undefined ? {} : { recycled: { ...entry.recycled, path: workshop.maskPath(entry.recycled.path) } }),
    format,
    textless: textless && failures.length === 0,
    failures: failures.map((one) => withMaskedDetail(workshop, one)),
    ...result,
    elapsedMs: Math.round(performance.now() - begun),
    ...(touched ? { touched } : {}),
    ...(together ? { together } : {}),
    ...(contentKey === undefined ? {} : { contentKey }),
  });

  /** Once is enough: what a limit cuts off may be missed by several readers. */
  function tell(said: Failure): void {
    if (!failures.some((one) => isSame(one, said))) failures.push(said);
  }

  async function read(extractor: Extractor, source: ByteSource): Promise<void> {
    const size = source.size ?? entry.size;
    if (extractor.divisible !== true && extractor.streaming !== true && size !== undefined && size > workshop.limits.fileSize) {
      failures.push(failure(entry, "too-large", `${size} bytes, the limit for this format is ${workshop.limits.fileSize}`, false));
      return;
    }
    const held = extractor.access === "any" && !source.seekable ? await hold(source, workshop.limits.fileSize) : source;
    if (held === undefined) {
      failures.push(failure(entry, "too-large", `a member of more than ${workshop.limits.fileSize} bytes cannot be held in memory`, false));
      return;
    }
    const input = {
      entry,
      bytes: held,
      budget,
      passwords: workshop.passwords,
      signal: deadline,
      ...(beside === undefined ? {} : { sibling: beside, partner: partnerOf(entry, beside, () => (together = true)) }),
    };
    /** What was said of the last member. */
    let last: Examination | undefined;
    const handInner = (inner: Examination): ReturnType<Hand> => {
      within += inner.matches.length;
      last = inner;
      return hand(inner);
    };
    let stopTold = false;
    let left = deadline.aborted;
    for await (const item of deadline.aborted ? [] : extractor.extract(input)) {
      if (deadline.aborted) {
        left = true;
        break;
      }
      if (item.type === "chunk") {
        chunks++;
        const { content: given } = item.chunk;
        // Others open the file on the mount: neither a member of it nor what was made of its bytes is for them.
        const own = entry.depth === 0 && given.kind === "range" && given.source === held;
        await session.chunk(item.chunk, own ? workshop.look : undefined);
      } else if (item.type === "failure") {
        // What cannot be read of a member stands for the member.
        const said = limited(deadline.told(item.failure), held);
        if (item.failure.code === "interrupted") stopTold = true;
        if (said.path === entry.path) tell(said);
        else if (last?.entry.path !== said.path || !last.failures.some((one) => isSame(one, said)))
          await hand(unread(workshop, entry, said, await content(said.path)));
      } else if (item.entry.depth > workshop.limits.depth) {
        const deep = failure(item.entry, "too-deep", `nested more than ${workshop.limits.depth} deep`, false);
        await hand(unread(workshop, item.entry, deep, await content(item.entry.path)));
      } else await examineWithin(workshop, memberOf(entry, item.entry), () => item.open(), undefined, deadline, handInner, budget, content);
      step();
      // A text that is told line by line is as long as its file, like one that is read as it lies.
      if (item.type === "chunk" && extractor.divisible === true) progress();
      // One that ends with what was enough may be at its end; where it is late or comes to where a worker ended, nothing more is asked of it.
      if (deadline.aborted && !deadline.met) {
        left = true;
        break;
      }
    }
    // A reader that stops need not say so. Of plain text it is known whether all of it was read.
    const whole = deadline.met && extractor.id === "text" && !left && !session.cut;
    if (deadline.aborted && !whole && !stopTold)
      failures.push(deadline.told(failure(entry, "interrupted", "the scan was interrupted", true)));
  }
}

/** A reason is text of the file: identifiers in it are masked, and a star that could make a mark of it goes. */
function shownReason(workshop: Workshop, reason: string): string {
  return workshop.maskPath(reason).replaceAll(/[★☆⭐✩✪✭＊※]/gu, "*");
}

function ended(
  workshop: Workshop,
  session: Session,
  entry: Entry,
  failures: Failure[],
  within: number,
  advised: number,
): Pick<Examination, "matches" | "counts" | "subjects" | "subjectsBy" | "bytes"> {
  try {
    const result = session.end();
    const others = within + result.matches.filter(({ infoType }) => infoType !== disguise).length;
    const matches = result.matches.map((match) => placeMasked(workshop, match.infoType === disguise && others > 0 ? raised(match) : match));
    return { ...result, bytes: result.bytes - advised, matches };
  } catch (error) {
    failures.push(failureOf(entry, error, false));
    return { matches: [], counts: [], subjects: [], subjectsBy: {}, bytes: 0 };
  }
}

/** What the advisory on extensions finds. */
const disguise = "DISGUISED_EXTENSION";

/** A disguise that hides something is worth a look; it gates no more for that. */
function raised(match: SealedMatch): SealedMatch {
  return match.severity === "info" ? { ...match, severity: "low" } : match;
}

/** States what an entry under a name that lies is, for the rule on extensions to find. Gives the bytes of the statement. */
function advise(workshop: Workshop, session: Session, name: string, format: string | undefined, damaged: boolean): number {
  const extension = format === undefined ? undefined : workshop.disguisedExtension(name, format, damaged);
  if (extension === undefined) return 0;
  const bytes = Buffer.from(`zicha-format: ${extension} -> ${format}`, "utf8");
  session.text({ content: { kind: "utf8", bytes, locate: () => ({ kind: "name" }) }, flow: "format", start: 0, roles: ["name"] });
  return bytes.length;
}

/** What is nested in something deleted was deleted with it. */
function memberOf(outer: Entry, member: Entry): Entry {
  return outer.recycled === undefined ? member : { ...member, recycled: outer.recycled };
}

/** Sheets and properties have names too, and names hold what people write into them. */
function placeMasked(workshop: Workshop, match: SealedMatch): SealedMatch {
  const location = maskedLocation(workshop, match.location);
  const { group } = match;
  if (group === undefined) return location === match.location ? match : { ...match, location };
  const parts = group.parts.map((part) =>
    part.first === undefined ? part : { ...part, first: { ...part.first, location: maskedLocation(workshop, part.first.location) } },
  );
  return { ...match, location, group: { ...group, parts } };
}

function maskedLocation(workshop: Workshop, location: Location): Location {
  if (location.kind === "cell") return { ...location, sheet: workshop.maskPath(location.sheet) };
  if (location.kind === "property") return { ...location, name: workshop.maskPath(location.name) };
  return location;
}

/** Last name of a path, members included. */
export function nameOf(path: string): string {
  const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return path.slice(at + 1);
}

async function firstThatAccepts(extractors: readonly Extractor[], probe: Probe): Promise<Extractor | undefined> {
  for (const extractor of extractors) {
    const accepts = extractor.accepts(probe);
    // Nearly all say it at once, and there are sixty of them.
    if (typeof accepts === "boolean" ? accepts : await accepts) return extractor;
  }
  return undefined;
}

/** Damage of a source that a limit ended early is the limit's doing. */
export function limited(said: Failure, source: ByteSource | undefined): Failure {
  const cut = said.code === "corrupt" ? source?.cut?.() : undefined;
  return cut === undefined || cut.code === "corrupt" ? said : { ...said, code: cut.code, detail: cut.detail };
}

function isSame(one: Failure, other: Failure): boolean {
  return one.code === other.code && one.detail === other.detail;
}

/** Holds a member that cannot seek in memory; undefined when it is larger than may be held. */
async function hold(source: ByteSource, limit: number): Promise<ByteSource | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const block = new Uint8Array(256 * 1024);
  for (;;) {
    const count = await source.read(block, length);
    if (count > 0) pieces.push(block.slice(0, count));
    length += count;
    if (length > limit) return undefined;
    if (count < block.length) break;
  }
  return memorySource(Buffer.concat(pieces, length), source.cut?.());
}

/** Gives the files beside an entry that are examined too. `asked` is told of each question, whatever the answer. */
export function partnerOf<T>(
  entry: Entry,
  sibling: (name: string) => Promise<T | undefined>,
  asked?: () => void,
): (name: string) => Promise<T | undefined> {
  return (name) => {
    asked?.();
    return entry.beside === undefined || entry.beside.includes(name) ? sibling(name) : Promise.resolve(undefined);
  };
}

/** Bytes at hand as a source; `limit` where they were to be more. */
export function memorySource(bytes: Uint8Array, limit?: SourceCut): ByteSource {
  return {
    size: bytes.length,
    seekable: true,
    read(into, offset) {
      const part = bytes.subarray(offset, offset + into.length);
      into.set(part);
      return Promise.resolve(part.length);
    },
    close: () => Promise.resolve(),
    cut: () => limit,
  };
}

function failure(entry: Entry, code: FailureCode, detail: string, partial: boolean): Failure {
  return { stage: "extract", code, path: entry.path, detail, partial };
}

/** A detail may name a part, and names hold what people write into them. */
function withMaskedDetail(workshop: Workshop, said: Failure): Failure {
  const detail = workshop.maskPath(said.detail);
  return detail === said.detail ? said : { ...said, detail };
}

function unread(workshop: Workshop, entry: Entry, said: Failure, contentKey: string | undefined): Examination {
  const member = said.path === entry.path ? entry : { ...entry, path: said.path, depth: entry.depth + 1, size: undefined };
  return {
    entry: member,
    shownPath: workshop.maskPath(member.path),
    format: undefined,
    textless: false,
    failures: [withMaskedDetail(workshop, said)],
    matches: [],
    counts: [],
    subjects: [],
    subjectsBy: {},
    bytes: 0,
    elapsedMs: 0,
    ...(contentKey === undefined ? {} : { contentKey }),
  };
}

/** An error's message may quote the data, so only its kind and place are told. */
function failureOf(entry: Entry, error: unknown, partial: boolean): Failure {
  if (error instanceof FailureError) return failure(entry, error.code, error.message, partial);
  if (error instanceof RangeError && /allocation|out of memory|array buffer/i.test(error.message)) {
    return failure(entry, "out-of-memory", "the reader ran out of memory", partial);
  }
  const kind = error instanceof Error ? error.name : typeof error;
  const place = error instanceof Error ? (/([\w.-]+\.[jt]s:\d+)/.exec(error.stack?.split("\n").slice(1).join("\n") ?? "")?.[1] ?? "") : "";
  return failure(entry, "internal", `${kind}${place === "" ? "" : ` at ${place}`}`, partial);
}

/** The first bytes in hex, for a person who looks what the file is. */
function describeHead(head: Uint8Array): string {
  return head.length === 0 ? "empty" : `begins ${Buffer.from(head.subarray(0, 8)).toString("hex")}`;
}
