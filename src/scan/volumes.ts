import type { Place, Volume } from "../model/event.ts";
import { listVolumes, removableMounts, volumeOf } from "../source/media.ts";
import { findPlaces } from "../source/places.ts";

/** Every volume of this host. */
export function volumes(): Promise<readonly Volume[]> {
  return listVolumes("/");
}

/** Where removable media are mounted. */
export async function removableRoots(): Promise<readonly string[]> {
  return (await removableMounts("/")).map(({ mount }) => mount);
}

/** Roots of the drives that belong to this host: `/`, or each fixed drive of Windows. */
export async function localRoots(): Promise<readonly string[]> {
  if (process.platform !== "win32") return ["/"];
  const fixed = (await listVolumes("/")).filter(({ mount, removable }) => mount !== "" && !removable).map(({ mount }) => mount);
  return fixed.length > 0 ? fixed : ["C:\\"];
}

/** Homes of this host's users, and the mail, chat and cloud folders in them. */
export function hostPlaces(): readonly Place[] {
  return findPlaces("/");
}

/** The volume each root lies on. */
export function volumesOf(roots: readonly string[]): Promise<readonly (Volume | undefined)[]> {
  return Promise.all(roots.map((root) => volumeOf(root, "/")));
}
