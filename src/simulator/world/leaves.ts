import type { ApiRecord } from "../json.ts";
import { LISTINGS } from "../listings.ts";
import { findLeaf, type Listing } from "../routes/listing.ts";
import type { Leaf, World } from "./world.ts";

/** One ad account or owner with what it holds of a listing that grows by itself. */
export interface GrowingLeaf {
  listing: Listing;
  /** Id of the ad account or owner. */
  place: string;
  leaf: Leaf;
  /** Adds the next record. */
  add: () => ApiRecord;
  count: number;
}

/** Fills every listing that grows by itself; the rest of the world has to be there. */
export function fillLeaves(world: World): void {
  for (const { count, add } of listLeaves(world)) for (let nth = 0; nth < count; nth++) add();
}

/** Every listing that grows by itself, of every ad account or owner with a catalog. */
export function listLeaves(world: World): GrowingLeaf[] {
  return LISTINGS.flatMap((listing) => listPlaces(world, listing));
}

function listPlaces({ seed, size, accounts, owners }: World, listing: Listing): GrowingLeaf[] {
  const { grow } = listing;
  if (grow === undefined) return [];
  const count = grow.count(size);
  const describe = (place: string, leaf: Leaf, make: (serial: number) => ApiRecord): GrowingLeaf => {
    const add = () => {
      const record = make(leaf.made++);
      leaf.records.push(record);
      return record;
    };
    return { listing, place, leaf, add, count };
  };
  if (grow.of === "account")
    return accounts.map((account) =>
      describe(account.id, findLeaf(account, listing.name), (serial) => grow.make(seed, account, serial)),
    );
  return owners
    .filter(({ hasCatalog }) => hasCatalog)
    .map((owner) =>
      describe(owner.user.id, findLeaf(owner, listing.name), (serial) => grow.make(seed, owner, serial)),
    );
}
