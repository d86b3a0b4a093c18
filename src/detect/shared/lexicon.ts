import type { Json } from "../../model/json.ts";
import type { Tables } from "../../model/rule.ts";

/** Strong names of columns of these types, from the table `headers`: the words that also make context in prose. */
export function columnNames(tables: Tables, infoTypes: readonly string[]): readonly string[] {
  const entities = recordOf(recordOf(tables.json("headers"))?.["entities"]);
  return infoTypes.flatMap((infoType) => {
    const words = recordOf(entities?.[infoType])?.["strong"];
    return Array.isArray(words) ? (words as readonly Json[]).filter((word) => typeof word === "string") : [];
  });
}

/** What cells of a column look like whose type no rule reads by its values, from the table `headers`: `cell` of the type. */
export function cellShapes(tables: Tables): ReadonlyMap<string, RegExp> {
  return tables.derive("cell-shapes", () => {
    const shapes = new Map<string, RegExp>();
    for (const [infoType, lists] of Object.entries(recordOf(recordOf(tables.json("headers"))?.["entities"]) ?? {})) {
      const cell = recordOf(lists)?.["cell"];
      if (typeof cell === "string") shapes.set(infoType, new RegExp(cell, "i"));
    }
    return shapes;
  });
}

/** Marks that a house uses beside those of a rule, from the table `marks`, by infoType. */
export function ownMarks(tables: Tables, infoType: string): readonly string[] {
  const marks = recordOf(tables.json("marks"))?.[infoType];
  return Array.isArray(marks)
    ? (marks as readonly Json[]).filter((mark) => typeof mark === "string").filter((mark) => mark.length > 1)
    : [];
}

/** Values of a type that are samples or public services, from the table `samples`. */
export function samplesOf(tables: Tables, infoType: string): ReadonlySet<string> {
  return tables.derive(`samples:${infoType}`, () => {
    const values = recordOf(tables.json("samples"))?.[infoType];
    return new Set(Array.isArray(values) ? (values as readonly Json[]).filter((value) => typeof value === "string") : []);
  });
}

function recordOf(value: Json | undefined): { readonly [key: string]: Json } | undefined {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as { readonly [key: string]: Json }) : undefined;
}
