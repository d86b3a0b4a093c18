import type { Role } from "../../model/chunk.ts";
import type { Flow } from "./flow.ts";

/** What holds paragraphs of its own: the text, a box, a note, a slide. */
export interface OdfFrame {
  flow: Flow;
  roles: readonly [Role, ...Role[]];
  paragraphs: number;
  /** Lines of a shape that may turn out to be lettering (a watermark) when its outline is told. */
  held?: (readonly [text: string, mark: number])[] | undefined;
}
