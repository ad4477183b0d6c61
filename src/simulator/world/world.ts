import type { ApiRecord } from "../json.ts";
import type { WorldSize } from "./size.ts";

/** What an ad account holds. Plain arrays in the order of creation: read them, push, splice, change fields. */
export interface AccountWorld {
  id: string;
  /** Position in `World.accounts`. */
  index: number;
  /** Position of its owner in `World.owners`. */
  owner: number;
  campaigns: ApiRecord[];
  adGroups: ApiRecord[];
  ads: ApiRecord[];
  productGroupPromotions: ApiRecord[];
  /** How many of each were ever made, so that an id is never given to another entity. */
  made: { campaigns: number; adGroups: number; ads: number; productGroupPromotions: number };
}

/** What a user owns in catalogs, reached through any of its ad accounts. */
export interface OwnerWorld {
  /** Position in `World.owners`. */
  index: number;
  user: ApiRecord;
  /** False: the user never created a catalog, so catalog endpoints refuse. */
  hasCatalog: boolean;
  catalogs: ApiRecord[];
  feeds: ApiRecord[];
  /** By feed id, oldest first. */
  processingResults: Map<string, ApiRecord[]>;
  productGroups: ApiRecord[];
  made: { feeds: number; productGroups: number };
}

/** The truth: what the API would say if it were asked for everything right now. */
export interface World {
  seed: number;
  size: WorldSize;
  /** Days since the world's start; `advance` moves it. */
  day: number;
  /** In the order of `accounts`. */
  adAccounts: ApiRecord[];
  accounts: AccountWorld[];
  /** The first one is the user the token belongs to. */
  owners: OwnerWorld[];
  /** What `advance` removed and may bring back. */
  vanished: Vanished[];
}

export interface Vanished {
  day: number;
  resource: ResourceName;
  record: ApiRecord;
  /** The array it was taken from. */
  from: ApiRecord[];
  /** Id of the entity that vanished and took this record along; its own id if it went alone. */
  root: string;
}

/** The listings served here, named after the last part of their path. */
export const RESOURCES = [
  "ad_accounts",
  "campaigns",
  "ad_groups",
  "ads",
  "product_group_promotions",
  "catalogs",
  "feeds",
  "processing_results",
  "product_groups",
] as const;
export type ResourceName = (typeof RESOURCES)[number];

/** A record and where it belongs, which the record itself does not always say. */
export interface WorldEntry {
  adAccountId: string | null;
  ownerUserId: string | null;
  feedId: string | null;
  record: ApiRecord;
}

/** Everything there is of one resource: what a complete copy has to hold. */
export function listEntries(world: World, resource: ResourceName): WorldEntry[] {
  return listCollections(world, resource).flatMap(({ records, ...place }) =>
    records.map((record) => ({ ...place, record })),
  );
}

export interface Collection {
  adAccountId: string | null;
  ownerUserId: string | null;
  feedId: string | null;
  records: ApiRecord[];
}

/** The arrays behind one resource, one per ad account, user or feed; changing them changes the world. */
export function listCollections(world: World, resource: ResourceName): Collection[] {
  switch (resource) {
    case "ad_accounts":
      return [{ adAccountId: null, ownerUserId: null, feedId: null, records: world.adAccounts }];
    case "campaigns":
      return world.accounts.map((account) => ofAccount(account, account.campaigns));
    case "ad_groups":
      return world.accounts.map((account) => ofAccount(account, account.adGroups));
    case "ads":
      return world.accounts.map((account) => ofAccount(account, account.ads));
    case "product_group_promotions":
      return world.accounts.map((account) => ofAccount(account, account.productGroupPromotions));
    case "catalogs":
      return world.owners.map((owner) => ofOwner(owner, owner.catalogs));
    case "feeds":
      return world.owners.map((owner) => ofOwner(owner, owner.feeds));
    case "product_groups":
      return world.owners.map((owner) => ofOwner(owner, owner.productGroups));
    case "processing_results":
      return world.owners.flatMap((owner) =>
        owner.feeds.map(({ id }) => ({
          ...ofOwner(owner, owner.processingResults.get(id) ?? []),
          feedId: id,
        })),
      );
  }
}

function ofAccount(account: AccountWorld, records: ApiRecord[]): Collection {
  return { adAccountId: account.id, ownerUserId: null, feedId: null, records };
}

function ofOwner(owner: OwnerWorld, records: ApiRecord[]): Collection {
  return { adAccountId: null, ownerUserId: owner.user.id, feedId: null, records };
}
