import type { AnalyticsSettings } from "../../src/resources/analytics-settings.ts";
import { DEFAULT_ATTRIBUTION } from "../../src/resources/attribution.ts";
import type { AnalyticsResource } from "../../src/resources/define.ts";

type LevelTraits = Partial<Pick<AnalyticsResource, "entity" | "sync" | "targetingTypes">>;

/** A level with the least that planning looks at; it has no columns. */
function level(name: string, level: AnalyticsResource["level"], traits: LevelTraits): AnalyticsResource {
  return {
    kind: "analytics",
    name,
    level,
    group: "analytics",
    description: name,
    category: "ads_analytics",
    oauthScopes: ["ads:read"],
    scope: "ad_account",
    columns: [],
    key: [],
    identity: [],
    ...traits,
  };
}

const campaigns = {
  entity: { column: "campaign_id", field: "CAMPAIGN_ID", resource: "campaigns" },
  sync: { path: "/ad_accounts/{ad_account_id}/campaigns/analytics", idsParameter: "campaign_ids" },
};

/** Levels of every kind: a total, entities with ids, entities that only reports know, a breakdown. */
export const levels = {
  account: level("account_totals", "ADVERTISER", {
    sync: { path: "/ad_accounts/{ad_account_id}/analytics" },
  }),
  campaign: level("campaign_days", "CAMPAIGN", campaigns),
  keyword: level("keyword_days", "KEYWORD", { entity: { column: "keyword_id", field: "KEYWORD_ID" } }),
  targeting: level("campaign_breakdowns", "CAMPAIGN_TARGETING", {
    ...campaigns,
    targetingTypes: {
      sync: ["AGE_BUCKET", "GENDER", "COUNTRY", "APPTYPE", "PLACEMENT", "REGION", "CREATIVE_TYPE"],
      report: ["AGE_BUCKET", "GENDER", "COUNTRY", "APPTYPE", "PLACEMENT", "REGION", "LOCAL_ADS_STORE_CODE"],
    },
  }),
};

/** Settings with which both ways answer all that is asked. */
export const settings: AnalyticsSettings = {
  startDate: undefined,
  lookbackDays: 33,
  metrics: ["SPEND_IN_MICRO_DOLLAR", "TOTAL_IMPRESSION"],
  targetingTypes: ["GENDER"],
  method: "auto",
  attributions: [DEFAULT_ATTRIBUTION],
  reportTimeoutMs: 60_000,
};
