import { defineAnalytics } from "./analytics.ts";
import { adGroup, campaign } from "./analytics-entities.ts";
import { TARGETING_TYPES } from "./targeting-types.ts";

export const adGroupTargetingAnalytics = defineAnalytics({
  name: "ad_group_targeting_analytics",
  description:
    "Daily metrics of ad groups, broken down by age, gender, country and the like. One row per ad group, day, attribution, targeting type and value; where nothing happened there is no row.",
  level: "AD_GROUP_TARGETING",
  entity: adGroup,
  parents: [campaign],
  sync: { path: "/ad_accounts/{ad_account_id}/ad_groups/targeting_analytics", idsParameter: "ad_group_ids" },
  targetingTypes: TARGETING_TYPES.adGroup,
});
