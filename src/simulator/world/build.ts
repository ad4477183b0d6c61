import { makeAdAccount } from "./ad-account.ts";
import { addCampaign } from "./build-account.ts";
import { buildOwner } from "./build-owner.ts";
import { fillLeaves } from "./leaves.ts";
import type { WorldSize } from "./size.ts";
import type { AccountWorld, World } from "./world.ts";

/** A world that depends on nothing but `seed` and `size`. */
export function buildWorld(seed: number, size: WorldSize): World {
  const owners = size.sharedOwner ? 1 : Math.max(1, size.accounts);
  const ownerOf = (account: number) => (size.sharedOwner ? 0 : account);
  const world: World = {
    seed,
    size,
    day: 0,
    adAccounts: [],
    accounts: [],
    owners: Array.from({ length: owners }, (_, owner) =>
      buildOwner(seed, size, owner, owner < owners - size.ownersWithoutCatalog),
    ),
    vanished: [],
  };
  for (let index = 0; index < size.accounts; index++) {
    const adAccount = makeAdAccount(index, ownerOf(index));
    const account = emptyAccount(adAccount.id, index, ownerOf(index));
    world.adAccounts.push(adAccount);
    world.accounts.push(account);
    for (let nth = 0; nth < size.campaigns; nth++) addCampaign(world, account);
  }
  fillLeaves(world);
  return world;
}

function emptyAccount(id: string, index: number, owner: number): AccountWorld {
  return {
    id,
    index,
    owner,
    campaigns: [],
    adGroups: [],
    ads: [],
    productGroupPromotions: [],
    leaves: new Map(),
    made: { campaigns: 0, adGroups: 0, ads: 0, productGroupPromotions: 0 },
  };
}
