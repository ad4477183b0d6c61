import type { ApiRecord, JsonValue } from "../json.ts";
import type { WorldSize } from "../world/size.ts";
import type { AccountWorld, Leaf, OwnerWorld, World } from "../world/world.ts";
import type { Route } from "./route.ts";

/** The records of a listing that belong to one ad account, user or feed. */
export interface Collection {
  adAccountId: string | null;
  ownerUserId: string | null;
  feedId: string | null;
  records: ApiRecord[];
}

/** Everything the simulator has to know about one listing. */
export interface Listing {
  /** The last part of its path. */
  name: string;
  route: Route;
  /** The arrays behind it; changing them changes the world. */
  collect: (world: World) => Collection[];
  /** A documented field that every record has, and a value its type cannot be. */
  wrong: readonly [field: string, value: JsonValue];
  /** An amount, if it has one. */
  amount?: string;
  /** The field that holds free text; `name` when absent. */
  text?: string;
  /** The status of what was archived; absent: nothing is ever archived. */
  archived?: string;
  /** True: a history, which never changes and of which Pinterest lists the latest part only. */
  history?: boolean;
  /** Fills and moves the listing; absent where records of other listings hang on it, or it on theirs. */
  grow?: Growth;
}

/** How a listing grows by itself, on which no other one hangs: filled at the start, some come and go every day. */
export type Growth = {
  /** Per ad account or owner at the start. */
  count: (size: WorldSize) => number;
} & (
  | { of: "account"; make: (seed: number, account: AccountWorld, serial: number) => ApiRecord }
  /** Only of owners that have a catalog; called when their catalogs and feeds are there. */
  | { of: "owner"; make: (seed: number, owner: OwnerWorld, serial: number) => ApiRecord }
);

export const collectOfAccounts =
  (recordsOf: (account: AccountWorld) => ApiRecord[]) =>
  ({ accounts }: World): Collection[] =>
    accounts.map((account) => ({
      adAccountId: account.id,
      ownerUserId: null,
      feedId: null,
      records: recordsOf(account),
    }));

export const collectOfOwners =
  (recordsOf: (owner: OwnerWorld) => ApiRecord[]) =>
  ({ owners }: World): Collection[] =>
    owners.map((owner) => ({
      adAccountId: null,
      ownerUserId: owner.user.id,
      feedId: null,
      records: recordsOf(owner),
    }));

/** What an ad account or owner holds of a listing that grows by itself. */
export function findLeaf({ leaves }: AccountWorld | OwnerWorld, name: string): Leaf {
  const leaf = leaves.get(name) ?? { records: [], made: 0 };
  leaves.set(name, leaf);
  return leaf;
}
