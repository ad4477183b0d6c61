import type { ApiRecord } from "../json.ts";
import { makeAd } from "./ad.ts";
import { makeAdGroup } from "./ad-group.ts";
import { makeCampaign } from "./campaign.ts";
import { makeProductGroupPromotion } from "./product-group-promotion.ts";
import type { AccountWorld, World } from "./world.ts";

/** Adds the account's next campaign with everything below it. */
export function addCampaign(world: World, account: AccountWorld): ApiRecord {
  const campaign = makeCampaign(world.seed, account.index, account.id, account.made.campaigns++);
  account.campaigns.push(campaign);
  for (let nth = 0; nth < world.size.adGroupsPerCampaign; nth++) addAdGroup(world, account, campaign);
  return campaign;
}

function addAdGroup(world: World, account: AccountWorld, campaign: ApiRecord): void {
  const adGroup = makeAdGroup(world.seed, account.index, campaign, account.made.adGroups++);
  account.adGroups.push(adGroup);
  for (let nth = 0; nth < world.size.adsPerAdGroup; nth++) addAd(world, account, adGroup);
  if (campaign["objective_type"] !== "CATALOG_SALES") return;
  for (let nth = 0; nth < world.size.productGroupPromotionsPerAdGroup; nth++) {
    const serial = account.made.productGroupPromotions++;
    account.productGroupPromotions.push(
      makeProductGroupPromotion(world.seed, account.index, account.owner, adGroup, serial),
    );
  }
}

/** Adds the account's next ad, below `adGroup`. */
export function addAd(world: World, account: AccountWorld, adGroup: ApiRecord): ApiRecord {
  const ad = makeAd(world.seed, account.index, adGroup, account.made.ads++);
  account.ads.push(ad);
  return ad;
}
