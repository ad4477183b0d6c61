import { defineAnalytics } from "./analytics.ts";
import { adGroup, campaign, keyword } from "./analytics-entities.ts";

export const keywordAnalytics = defineAnalytics({
  name: "keyword_analytics",
  description:
    "Daily metrics of keywords. One row per keyword, ad group, day and attribution; where nothing happened there is no row.",
  level: "KEYWORD",
  entity: keyword,
  parents: [campaign, adGroup],
  // A keyword may belong to a campaign or an ad account, and then serve several ad groups.
  splitBy: { ...adGroup, comment: "Ad group; joins to id of ad_groups. none where Pinterest names none." },
});
