import { neutralise } from "../../util/width.ts";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text as HTML or XML shows it, in content or in a quoted attribute: one line, legal in XML 1.0, control and bidirectional characters visible. */
export function escapeMarkup(text: string): string {
  return neutralise(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}
