import { type Node, readExpression } from "./expression.ts";

/** By code unit, 1 where a match of the expression may begin with it; undefined where that is not known or it may be empty. */
export function beginnings({ source, flags }: RegExp): Uint8Array | undefined {
  const node = readExpression(source, flags);
  if (node === undefined) return undefined;
  const units = new Uint8Array(0x1_0000);
  return markBegins(node, units) ? undefined : units;
}

/** Marks what the node may begin with; true when it may be empty. */
export function markBegins(node: Node, units: Uint8Array): boolean {
  switch (node.kind) {
    case "set":
      for (const [low, high] of node.ranges) units.fill(1, low, high + 1);
      return false;
    case "repeat":
      return markBegins(node.of, units) || node.min === 0;
    case "choice":
      return node.of.map((one) => markBegins(one, units)).includes(true);
    case "sequence":
      return node.of.every((one) => markBegins(one, units));
    default:
      return true;
  }
}
