import { defineAnalytics } from "./analytics.ts";
import { ad, adGroup, campaign } from "./analytics-entities.ts";

export const adAnalytics = defineAnalytics({
  name: "ad_analytics",
  description:
    "Daily metrics of ads. One row per ad, day and attribution; where nothing happened there is no row.",
  level: "PIN_PROMOTION",
  entity: ad,
  parents: [campaign, adGroup],
  sync: { path: "/ad_accounts/{ad_account_id}/ads/analytics", idsParameter: "ad_ids" },
});
