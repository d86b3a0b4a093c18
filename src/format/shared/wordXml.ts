import type { Role } from "../../model/chunk.ts";
import { createFlow } from "./flow.ts";
import type { Flow } from "./flow.ts";
import { createMarkup } from "./markup.ts";
import type { Markup, MarkupShared } from "./markup.ts";
import { unescapeAddress } from "./package.ts";
import { attribute, trimBytes } from "./xml.ts";
import type { XmlHandler } from "./xml.ts";

/** What a document in one XML file gives. */
export interface WordXml extends XmlHandler {
  end(): void;
  readonly properties: { readonly names: readonly string[]; readonly values: readonly string[] };
}

/** Parts that stand within the text. */
const parts: Readonly<Record<string, { readonly flow: string; readonly role: Role }>> = {
  hdr: { flow: "header", role: "header" },
  ftr: { flow: "footer", role: "footer" },
  footnote: { flow: "footnotes", role: "footnote" },
  endnote: { flow: "endnotes", role: "footnote" },
};

/**
 * Word 2003 XML (`w:wordDocument`): the same paragraphs as in a docx, with headers, notes and comments inside the body. `binary`: what a
 * picture or an object holds.
 */
export function createWordXml(shared: MarkupShared, binary: (bytes: Uint8Array) => void): WordXml {
  const markups: { readonly markup: Markup; readonly ends: string }[] = [
    { markup: createMarkup(shared, { flow: "body", roles: ["body"] }), ends: "" },
  ];
  const annotations: string[] = [];
  const names: string[] = [];
  const values: string[] = [];
  let links: Flow | undefined;
  let linkCount = 0;
  let number = 0;
  let properties = 0;
  let property = "";
  let data: string[] | undefined;
  let dataLength = 0;
  const markup = (): Markup | undefined => markups.at(-1)?.markup;

  function begin(flow: string, role: Role, ends: string, page: number | undefined): void {
    const made = createMarkup(shared, { flow: `${flow}${++number}`, roles: [role], ...(page === undefined ? {} : { page }) });
    markups.push({ markup: made, ends });
  }
  function finish(name: string): boolean {
    if (markups.length < 2 || markups.at(-1)?.ends !== name) return false;
    markups.pop()?.markup.end();
    return true;
  }

  return {
    properties: { names, values },
    open(name, attributes): void {
      if (properties > 0) {
        properties++;
        property = "";
        return;
      }
      if (name === "DocumentProperties" || name === "CustomDocumentProperties") {
        properties = 1;
        return;
      }
      if (name === "binData") {
        data = [];
        dataLength = 0;
        return;
      }
      const part = parts[name];
      if (part !== undefined && markups.length < 100) {
        begin(part.flow, part.role, name, part.flow === "header" && attribute(attributes, "type") === "first" ? 1 : undefined);
        return;
      }
      if (name === "annotation") {
        const type = attribute(attributes, "type") ?? "";
        const who = attribute(attributes, "author");
        if (who !== undefined && who !== "" && shared.authors.size < 1000) shared.authors.add(who);
        if (type === "Word.Comment" && markups.length < 100) begin("comments", "comment", "annotation", undefined);
        else if (type === "Word.Deletion") markup()?.open("del", "");
        else if (type === "Word.Bookmark.Start") markup()?.open("bookmarkStart", attributes);
        if (annotations.length < 10_000) annotations.push(type);
        return;
      }
      if (name === "hlink") {
        links ??= createFlow(shared.sink, { id: "links", roles: ["link"], place: (paragraph) => ({ kind: "paragraph", paragraph }) });
        links.line(unescapeAddress(attribute(attributes, "dest") ?? ""), ++linkCount);
      }
      markup()?.open(name, attributes);
    },
    text(text): void {
      if (properties > 0) property += text;
      else if (data !== undefined) {
        if (dataLength < 90 * 1024 * 1024) data.push(text);
        dataLength += text.length;
      } else markup()?.text(text);
    },
    close(name): void {
      if (properties > 0) {
        properties--;
        const told = trimBytes(property);
        property = "";
        if (properties > 0 && told !== "" && names.length < 10_000) {
          names.push(name);
          values.push(told);
        }
        return;
      }
      if (name === "binData" && data !== undefined) {
        const bytes = Buffer.from(data.join("").replace(/[^A-Za-z0-9+/=]+/g, ""), "base64");
        data = undefined;
        if (bytes.length > 0) binary(bytes);
        return;
      }
      if (name === "annotation") {
        const type = annotations.pop();
        if (type === "Word.Comment") finish("annotation");
        else if (type === "Word.Deletion") markup()?.close("del");
        return;
      }
      if (parts[name] !== undefined && finish(name)) return;
      markup()?.close(name);
    },
    end(): void {
      for (let last = markups.pop(); last !== undefined; last = markups.pop()) last.markup.end();
      links?.flush();
    },
  };
}
