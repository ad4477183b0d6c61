import { adAccounts } from "./ad-accounts.ts";
import { adGroups } from "./ad-groups.ts";
import { ads } from "./ads.ts";
import { campaigns } from "./campaigns.ts";
import { catalogs } from "./catalogs.ts";
import type { Resource } from "./define.ts";
import { feedProcessingResults } from "./feed-processing-results.ts";
import { feeds } from "./feeds.ts";
import { orderResources } from "./order.ts";
import { productGroupPromotions } from "./product-group-promotions.ts";
import { productGroups } from "./product-groups.ts";

/** Everything that is copied; parents come before their children. */
export const resources: readonly Resource[] = orderResources([
  adAccounts,
  campaigns,
  adGroups,
  ads,
  productGroupPromotions,
  catalogs,
  feeds,
  feedProcessingResults,
  productGroups,
]);

/** The names of all resources in the order of `resources`. */
export const resourceNames: readonly string[] = resources.map((resource) => resource.name);

/** The resource of that exact name; undefined when there is none. */
export function findResource(name: string): Resource | undefined {
  return resources.find((resource) => resource.name === name);
}
