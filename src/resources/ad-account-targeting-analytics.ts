import { defineAnalytics } from "./analytics.ts";
import { TARGETING_TYPES } from "./targeting-types.ts";

export const adAccountTargetingAnalytics = defineAnalytics({
  name: "ad_account_targeting_analytics",
  description:
    "Daily metrics of an ad account, broken down by age, gender, country and the like. One row per day, attribution, targeting type and value; where nothing happened there is no row.",
  level: "ADVERTISER_TARGETING",
  sync: { path: "/ad_accounts/{ad_account_id}/targeting_analytics" },
  targetingTypes: TARGETING_TYPES.adAccount,
});
