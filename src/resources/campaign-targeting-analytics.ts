import { defineAnalytics } from "./analytics.ts";
import { campaign } from "./analytics-entities.ts";
import { TARGETING_TYPES } from "./targeting-types.ts";

export const campaignTargetingAnalytics = defineAnalytics({
  name: "campaign_targeting_analytics",
  description:
    "Daily metrics of campaigns, broken down by age, gender, country and the like. One row per campaign, day, attribution, targeting type and value; where nothing happened there is no row.",
  level: "CAMPAIGN_TARGETING",
  entity: campaign,
  sync: { path: "/ad_accounts/{ad_account_id}/campaigns/targeting_analytics", idsParameter: "campaign_ids" },
  targetingTypes: TARGETING_TYPES.campaign,
});
