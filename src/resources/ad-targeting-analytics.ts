import { defineAnalytics } from "./analytics.ts";
import { ad, adGroup, campaign } from "./analytics-entities.ts";
import { TARGETING_TYPES } from "./targeting-types.ts";

export const adTargetingAnalytics = defineAnalytics({
  name: "ad_targeting_analytics",
  description:
    "Daily metrics of ads, broken down by age, gender, country and the like. One row per ad, day, attribution, targeting type and value; where nothing happened there is no row.",
  level: "PIN_PROMOTION_TARGETING",
  entity: ad,
  parents: [campaign, adGroup],
  sync: { path: "/ad_accounts/{ad_account_id}/ads/targeting_analytics", idsParameter: "ad_ids" },
  targetingTypes: TARGETING_TYPES.ad,
});
