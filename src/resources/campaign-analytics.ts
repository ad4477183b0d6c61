import { defineAnalytics } from "./analytics.ts";
import { campaign } from "./analytics-entities.ts";

export const campaignAnalytics = defineAnalytics({
  name: "campaign_analytics",
  description:
    "Daily metrics of campaigns. One row per campaign, day and attribution; where nothing happened there is no row.",
  level: "CAMPAIGN",
  entity: campaign,
  sync: { path: "/ad_accounts/{ad_account_id}/campaigns/analytics", idsParameter: "campaign_ids" },
});
