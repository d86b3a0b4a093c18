import type { Role } from "../../model/chunk.ts";
import type { Evidence, Window } from "../../model/rule.ts";

const TOP: Evidence = { by: "position", name: "position:top", effect: "states" };
const TAIL: Evidence = { by: "position", name: "position:tail", effect: "states" };
const FIRST_PAGE: Evidence = { by: "position", name: "page:1", effect: "states" };
const roleStates = new Map<string, Evidence>();

/** Where the candidate stands: `role:…` of each of its roles, `position:top`, `position:tail`, and `page:1`. */
export function placeOf(window: Pick<Window, "roles" | "page" | "top" | "tail">): readonly Evidence[] {
  const evidence: Evidence[] = [];
  for (const role of window.roles) {
    let states = roleStates.get(role);
    if (states === undefined) roleStates.set(role, (states = { by: "role", name: `role:${role}`, effect: "states" }));
    evidence.push(states);
  }
  if (window.top) evidence.push(TOP);
  if (window.tail) evidence.push(TAIL);
  if (window.page === 1) evidence.push(FIRST_PAGE);
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
