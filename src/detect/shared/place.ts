import type { Role } from "../../model/chunk.ts";
import type { Evidence, Window } from "../../model/rule.ts";

const TOP: Evidence = { by: "position", name: "position:top", effect: "states" };
const TAIL: Evidence = { by: "position", name: "position:tail", effect: "states" };
const FIRST_PAGE: Evidence = { by: "position", name: "page:1", effect: "states" };
const roleStates = new Map<string, Evidence>();

/** By roles, then by the rest of the place: what was said of it before. */
const said = new WeakMap<Window["roles"], (readonly Evidence[])[]>();

/** Where the candidate stands: `role:…` of each of its roles, `position:top`, `position:tail`, and `page:1`. */
export function placeOf({ roles, top, tail, page }: Pick<Window, "roles" | "page" | "top" | "tail">): readonly Evidence[] {
  const at = Number(top) + 2 * Number(tail) + 4 * Number(page === 1);
  let known = said.get(roles);
  if (known === undefined) said.set(roles, (known = []));
  return (known[at] ??= statesOf(roles, top, tail, page));
}

function statesOf(roles: Window["roles"], top: boolean, tail: boolean, page: number | undefined): readonly Evidence[] {
  const evidence: Evidence[] = [];
  for (const role of roles) {
    let states = roleStates.get(role);
    if (states === undefined) roleStates.set(role, (states = { by: "role", name: `role:${role}`, effect: "states" }));
    evidence.push(states);
  }
  if (top) evidence.push(TOP);
  if (tail) evidence.push(TAIL);
  if (page === 1) evidence.push(FIRST_PAGE);
  return evidence;
}

/** The same of cells below a text's top and above its tail; equal places are one list. */
export function placeOfCell(roles: readonly Role[], page: number | undefined): readonly Evidence[] {
  if (roles === cells.roles && (page === 1) === cells.first) return cells.place;
  const key = `${page === 1 ? 1 : ""} ${roles.join()}`;
  const place = known.get(key) ?? placeOf({ roles, page, top: false, tail: false });
  known.set(key, place);
  cells = { roles, first: page === 1, place };
  return place;
}

const known = new Map<string, readonly Evidence[]>();
let cells: { readonly roles: readonly Role[]; readonly first: boolean; readonly place: readonly Evidence[] } = {
  roles: [],
  first: false,
  place: [],
};
