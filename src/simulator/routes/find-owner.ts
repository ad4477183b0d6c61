import { type Refuse, readId } from "../query.ts";
import { adAccountNotFound, type Refusal } from "../refusal.ts";
import type { OwnerWorld } from "../world/world.ts";
import { refuseShut } from "./find-account.ts";
import type { RouteContext } from "./route.ts";

/**
 * The user on whose behalf a request acts: the owner of `ad_account_id`, or without it the user the token
 * belongs to (the "operation user_account" of the documentation).
 */
export function findOwner(context: RouteContext, refuse: Refuse, denied: () => Refusal): OwnerWorld {
  const { world, query, isDenied } = context;
  const adAccountId = readId(query, "ad_account_id", refuse);
  if (adAccountId === undefined) return ownerAt(world.owners, 0);
  const account = world.accounts.find(({ id }) => id === adAccountId);
  if (account === undefined || isDenied(adAccountId, "hidden")) throw adAccountNotFound();
  if (isDenied(adAccountId, "catalogs")) throw denied();
  refuseShut(adAccountId, isDenied);
  return ownerAt(world.owners, account.owner);
}

function ownerAt(owners: readonly OwnerWorld[], position: number): OwnerWorld {
  const owner = owners[position];
  if (owner === undefined) throw new RangeError(`the world has no owner ${position}`);
  return owner;
}
