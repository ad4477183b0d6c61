import { listResources } from "../../src/resources/index.ts";
import { listEntries } from "../../src/simulator/listings.ts";
import type { World } from "../../src/simulator/world/world.ts";
import { listingOf } from "./truth.ts";

/** Ids of records by which another complete listing is asked now: without them its records would go too. */
export function findParentIds(world: World): ReadonlySet<unknown> {
  const ids = listResources.flatMap(({ name, listing, parent }) =>
    parent && listing === "full"
      ? listEntries(world, listingOf(name)).map(({ record }) => record[parent.parameter])
      : [],
  );
  return new Set(ids);
}
