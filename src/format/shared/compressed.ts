import type { ExtractInput, Extracted } from "../../model/chunk.ts";
import type { FailureCode } from "../../model/failure.ts";
import { ByteFeed } from "./byteFeed.ts";
import { createInflationGuard } from "./inflation.ts";
import { innerEntry, told } from "./inner.ts";
import type { Trouble } from "./lzma2.ts";
import { unpackedName } from "./unpackedName.ts";
import type { Unpacking } from "./xzStream.ts";
import { limitOf, streamSource } from "./zipMember.ts";
import type { MemberDamage } from "./zipMember.ts";

/** What a trouble is called in a failure. */
export const troubleCodes: Readonly<Record<Trouble, FailureCode>> = {
  cut: "corrupt",
  damaged: "corrupt",
  unsupported: "unsupported-format",
  "too-large": "too-large",
};

/**
 * A compressed file of one member, unpacked as it is read; what is wrong is told behind it, and what came before it stays. `lent`: pieces are good
 * only until the next is asked for.
 */
export async function* readCompressed(
  input: ExtractInput,
  unpack: (feed: ByteFeed) => Unpacking,
  lent = false,
): AsyncGenerator<Extracted, void> {
  const feed = new ByteFeed(input.bytes, 0);
  const unpacking = unpack(feed);
  const guard = createInflationGuard(input.budget, input.signal);
  const damages: { readonly damage: MemberDamage; readonly partial: boolean }[] = [];
  let out = 0;
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    for await (const piece of unpacking.pieces) {
      const refused = guard.allow(piece.length, feed.position);
      if (refused !== undefined) {
        damages.push({ damage: refused, partial: true });
        return;
      }
      out += piece.length;
      yield piece;
    }
    const trouble = unpacking.trouble();
    if (trouble !== undefined) damages.push({ damage: { code: troubleCodes[trouble.code], detail: trouble.detail }, partial: out > 0 });
  }
  yield {
    type: "member",
    entry: innerEntry(input.entry, { name: unpackedName(input.entry.path), key: "unpacked" }),
    open: () => Promise.resolve(streamSource(pieces(), undefined, () => limitOf(input.bytes, damages[0]?.damage), lent)),
  };
  for (const { damage, partial } of damages) yield told(input.entry, damage.code, damage.detail, partial);
}
