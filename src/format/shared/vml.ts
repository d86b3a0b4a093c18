import type { Extracted } from "../../model/chunk.ts";
import { createMarkup } from "./markup.ts";
import type { MarkupShared } from "./markup.ts";
import type { OfficePackage, Part } from "./package.ts";
import { trimBytes } from "./xml.ts";

/** A part of legacy drawings (VML): captions, word art, and the HTML-like text of boxes and buttons, which need not nest. */
export async function* readVml(from: OfficePackage, part: Part, shared: MarkupShared, flow: string): AsyncGenerator<Extracted, void> {
  const markup = createMarkup(shared, { flow, roles: ["textbox"] });
  let boxes = 0;
  let text = "";
  const give = (): void => {
    if (trimBytes(text) !== "") {
      markup.open("p", "");
      markup.open("t", "");
      markup.text(trimBytes(text).replace(/[\t-\r ]+/g, " "));
      markup.close("t");
      markup.close("p");
    }
    text = "";
  };
  yield* from.read(
    part,
    {
      open(name, attributes): void {
        if (name === "textbox") boxes++;
        else if (boxes === 0) markup.open(name, attributes);
        else if (name === "div" || name === "br" || name === "p") give();
      },
      text(piece): void {
        if (boxes > 0) text += piece;
      },
      close(name): void {
        if (name === "textbox") {
          give();
          boxes = Math.max(0, boxes - 1);
        } else if (boxes === 0) markup.close(name);
        else if (name === "div" || name === "p") give();
      },
    },
    { lenient: true },
  );
  give();
  markup.end();
  yield* from.sink.drain();
}
