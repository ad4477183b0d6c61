import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SYNC_COLUMNS } from "../../src/simulator/analytics/columns.ts";
import type { ReportLevel } from "../../src/simulator/analytics/levels.ts";
import type { TruthRow } from "../../src/simulator/analytics/truth.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { type AnalyticsRow, askMetrics, daysBefore, fetchReport } from "../support/analytics-client.ts";
import { ask, first } from "./simulator-client.ts";

const NOW = Date.UTC(2026, 2, 10, 15, 30);
const METRICS = [
  "SPEND_IN_MICRO_DOLLAR",
  "TOTAL_IMPRESSION",
  "CTR",
  "TOTAL_CHECKOUT",
  "TOTAL_CLICK_CHECKOUT_VALUE_IN_MICRO_DOLLAR",
];
const day = (before: number) => daysBefore(NOW, before);

let simulator: Simulator;
let account: string;

beforeAll(async () => {
  simulator = await startSimulator({ now: () => NOW, campaigns: 6 });
  account = first(simulator.world.accounts).id;
});

afterAll(async () => {
  await simulator.close();
});

const idsOf = (records: readonly { id: string }[]) => records.map(({ id }) => id).slice(0, 250);
const world = () => first(simulator.world.accounts);

/** What each synchronous endpoint is asked with, and which column identifies its rows. */
const ENDPOINTS = [
  ["", "ADVERTISER", "AD_ACCOUNT_ID", () => ({})],
  ["/campaigns", "CAMPAIGN", "CAMPAIGN_ID", () => ({ campaign_ids: idsOf(world().campaigns) })],
  ["/ad_groups", "AD_GROUP", "AD_GROUP_ID", () => ({ ad_group_ids: idsOf(world().adGroups) })],
  ["/ads", "PIN_PROMOTION", "AD_ID", () => ({ ad_ids: idsOf(world().ads) })],
  [
    "/product_groups",
    "PRODUCT_GROUP",
    "PRODUCT_GROUP_ID",
    () => ({ product_group_ids: idsOf(world().productGroupPromotions) }),
  ],
] as const;

const ATTRIBUTIONS = [
  ["by time of action", "TIME_OF_AD_ACTION", { click: 30, engagement: 30, view: 1 }],
  ["by time of conversion", "TIME_OF_CONVERSION", { click: 60, engagement: 7, view: 14 }],
] as const;

const base = { start_date: day(6), end_date: day(0), granularity: "DAY", columns: METRICS };
const path = (place: string, name = "analytics") => `/ad_accounts/${account}${place}/${name}`;

/** Rows of any endpoint in the form of the truth. What is null or missing is 0. */
function asTruth(rows: readonly AnalyticsRow[], identity: string) {
  return rows
    .map((row) => ({
      id: String(row[identity]),
      date: row["DATE"],
      value: row["TARGETING_VALUE"] === undefined ? undefined : String(row["TARGETING_VALUE"]),
      metrics: Object.fromEntries(METRICS.map((name) => [name, row[name] ?? 0])),
    }))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const keyOf = (row: { id: string; date: unknown; value: string | undefined }) =>
  `${row.id} ${row.date} ${row.value ?? ""}`;

const expectTruth = (rows: readonly TruthRow[]) =>
  rows
    .map(({ id, date, targetingValue, metrics }) => ({
      id,
      date,
      value: targetingValue,
      metrics: Object.fromEntries(METRICS.map((name) => [name, Number(metrics[name])])),
    }))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

describe.each(ATTRIBUTIONS)("%s", (_, reportTime, windows) => {
  const settings = {
    click_window_days: windows.click,
    engagement_window_days: windows.engagement,
    view_window_days: windows.view,
    conversion_report_time: reportTime,
  };
  const truth = (level: ReportLevel, targetingType?: string) =>
    expectTruth(
      simulator.truth({
        adAccountId: account,
        level,
        from: day(6),
        to: day(0),
        columns: METRICS,
        attribution: { ...windows, reportTime },
        ...(targetingType === undefined ? {} : { targetingType }),
      }),
    );

  test.each(ENDPOINTS)("%s/analytics tells the truth", async (place, level, identity, ids) => {
    const { body, status } = await askMetrics(simulator, path(place), { ...base, ...settings, ...ids() });
    expect(status).toBe(200);
    expect(asTruth(body as AnalyticsRow[], identity)).toEqual(truth(level));
    expect(truth(level).length).toBeGreaterThan(0);
  });

  test.each(ENDPOINTS.slice(0, 4))(
    "%s/targeting_analytics tells the truth",
    async (place, level, identity, ids) => {
      const { body } = await askMetrics(simulator, path(place, "targeting_analytics"), {
        ...base,
        ...settings,
        ...ids(),
        targeting_types: ["LOCATION"],
      });
      const { data } = body as { data: { targeting_value: number; metrics: AnalyticsRow }[] };
      const rows = data.map(({ targeting_value, metrics }) => ({
        ...metrics,
        TARGETING_VALUE: targeting_value,
      }));
      expect(asTruth(rows, identity)).toEqual(truth(`${level}_TARGETING` as ReportLevel, "LOCATION"));
    },
  );

  test.each([
    ["ADVERTISER", "AD_ACCOUNT_ID"],
    ["CAMPAIGN", "CAMPAIGN_ID"],
    ["AD_GROUP", "AD_GROUP_ID"],
    ["PIN_PROMOTION", "AD_ID"],
    ["PRODUCT_GROUP", "PRODUCT_GROUP_ID"],
    ["KEYWORD", "KEYWORD_ID"],
    ["ADVERTISER_TARGETING", "AD_ACCOUNT_ID"],
    ["PRODUCT_GROUP_TARGETING", "PRODUCT_GROUP_ID"],
  ] as const)("a report at level %s tells the truth", async (level, identity) => {
    const type = level.endsWith("_TARGETING") ? "AGE_BUCKET" : undefined;
    const rows = await fetchReport(simulator, account, {
      ...base,
      ...settings,
      level,
      ...(type === undefined ? {} : { targeting_types: [type] }),
    });
    expect(asTruth(rows, identity)).toEqual(truth(level, type));
  });
});

describe("rows", () => {
  const one = () => ({ ...base, campaign_ids: first(idsOf(world().campaigns)) });

  test("a whole range is one row without a date, and weeks and months begin where the calendar's do", async () => {
    const dates = async (granularity: string) => {
      const asked = { ...base, start_date: day(40), granularity };
      const { body } = await askMetrics(simulator, path(""), asked);
      return (body as AnalyticsRow[]).map((row) => row["DATE"]);
    };
    expect(await dates("TOTAL")).toEqual([undefined]);
    expect(await dates("MONTH")).toEqual(["2026-01-01", "2026-02-01", "2026-03-01"]);
    expect(await dates("WEEK")).toEqual([
      "2026-01-26",
      "2026-02-02",
      "2026-02-09",
      "2026-02-16",
      "2026-02-23",
      "2026-03-02",
      "2026-03-09",
    ]);
  });

  test("other ids come only when they are asked for, as texts in plain rows", async () => {
    const plain = await askMetrics(simulator, path("/campaigns"), one());
    expect(Object.keys(first(plain.body as AnalyticsRow[]))).not.toContain("AD_ACCOUNT_ID");
    const asked = await askMetrics(simulator, path("/campaigns"), {
      ...one(),
      columns: [...METRICS, "AD_ACCOUNT_ID", "CAMPAIGN_NAME"],
    });
    expect(first(asked.body as AnalyticsRow[])).toMatchObject({
      AD_ACCOUNT_ID: account,
      CAMPAIGN_NAME: first(world().campaigns)["name"],
    });
    expect(asked.text).toContain(`"AD_ACCOUNT_ID":"${account}"`);
  });

  test("ids are bare numbers in targeting rows", async () => {
    const { text } = await askMetrics(simulator, path("/campaigns", "targeting_analytics"), {
      ...one(),
      targeting_types: "GENDER",
    });
    expect(text).toContain(`"CAMPAIGN_ID":${first(idsOf(world().campaigns))},`);
  });

  test("a metric that is 0 is missing, null or 0, and some counts are written as decimals", async () => {
    const { text } = await askMetrics(simulator, path("/ads"), {
      ...base,
      ad_ids: idsOf(world().ads),
      columns: ["TOTAL_IMPRESSION", "TOTAL_LEAD", "QUIZ_COMPLETED"],
    });
    expect(text).toMatch(/"QUIZ_COMPLETED":null/);
    expect(text).toMatch(/"QUIZ_COMPLETED":0[,}]/);
    expect(text).toMatch(/"TOTAL_IMPRESSION":\d+\.0[,}]/);
    expect((JSON.parse(text) as AnalyticsRow[]).some((row) => !("QUIZ_COMPLETED" in row))).toBe(true);
  });

  test("ads can be named by campaigns and Pins", async () => {
    const ad = first(world().ads);
    const { body } = await askMetrics(simulator, path("/ads"), {
      ...base,
      campaign_ids: String(ad["campaign_id"]),
      pin_ids: String(ad["pin_id"]),
    });
    expect(new Set((body as AnalyticsRow[]).map((row) => row["AD_ID"]))).toEqual(new Set([ad.id]));
  });
});

describe("what is refused", () => {
  const ids = Array.from({ length: 251 }, (_, nth) => String(nth + 1));

  test.each([
    ["no dates", "", { start_date: "" }, /start_date/],
    ["a day that no calendar has", "", { end_date: "2026-02-30" }, /2026-02-30/],
    ["days in the wrong order", "", { start_date: day(0), end_date: day(1) }, /must not be after/],
    ["a day too long ago", "", { start_date: day(91), end_date: day(91) }, /last 90 days/],
    ["too many days", "", { start_date: day(90), end_date: day(0) }, /longer than 90 days/],
    [
      "an unknown column",
      "",
      { columns: "SPEND" },
      /'SPEND' is not one of \['CAMPAIGN_NAME', .*'TOTAL_REPIN_RATE'\]/,
    ],
    ["a column of reports", "", { columns: "TOTAL_SEARCH" }, /'TOTAL_SEARCH' is not one of/],
    ["an unknown granularity", "", { granularity: "DAILY" }, /'DAILY' is not one of/],
    ["a window in between", "", { click_window_days: 2 }, /click_window_days/],
    ["an unknown report time", "", { conversion_report_time: "NOW" }, /'NOW' is not one of/],
    ["no ids", "/campaigns", {}, /'campaign_ids' is a required property/],
    ["too many ids", "/campaigns", { campaign_ids: ids }, /at most 250/],
    ["something that is no id", "/ads", { ad_ids: "abc" }, /must match the pattern/],
  ] as const)("%s: 400", async (_, place, change, message) => {
    const answer = await askMetrics(simulator, path(place), { ...base, ...change });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 400, message: expect.stringMatching(message) });
  });

  test.each([
    ["no targeting types", {}, /'targeting_types' is a required property/],
    ["a type of another level", { targeting_types: "CREATIVE_TYPE" }, /'CREATIVE_TYPE' is not one of/],
    ["too many types", { targeting_types: Array.from({ length: 16 }, () => "GENDER") }, /at most 15/],
  ] as const)("targeting with %s: 400", async (_, change, message) => {
    const answer = await askMetrics(simulator, path("", "targeting_analytics"), { ...base, ...change });
    expect([answer.status, answer.body]).toEqual([
      400,
      { code: 400, message: expect.stringMatching(message) },
    ]);
  });

  test("90 days that begin 89 days ago are accepted", async () => {
    const answer = await askMetrics(simulator, path(""), { ...base, start_date: day(89) });
    expect(answer.status).toBe(200);
  });

  test("an address beyond 8,192 characters: 414", async () => {
    const columns = [...SYNC_COLUMNS].join(",");
    const ask250 = await askMetrics(simulator, path("/ads"), {
      ...base,
      columns,
      ad_ids: Array.from({ length: 250 }, (_, nth) => String(687001000000000000n + BigInt(nth))),
    });
    expect(ask250.status).toBe(414);
    const fewer = await askMetrics(simulator, path("/ads"), {
      ...base,
      columns,
      ad_ids: idsOf(world().ads).slice(0, 100),
    });
    expect(fewer.status).toBe(200);
  });

  test("parameters that no documentation mentions are recorded", async () => {
    await askMetrics(simulator, path(""), { ...base, campaign_ids: "1" });
    expect(simulator.requests.at(-1)?.undocumented).toEqual(["campaign_ids"]);
  });
});

describe("ready state", () => {
  test.each([
    [0, false, false],
    [1, false, false],
    [2, true, false],
    [3, true, true],
  ])("at an age of %i days delivery is ready: %s, conversions: %s", async (age, delivery, conversions) => {
    const { text } = await ask(simulator, `/resources/metrics_ready_state?date=${day(age)}`);
    expect(JSON.parse(text)).toEqual({
      non_conversion_metrics_ready: delivery,
      conversion_metrics_ready: conversions,
    });
  });

  test.each(["", "?date=tomorrow", `?date=${daysBefore(NOW, -1)}`])("asked with %s: 400", async (query) => {
    expect((await ask(simulator, `/resources/metrics_ready_state${query}`)).status).toBe(400);
  });
});
