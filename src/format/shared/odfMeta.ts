import { attribute, trimBytes } from "./xml.ts";

/** Names and values of a document's properties, in order. */
export interface OdfProperties {
  readonly names: string[];
  readonly values: string[];
}

/** The element `meta`: each element in it is a property, told by its own name or the one it was given. */
export interface OdfMeta {
  /** Whether it is open: then it takes all that comes. */
  readonly open: boolean;
  begin(): void;
  openElement(name: string, attributes: string): void;
  text(text: string): void;
  closeElement(name: string): void;
}

const listLimit = 100_000;
/** 1 MiB of one value. */
const longText = 1024 * 1024;

export function createOdfMeta(properties: OdfProperties): OdfMeta {
  let depth = -1;
  let property = "";
  let value = "";
  function tell(name: string, text: string): void {
    const told = trimBytes(text);
    if (told === "" || properties.names.length >= listLimit) return;
    properties.names.push(name);
    properties.values.push(told);
  }
  return {
    get open() {
      return depth >= 0;
    },
    begin() {
      depth = 0;
    },
    openElement(name, attributes) {
      depth++;
      if (depth !== 1) return;
      property = attribute(attributes, "name") ?? name;
      value = "";
      if (name === "template") for (const key of ["title", "href"]) tell(name, attribute(attributes, key) ?? "");
    },
    text(text) {
      if (value.length < longText) value += text;
    },
    closeElement(name) {
      if (depth === 0) {
        if (name === "meta") depth = -1;
        return;
      }
      depth--;
      if (depth === 0) tell(property, value);
    },
  };
}
