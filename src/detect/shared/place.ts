import type { Evidence, Window } from "../../model/rule.ts";

const TOP: Evidence = { by: "position", name: "position:top", effect: "states" };
const TAIL: Evidence = { by: "position", name: "position:tail", effect: "states" };
const FIRST_PAGE: Evidence = { by: "position", name: "page:1", effect: "states" };
const roleStates = new Map<string, Evidence>();

/** Where the candidate stands: `role:…` of each of its roles, `position:top`, `position:tail`, and `page:1`. */
export function placeOf(window: Window): readonly Evidence[] {
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
