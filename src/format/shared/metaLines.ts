import type { Place, Sink } from "./flow.ts";
import { createFlow } from "./flow.ts";
import { bytesOf } from "./xml.ts";

/** A run of text a drawing puts somewhere, in its own units. */
export interface MetaRun {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** How far it reaches; undefined where the drawing does not say. */
  readonly width: number | undefined;
}

/** Joins runs to lines. */
export interface MetaLines {
  add(run: MetaRun): void;
  end(): void;
}

/**
 * Runs that stand on one height, each where the one before ends, are one line: programs draw Chinese character by character. A gap of more
 * than half a character parts them with a tab, so that numbers of two columns do not run together.
 */
export function createMetaLines(sink: Sink): MetaLines {
  const place: Place = (paragraph) => ({ kind: "paragraph", paragraph });
  const flow = createFlow(sink, { id: "body", roles: ["body"], place });
  let line = "";
  let last: MetaRun | undefined;
  let count = 0;
  const give = (): void => {
    const told = line.replaceAll("\0", "").trimEnd();
    if (told.trim() !== "") flow.line(bytesOf(told), ++count);
    line = "";
  };
  return {
    add(run): void {
      if (run.text === "") return;
      if (last === undefined || run.y !== last.y || run.x < last.x) give();
      else if (last.width === undefined || run.x - (last.x + last.width) > (0.5 * last.width) / Math.max(1, last.text.length)) line += "\t";
      line += run.text;
      last = run;
    },
    end(): void {
      give();
      flow.flush();
    },
  };
}
