import { defineAnalytics } from "./analytics.ts";
import { adGroup, campaign, productGroup } from "./analytics-entities.ts";

export const productGroupAnalytics = defineAnalytics({
  name: "product_group_analytics",
  description:
    "Daily metrics of promoted product groups. One row per promoted product group, day and attribution; where nothing happened there is no row.",
  level: "PRODUCT_GROUP",
  entity: productGroup,
  parents: [campaign, adGroup],
  sync: { path: "/ad_accounts/{ad_account_id}/product_groups/analytics", idsParameter: "product_group_ids" },
});
