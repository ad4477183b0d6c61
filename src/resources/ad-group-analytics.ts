import { defineAnalytics } from "./analytics.ts";
import { adGroup, campaign } from "./analytics-entities.ts";

export const adGroupAnalytics = defineAnalytics({
  name: "ad_group_analytics",
  description:
    "Daily metrics of ad groups. One row per ad group, day and attribution; where nothing happened there is no row.",
  level: "AD_GROUP",
  entity: adGroup,
  parents: [campaign],
  sync: { path: "/ad_accounts/{ad_account_id}/ad_groups/analytics", idsParameter: "ad_group_ids" },
});
