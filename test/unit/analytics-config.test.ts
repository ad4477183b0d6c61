import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { chosenAnalytics, readAnalyticsSettings } from "../../src/analytics-config.ts";
import { readConfigFile } from "../../src/config-file.ts";
import type { Attribution } from "../../src/resources/attribution.ts";
import { resourceNames } from "../../src/resources/index.ts";
import { CORE_METRICS, metrics } from "../../src/resources/metrics.ts";
import { addDays, dayOf } from "../../src/window.ts";

function read(section: string) {
  const problems: string[] = [];
  const text = section === "" ? "" : `analytics:\n${section.replace(/^/gm, "  ")}\n`;
  const file = readConfigFile("connector.yaml", text, problems);
  return { file, settings: readAnalyticsSettings(file), problems };
}

const DEFAULT: Attribution = { click: 30, engagement: 30, view: 1, reportTime: "TIME_OF_AD_ACTION" };

test("without a section every setting has its default", () => {
  const { settings, problems } = read("");
  expect(problems).toEqual([]);
  expect(settings).toEqual({
    startDate: undefined,
    lookbackDays: 33,
    metrics: CORE_METRICS,
    targetingTypes: ["AGE_BUCKET", "GENDER", "COUNTRY", "APPTYPE", "PLACEMENT"],
    method: "auto",
    attributions: [DEFAULT],
    reportTimeoutMs: 1_800_000,
  });
});

test.each<[string, Partial<ReturnType<typeof readAnalyticsSettings>>]>([
  ["start_date: 2024-02-29", { startDate: "2024-02-29" }],
  ["start_date:", { startDate: undefined }],
  ["lookback_days: 180", { lookbackDays: 180 }],
  ["metrics: core", { metrics: CORE_METRICS }],
  ["metrics: all", { metrics: [...metrics.keys()] }],
  ["metrics: ctr", { metrics: ["CTR"] }],
  ["metrics: [ctr, CTR, Spend_In_Dollar]", { metrics: ["CTR", "SPEND_IN_DOLLAR"] }],
  ["metrics: [CTR, Core, IMPRESSION_1]", { metrics: ["CTR", ...CORE_METRICS] }],
  ["targeting_types: [gender, GENDER, REGION]", { targetingTypes: ["GENDER", "REGION"] }],
  ["method: report", { method: "report" }],
  ["report_timeout_minutes: 0.5", { reportTimeoutMs: 30_000 }],
  ["attribution: [{}]", { attributions: [DEFAULT], lookbackDays: 33 }],
  ["attribution: [{ click: 7, view: 0, engagement: 1 }]", { lookbackDays: 10 }],
  [
    "attribution: [{ click: 7 }, { view: 60, report_time: TIME_OF_CONVERSION }]",
    {
      attributions: [
        { ...DEFAULT, click: 7 },
        { ...DEFAULT, view: 60, reportTime: "TIME_OF_CONVERSION" },
      ],
      lookbackDays: 63,
    },
  ],
  ["lookback_days: 5\nattribution: [{ click: 60 }]", { lookbackDays: 5 }],
])("%s is taken over", (section, expected) => {
  const { settings, problems } = read(section);
  expect(problems).toEqual([]);
  expect(settings).toMatchObject(expected);
});

test("the file that is shipped shows the defaults, but for a first day and a metric more", async () => {
  const shipped = await readFile("config/connector.yaml", "utf8");
  const [commented = ""] = shipped.slice(shipped.indexOf("# analytics:")).split("\n\n");
  const section = commented.replace(/^# ?/gm, "");
  const problems: string[] = [];
  const settings = readAnalyticsSettings(readConfigFile("connector.yaml", section, problems));
  expect(problems).toEqual([]);
  expect(settings).toEqual({
    ...read("").settings,
    startDate: "2026-01-01",
    metrics: [...CORE_METRICS, "TOTAL_IMPRESSION_USER"],
  });
});

test("today in UTC is a possible first day, tomorrow is not", () => {
  const today = dayOf(Date.now());
  expect(read(`start_date: ${today}`).problems).toEqual([]);
  expect(read(`start_date: ${addDays(today, 2)}`).problems).toEqual([
    expect.stringMatching(/:2: .*not come yet/),
  ]);
});

test("no level at all means that no metrics are copied", () => {
  const { file, problems } = read("levels: []");
  expect(problems).toEqual([]);
  expect(chosenAnalytics(file)).toEqual([]);
});

test("every level stands for a resource, and the largest ones are left to those who ask for them", () => {
  const every =
    "levels: [ad_account, campaign, ad_group, ad, product_group, keyword, ad_account_targeting, campaign_targeting, ad_group_targeting, ad_targeting]";
  const { file, problems } = read(every);
  expect(problems).toEqual([]);
  expect(chosenAnalytics(file)).toEqual(resourceNames.filter((name) => name.endsWith("_analytics")));
  const left = chosenAnalytics(file).filter((name) => !chosenAnalytics(read("").file).includes(name));
  expect(left).toEqual(["ad_group_targeting_analytics", "ad_targeting_analytics"]);
});

describe("what is wrong is a problem with its line", () => {
  test.each<[string, string, RegExp]>([
    [
      "a day that does not exist",
      "start_date: 2026-02-29",
      /^connector.yaml:2: analytics.start_date: not a day/,
    ],
    ["a moment", "start_date: 2026-02-01T00:00:00Z", /:2: analytics.start_date: not a day/],
    ["no lookback", "lookback_days: 0", /:2: analytics.lookback_days: .* 1 to 180 \(found: 0\)/],
    ["a longer lookback than any window", "lookback_days: 181", /:2: analytics.lookback_days: /],
    ["a misspelt level", "levels: [ad, campain]", /:2: analytics.levels.1: .*did you mean campaign\?/],
    ["one level instead of a list", "levels: ad", /:2: analytics.levels: not a list/],
    ["a misspelt metric", "metrics:\n  - core\n  - spend_in_dolar", /:4: .*did you mean SPEND_IN_DOLLAR\?/],
    ["a misspelt set of metrics", "metrics: cor", /:2: .*did you mean core\?/],
    ["a metric that is far from any", "metrics: [xyzzy42]", /:2: .*docs\/metrics.md lists all/],
    ["metrics as keys", "metrics: { a: 1 }", /:2: analytics.metrics: not core, all or a list/],
    ["a column that is none of the metrics", "metrics: [DATE]", /:2: analytics.metrics.0: no metric "DATE"/],
    ["a misspelt type", "targeting_types: [GENDR]", /:2: .*did you mean GENDER\?/],
    [
      "a type that no chosen level knows",
      "targeting_types: [GENDER, QUIZ_RESULT]",
      /:2: analytics.targeting_types.1: none of the chosen levels is broken down by QUIZ_RESULT/,
    ],
    [
      "a type that only the other way of asking gives",
      "levels: [ad_targeting]\ntargeting_types: [GENDER, QUIZ_RESULT]",
      /:3: analytics.targeting_types.1: only the synchronous endpoint gives QUIZ_RESULT; .*method to sync/,
    ],
    [
      "a type that only reports give, where they are not asked",
      "method: sync\nlevels: [campaign_targeting]\ntargeting_types: [GENDER, LOCAL_ADS_STORE_CODE]",
      /:4: .*only reports give LOCAL_ADS_STORE_CODE; .*method to auto/,
    ],
    [
      "a level without any of the types",
      "method: sync\nlevels: [ad_targeting, campaign_targeting]\ntargeting_types: [QUIZ_RESULT]",
      /:4: analytics.targeting_types: campaign_targeting is broken down by none of them/,
    ],
    ["an unknown method", "method: async", /:2: analytics.method: no method "async"; did you mean sync\?/],
    ["a window of no length", "attribution: [{ click: 28 }]", /:2: .*valid are: 0, 1, 7, 14, 30, 60 days/],
    ["an unknown report time", "attribution: [{ report_time: NOW }]", /:2: .*valid are: TIME_OF_AD_ACTION/],
    ["a misspelt window", "attribution:\n  - clik: 7", /:3: unknown key .*did you mean click\?/],
    [
      "a setting twice",
      "attribution:\n  - {}\n  - click: 30",
      /:4: analytics.attribution.1: the same setting/,
    ],
    ["no setting", "attribution: []", /:2: analytics.attribution: name at least one/],
    ["no time for reports", "report_timeout_minutes: 0", /:2: analytics.report_timeout_minutes: /],
    ["a misspelt key", "level: [ad]", /:2: unknown key "analytics.level"; did you mean levels\?/],
  ])("%s", (_, section, problem) => {
    expect(read(section).problems).toEqual([expect.stringMatching(problem)]);
  });

  test("all of it at once, and then every setting has its default", () => {
    const { settings, problems } = read("levels: [x1]\nmetrics: [x2]\nmethod: x3\nlookback_days: x4");
    expect(problems).toHaveLength(4);
    expect(settings).toEqual(read("").settings);
  });
});

test.each([
  "method: sync\nlevels: [ad_targeting]\ntargeting_types: [QUIZ_RESULT]",
  "levels: [ad]\ntargeting_types: [QUIZ_RESULT]",
])("a type is fine where a chosen level knows it, or where none is broken down: %s", (section) => {
  expect(read(section).problems).toEqual([]);
});
