import { adAccountAnalytics } from "./ad-account-analytics.ts";
import { adAccountTargetingAnalytics } from "./ad-account-targeting-analytics.ts";
import { adAccounts } from "./ad-accounts.ts";
import { adAnalytics } from "./ad-analytics.ts";
import { adGroupAnalytics } from "./ad-group-analytics.ts";
import { adGroupTargetingAnalytics } from "./ad-group-targeting-analytics.ts";
import { adGroups } from "./ad-groups.ts";
import { adTargetingAnalytics } from "./ad-targeting-analytics.ts";
import { ads } from "./ads.ts";
import { campaignAnalytics } from "./campaign-analytics.ts";
import { campaignTargetingAnalytics } from "./campaign-targeting-analytics.ts";
import { campaigns } from "./campaigns.ts";
import { catalogs } from "./catalogs.ts";
import type { AnalyticsResource, ListResource, Resource } from "./define.ts";
import { feedProcessingResults } from "./feed-processing-results.ts";
import { feeds } from "./feeds.ts";
import { keywordAnalytics } from "./keyword-analytics.ts";
import { orderResources } from "./order.ts";
import { productGroupAnalytics } from "./product-group-analytics.ts";
import { productGroupPromotions } from "./product-group-promotions.ts";
import { productGroups } from "./product-groups.ts";

/** Everything that is copied, metrics by the core set; parents come before their children. */
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
  adAccountAnalytics,
  campaignAnalytics,
  adGroupAnalytics,
  adAnalytics,
  productGroupAnalytics,
  keywordAnalytics,
  adAccountTargetingAnalytics,
  campaignTargetingAnalytics,
  adGroupTargetingAnalytics,
  adTargetingAnalytics,
]);

/** Those that are listed page by page. */
export const listResources: readonly ListResource[] = resources.filter(
  (resource) => resource.kind === "list",
);

/** Those that hold daily metrics. */
export const analyticsResources: readonly AnalyticsResource[] = resources.filter(
  (resource) => resource.kind === "analytics",
);

/** The names of all resources in the order of `resources`. */
export const resourceNames: readonly string[] = resources.map((resource) => resource.name);

/** The resource of that exact name; undefined when there is none. */
export function findResource(name: string): Resource | undefined {
  return resources.find((resource) => resource.name === name);
}
