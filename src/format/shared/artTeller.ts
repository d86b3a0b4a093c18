import type { Role } from "../../model/chunk.ts";
import { createFlow } from "./flow.ts";
import type { Flow, Place, Sink } from "./flow.ts";
import type { ArtText } from "./officeArt.ts";
import { unescapeAddress } from "./package.ts";
import { bytesOf } from "./xml.ts";

/** Names programs give to shapes, without a person's word. */
const plainName = /^[^\d.@]{0,40}\s*\d{0,6}$/;
const watermarkName = /watermark|水印/i;

/** Tells the texts of shapes: WordArt as a watermark (that is how Word makes one), names and descriptions as captions, addresses as links. */
export function createArtTeller(
  sink: Sink,
  prefix: string,
  outer: readonly Role[],
  place: Place = (paragraph) => ({ kind: "paragraph", paragraph }),
): { tell(text: ArtText): void; flush(): void } {
  const flows = new Map<Role, Flow>();
  const seen = new Set<string>();
  let count = 0;
  return {
    tell({ kind, text }): void {
      const role: Role = kind === "word-art" ? "watermark" : kind === "link" ? "link" : "caption";
      if (kind === "name" && plainName.test(text) && !watermarkName.test(text)) return;
      const key = `${role} ${text}`;
      if (seen.has(key)) return;
      if (seen.size < 10_000) seen.add(key);
      let flow = flows.get(role);
      if (flow === undefined) {
        const roles: readonly [Role, ...Role[]] = outer[0] === undefined ? [role] : [outer[0], ...outer.slice(1), role];
        flow = createFlow(sink, { id: `${prefix}-${role}`, roles, place });
        flows.set(role, flow);
      }
      flow.line(role === "link" ? unescapeAddress(bytesOf(text)) : bytesOf(text), ++count);
    },
    flush(): void {
      for (const flow of flows.values()) flow.flush();
    },
  };
}
