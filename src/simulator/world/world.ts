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
  leaves: Leaves;
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
  leaves: Leaves;
  made: { feeds: number };
}

/** By listing, what nothing else in the world refers to. */
export type Leaves = Map<string, Leaf>;

export interface Leaf {
  records: ApiRecord[];
  /** How many were ever made, so that an id is never given again. */
  made: number;
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
  /** Name of the listing. */
  resource: string;
  record: ApiRecord;
  /** The array it was taken from. */
  from: ApiRecord[];
  /** Id of the entity that vanished and took this record along; its own id if it went alone. */
  root: string;
}
