import type { ApiRecord } from "./json.ts";
import { adAccounts } from "./routes/ad-accounts.ts";
import { catalogs, feeds, processingResults } from "./routes/catalogs.ts";
import { adGroups, ads, campaigns } from "./routes/entities.ts";
import type { Collection, Listing } from "./routes/listing.ts";
import { productGroupPromotions } from "./routes/product-group-promotions.ts";
import { productGroups } from "./routes/product-groups.ts";
import type { World } from "./world/world.ts";

/** Every listing served here; another one is a file in `routes/` and its line below. */
export const LISTINGS: readonly Listing[] = [
  adAccounts,
  campaigns,
  adGroups,
  ads,
  productGroupPromotions,
  catalogs,
  feeds,
  processingResults,
  productGroups,
];

/** Their names: the last parts of their paths. */
export const RESOURCES: readonly string[] = LISTINGS.map(({ name }) => name);

/** The listing of that name. Throws when there is none. */
export function findListing(name: string): Listing {
  const listing = LISTINGS.find((candidate) => candidate.name === name);
  if (listing === undefined) throw new RangeError(`the simulator serves no listing ${name}`);
  return listing;
}

/** A record and where it belongs, which the record itself does not always say. */
export interface WorldEntry extends Omit<Collection, "records"> {
  record: ApiRecord;
}

/** Everything there is of one listing: what a complete copy has to hold. */
export function listEntries(world: World, name: string): WorldEntry[] {
  return listCollections(world, name).flatMap(({ records, ...place }) =>
    records.map((record) => ({ ...place, record })),
  );
}

/** The arrays behind one listing, one per ad account, user or feed; changing them changes the world. */
export function listCollections(world: World, name: string): Collection[] {
  return findListing(name).collect(world);
}
