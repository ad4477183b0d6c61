import { describe, expect, test } from "vitest";
import { metricsOf, withMetrics } from "../../src/resources/analytics.ts";
import type { AnalyticsResource } from "../../src/resources/define.ts";
import { analyticsResources, findResource, listResources, resources } from "../../src/resources/index.ts";
import { CORE_METRICS, metrics } from "../../src/resources/metrics.ts";
import { compileParser, isRejection } from "../../src/warehouse/parse-record.ts";

function analytics(name: string, among = resources): AnalyticsResource {
  const resource = among.find((candidate) => candidate.name === name);
  return resource?.kind === "analytics" ? resource : expect.fail(`${name} holds no metrics`);
}

const columnsOf = ({ columns }: AnalyticsResource) => columns.map(({ name }) => name);
const SETTINGS = [
  "click_window_days",
  "engagement_window_days",
  "view_window_days",
  "conversion_report_time",
  "currency",
];
/** What a slice fills in, for a setting of 30/30/1. */
const GIVEN = {
  ad_account_id: "549755885175",
  attribution: "30/30/1 TIME_OF_AD_ACTION",
  click_window_days: "30",
  engagement_window_days: "30",
  view_window_days: "1",
  conversion_report_time: "TIME_OF_AD_ACTION",
};

test.each<[string, string[], string[], string | undefined]>([
  ["ad_account_analytics", [], [], "/ad_accounts/{ad_account_id}/analytics"],
  ["campaign_analytics", ["campaign_id"], [], "/ad_accounts/{ad_account_id}/campaigns/analytics"],
  [
    "ad_group_analytics",
    ["ad_group_id"],
    ["campaign_id"],
    "/ad_accounts/{ad_account_id}/ad_groups/analytics",
  ],
  ["ad_analytics", ["ad_id"], ["campaign_id", "ad_group_id"], "/ad_accounts/{ad_account_id}/ads/analytics"],
  [
    "product_group_analytics",
    ["product_group_id"],
    ["campaign_id", "ad_group_id"],
    "/ad_accounts/{ad_account_id}/product_groups/analytics",
  ],
  ["keyword_analytics", ["keyword_id", "ad_group_id"], ["campaign_id"], undefined],
])("%s has a row per day, %j and attribution, within %j", (name, entity, parents, path) => {
  const resource = analytics(name);
  expect(resource.key).toEqual(["ad_account_id", "date", ...entity, "attribution"]);
  expect(columnsOf(resource)).toEqual([
    ...resource.key,
    ...parents,
    ...SETTINGS,
    ...CORE_METRICS.map((metric) => metric.toLowerCase()),
  ]);
  expect(resource.sync?.path).toBe(path);
});

test.each(["ad_account", "campaign", "ad_group", "ad"])(
  "%s_targeting_analytics adds the breakdown",
  (level) => {
    const plain = analytics(`${level}_analytics`);
    const broken = analytics(`${level}_targeting_analytics`);
    expect(broken.key).toEqual([...plain.key, "targeting_type", "targeting_value"]);
    expect(columnsOf(broken).filter((name) => !name.startsWith("targeting_"))).toEqual(columnsOf(plain));
    expect(broken.entity).toEqual(plain.entity);
    expect(broken.sync?.idsParameter).toBe(plain.sync?.idsParameter);
  },
);

test.each([
  ["ad_account_targeting_analytics", [], ["CREATIVE_ENHANCEMENTS", "LOCAL_ADS_STORE_CODE"]],
  [
    "campaign_targeting_analytics",
    ["CREATIVE_TYPE", "AUDIENCE_MULTIPLIER"],
    ["CREATIVE_ENHANCEMENTS", "LOCAL_ADS_STORE_CODE", "AUDIENCE_MULTIPLIER"],
  ],
  [
    "ad_group_targeting_analytics",
    ["CREATIVE_ENHANCEMENTS"],
    ["CREATIVE_ENHANCEMENTS", "LOCAL_ADS_STORE_CODE"],
  ],
  ["ad_targeting_analytics", ["QUIZ_RESULT"], ["CREATIVE_ENHANCEMENTS", "LOCAL_ADS_STORE_CODE"]],
])("%s knows thirteen common types, at once also %j, by report also %j", (name, atOnce, reported) => {
  const types = analytics(name).targetingTypes;
  expect(types?.sync.slice(13)).toEqual(atOnce);
  expect(types?.report.slice(13)).toEqual(reported);
  expect(types?.report.slice(0, 13)).toEqual(types?.sync.slice(0, 13));
});

test("an entity joins to a resource that is listed, and its ids can be asked for where reports give them", () => {
  for (const { entity, identity } of analyticsResources) {
    if (entity?.resource) expect(findResource(entity.resource)?.kind).toBe("list");
    for (const field of identity) expect(metrics.get(field)?.report).toBe(true);
    if (entity && entity.field !== "KEYWORD_ID") expect(identity).toContain(entity.field);
  }
});

describe("other metrics", () => {
  test("replace those that stood there, in the order in which they are named", () => {
    const changed = withMetrics(resources, ["CTR", "SPEND_IN_MICRO_DOLLAR"]);
    for (const resource of analyticsResources) {
      const other = analytics(resource.name, changed);
      expect(metricsOf(other).map(({ name }) => name)).toEqual(["CTR", "SPEND_IN_MICRO_DOLLAR"]);
      const metricColumns = metricsOf(resource).map(({ column }) => column);
      const others = columnsOf(resource).filter((name) => !metricColumns.includes(name));
      expect(columnsOf(other)).toEqual([...others, "ctr", "spend_in_micro_dollar"]);
    }
  });

  test("leave lists as they are", () => {
    expect(withMetrics(resources, ["CTR"]).filter(({ kind }) => kind === "list")).toEqual(listResources);
  });

  test("can be taken back", () => {
    expect(withMetrics(withMetrics(resources, [...metrics.keys()]), CORE_METRICS)).toEqual(resources);
  });

  test("may be all there are: none is missing, and ids of parents stand there once", () => {
    for (const resource of withMetrics(analyticsResources, [...metrics.keys()])) {
      const names = resource.columns.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const { column } of metrics.values()) expect(names).toContain(column);
    }
  });

  test("must be known", () => {
    expect(() => withMetrics(resources, ["SPEND"])).toThrow("there is no metric SPEND");
  });
});

describe("rows as Pinterest sends them", () => {
  const row = {
    AD_ID: "687195134316",
    DATE: "2026-11-20",
    CAMPAIGN_ID: 549755885175,
    SPEND_IN_MICRO_DOLLAR: 3e6,
  };
  const parse = compileParser(analytics("ad_analytics"));

  test("become rows keyed by day, ad and attribution", () => {
    const parsed = parse(row, GIVEN);
    if (isRejection(parsed)) return expect.fail(parsed.reason);
    expect(parsed.key).toEqual(["549755885175", "2026-11-20", "687195134316", "30/30/1 TIME_OF_AD_ACTION"]);
    expect(parsed.drift).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ["the account under both names", { AD_ACCOUNT_ID: 549755885175, ADVERTISER_ID: "549755885175" }, []],
    ["the ad under its older name", { PIN_PROMOTION_ID: "687195134316" }, []],
    ["another account", { ADVERTISER_ID: "1" }, ["ADVERTISER_ID"]],
    ["another ad", { PIN_PROMOTION_ID: 1 }, ["PIN_PROMOTION_ID"]],
    ["a metric that nobody asked for", { CTR: 0.5 }, ["CTR"]],
  ])("with %s keep only what says something else", (_, repeated, drift) => {
    const parsed = parse({ ...row, ...repeated }, GIVEN);
    if (isRejection(parsed)) return expect.fail(parsed.reason);
    expect(parsed.drift.map(({ field }) => field)).toEqual(drift);
  });

  test("are rejected without their entity or their day", () => {
    for (const field of ["AD_ID", "DATE"])
      expect(parse({ ...row, [field]: null }, GIVEN)).toMatchObject({
        reason: expect.stringMatching(/missing/),
      });
  });
});
