import { defineAnalytics } from "./analytics.ts";

export const adAccountAnalytics = defineAnalytics({
  name: "ad_account_analytics",
  description:
    "Daily metrics of an ad account. One row per day and attribution; where nothing happened there is no row.",
  level: "ADVERTISER",
  sync: { path: "/ad_accounts/{ad_account_id}/analytics" },
});
