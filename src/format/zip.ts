import type { ExtractInput, Extracted, Extractor } from "../model/chunk.ts";
import type { ByteSource } from "../model/entry.ts";
import { FailureError } from "../model/failure.ts";
import type { FailureCode } from "../model/failure.ts";
import { toByteString } from "../util/path.ts";
import { readRange } from "./shared/bytes.ts";
import { hidesPicture } from "./shared/carrier.ts";
import { createFlow, createSink } from "./shared/flow.ts";
import { mayCarryZip, readZip, startsAsZip } from "./shared/zip.ts";
import type { Zip, ZipMember } from "./shared/zip.ts";
import { mailPlace, threadOrder } from "./shared/mailThreads.ts";
import type { MailPlace } from "./shared/mailThreads.ts";
import { memberSource, openMember } from "./shared/zipMember.ts";
import type { MemberDamage } from "./shared/zipMember.ts";
import { joinZip, lastVolume } from "./shared/zipVolumes.ts";
import type { ZipVolumes } from "./shared/zipVolumes.ts";

/**
 * Zip archives (APPNOTE 6.3.10), also behind a self extractor or a picture, with a damaged directory, with GBK names. Every member is an entry;
 * one that cannot be read says so when it is opened, and its siblings are still read. The depth of nesting and what entries may use together
 * are the caller's to limit; ratios are watched here.
 */
export const zip: Extractor = {
  id: "zip",
  title: { zh: "ZIP 压缩包", en: "ZIP archive" },
  version: 4,
  access: "any",
  streaming: true,
  async accepts(probe) {
    return startsAsZip(probe.head) || ((mayCarryZip(probe.head) || /\.zip$/i.test(probe.name)) && (await probe.members()).size > 0);
  },
  extract,
};

/** Mails whose headers are held at a time: some hundred bytes each. Archives of more keep their order. */
const threadedLimit = 20_000;
/** 64 KiB of a mail in which its header is looked for. */
const headerLimit = 64 * 1024;

async function* extract(input: ExtractInput): AsyncGenerator<Extracted, void> {
  const { entry, budget } = input;
  const failure = (code: FailureCode, detail: string, partial: boolean, path: string = entry.path): Extracted => ({
    type: "failure",
    failure: { stage: "extract", code, path, detail, partial },
  });
  const volume = /(?:^|[/\\])([^/\\]+)\.z\d\d$/i.exec(entry.path)?.[1];
  if (volume !== undefined && (await lastVolume(input.bytes)) === undefined) {
    const last = await input.partner?.(`${volume}.zip`);
    const whole = last !== undefined && ((await lastVolume(last)) ?? 0) > 0;
    await last?.close();
    // It is read with the last one, which holds the directory.
    if (whole) return;
    yield failure("not-found", `last volume ${volume}.zip of the archive is not here or not examined`, true);
  }
  const volumes = await joinZip(input);
  try {
    yield* members(volumes);
  } finally {
    await volumes.close();
  }

  async function* members({ source, starts, missing, next }: ZipVolumes): AsyncGenerator<Extracted, void> {
    if (missing !== undefined) yield failure("not-found", `volume ${missing} of the archive is not here`, true);
    const archive = await readZip(source, starts);
    if (next !== undefined && missing === undefined && archive?.damage !== undefined)
      yield failure("not-found", `volume ${next} of the archive is not here`, true);
    if (archive === undefined || (archive.members.length === 0 && archive.damage !== undefined)) {
      yield failure("corrupt", archive?.damage ?? "no archive can be read", false);
      return;
    }
    if (archive.damage !== undefined) yield failure("corrupt", `archive is damaged: ${archive.damage}`, true);
    if (archive.overlapping) yield failure("corrupt", "members of the archive share bytes", true);
    if (hidesPicture(await readRange(input.bytes, 0, 4096))) {
      yield failure("no-text", "the picture before the archive needs a person or OCR", true);
    }
    yield* comments(input, archive);
    for (const member of await inThreads(archive, input)) {
      if (input.signal.aborted) {
        yield failure("interrupted", "interrupted between members", true);
        return;
      }
      if (member.directory) continue;
      if (!budget.take("members", 1)) {
        yield failure("too-large", "limit of members reached", true);
        return;
      }
      const damages: MemberDamage[] = [];
      const path = `${entry.path}!/${member.name}`;
      yield {
        type: "member",
        entry: {
          path,
          key: `${entry.key}!${member.headerOffset}`,
          root: entry.root,
          size: member.size,
          modified: member.modified,
          stamp: undefined,
          depth: entry.depth + 1,
        },
        open: (): Promise<ByteSource> => open(archive, member, damages),
      };
      // The member has been examined when the next one is asked for: what was wrong with its bytes is known now.
      const [damage] = damages;
      if (damage !== undefined) yield failure(damage.code, damage.detail, true, path);
      if (damage?.code === "bomb" && damage.detail.startsWith("archive")) {
        yield failure("bomb", "the other members of the archive are not read", true);
        return;
      }
    }
  }

  function open(archive: Zip, member: ZipMember, damages: MemberDamage[]): Promise<ByteSource> {
    return memberSource(archive, member, input, (damage) => {
      damages.push(damage);
    });
  }
}

/**
 * Members as the archive has them; of an export of mails those of a thread together, in the order they were written in, which their names rarely
 * keep. For that the headers are read before all else.
 */
async function inThreads(archive: Zip, input: ExtractInput): Promise<readonly ZipMember[]> {
  const { members } = archive;
  const mails = members.filter(({ name }) => /\.eml$/i.test(name)).length;
  if (mails < 2 || mails * 2 < members.length || members.length > threadedLimit) return members;
  const places: (MailPlace | undefined)[] = [];
  const before = archive.inflated;
  for (const member of members) {
    if (input.signal.aborted) return members;
    places.push(/\.eml$/i.test(member.name) ? await headerOf(archive, member, input) : undefined);
  }
  // They come again as members and are counted then.
  archive.inflated = before;
  return threadOrder(places).flatMap((position) => members[position] ?? []);
}

async function headerOf(archive: Zip, member: ZipMember, input: ExtractInput): Promise<MailPlace | undefined> {
  try {
    const reader = await openMember(archive, member, { ...input, budget: { ...input.budget, take: () => true } });
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of reader.pieces()) {
      pieces.push(piece);
      length += piece.length;
      if (length >= headerLimit) break;
    }
    return mailPlace(Buffer.concat(pieces, Math.min(length, headerLimit)));
  } catch (error) {
    // Told when the member itself is read.
    if (error instanceof FailureError) return undefined;
    throw error;
  }
}

/** What stands in the directory beside names: of the archive, and of its members. */
function* comments(input: ExtractInput, archive: Zip): Generator<Extracted, void> {
  const sink = createSink(input.budget, input.entry.path);
  const names: string[] = [];
  const flow = createFlow(sink, { id: "comment", roles: ["comment"], place: (mark) => ({ kind: "property", name: names[mark] ?? "" }) });
  flow.line(toByteString(archive.comment.trim()), names.push("comment") - 1);
  for (const { name, comment } of archive.members) if (comment !== undefined) flow.line(toByteString(comment.trim()), names.push(name) - 1);
  flow.flush();
  yield* sink.drain();
}
