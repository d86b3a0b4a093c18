import type { Evidence, Window } from "../../model/rule.ts";

/** Where the candidate stands: `role:…` of each of its roles, `position:top`, `position:tail`, and `page:1`. */
export function placeOf(window: Window): readonly Evidence[] {
  const evidence: Evidence[] = window.roles.map((role) => ({ by: "role", name: `role:${role}`, effect: "states" }));
  if (window.top) evidence.push({ by: "position", name: "position:top", effect: "states" });
  if (window.tail) evidence.push({ by: "position", name: "position:tail", effect: "states" });
  if (window.page === 1) evidence.push({ by: "position", name: "page:1", effect: "states" });
  return evidence;
}
