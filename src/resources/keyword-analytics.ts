import { defineAnalytics } from "./analytics.ts";
import { adGroup, campaign, keyword } from "./analytics-entities.ts";

export const keywordAnalytics = defineAnalytics({
  name: "keyword_analytics",
  description:
    "Daily metrics of keywords. One row per keyword, day and attribution; where nothing happened there is no row.",
  level: "KEYWORD",
  entity: keyword,
  parents: [campaign, adGroup],
});
