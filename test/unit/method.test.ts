import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AnalyticsSettings } from "../../src/resources/analytics-settings.ts";
import { metrics } from "../../src/resources/metrics.ts";
import {
  chooseMethod,
  countCalls,
  countIdsPerCall,
  mayAskSync,
  REPORT_CALLS,
} from "../../src/sync/method.ts";
import { addDays, type Way } from "../../src/window.ts";
import { levels, settings } from "../support/levels.ts";

const today = "2024-03-15";
const recent = { from: "2024-03-01", to: today };
const old = { from: "2023-11-01", to: "2023-11-30" };

type Question = Parameters<typeof chooseMethod>[0];

const ask = (some: Partial<Question>, how: Partial<AnalyticsSettings> = {}): Question => ({
  resource: levels.campaign,
  window: recent,
  settings: { ...settings, ...how },
  knownIds: 10,
  refusedReports: false,
  today,
  ...some,
});

/** What needs no ids. */
const account = { resource: levels.account, knownIds: undefined };

describe("the way of asking", () => {
  test.each<[string, Partial<Question>, Partial<AnalyticsSettings>, Way]>([
    ["asked by id, what stands in no list would be missing", { knownIds: 1 }, {}, "report"],
    ["the account total takes one call", { ...account }, {}, "sync"],
    ["days beyond the endpoint's reach", { ...account, window: old }, {}, "report"],
    [
      "the first day in reach",
      { ...account, window: { from: addDays(today, -89), to: addDays(today, -80) } },
      {},
      "sync",
    ],
    [
      "a day before it",
      { ...account, window: { from: addDays(today, -90), to: addDays(today, -80) } },
      {},
      "report",
    ],
    [
      "refused reports, and an endpoint that knows none of the breakdowns",
      { resource: levels.targeting, refusedReports: true },
      { targetingTypes: ["LOCAL_ADS_STORE_CODE"] },
      "report",
    ],
    ["a level without an endpoint", { resource: levels.keyword }, {}, "report"],
    ["ids that cannot be known", { knownIds: undefined }, {}, "report"],
    ["no ids: only a report could find something", { knownIds: 0 }, {}, "report"],
    ["a metric that only reports know", {}, { metrics: ["SPEND_IN_MICRO_DOLLAR", "TOTAL_SEARCH"] }, "report"],
    [
      "a metric that only the endpoint knows, however many calls it takes",
      { knownIds: 5000 },
      { metrics: ["SPEND_IN_MICRO_DOLLAR", "QUIZ_PIN_RESULT_OPEN"] },
      "sync",
    ],
    [
      "a type that only reports know",
      { resource: levels.targeting },
      { targetingTypes: ["LOCAL_ADS_STORE_CODE"] },
      "report",
    ],
    [
      "a type that only the endpoint knows",
      { resource: levels.targeting, knownIds: 5000 },
      { targetingTypes: ["GENDER", "CREATIVE_TYPE"] },
      "sync",
    ],
    ["as configured: reports", {}, { method: "report" }, "report"],
    ["as configured: at once", { knownIds: 9000 }, { method: "sync", metrics: ["TOTAL_SEARCH"] }, "sync"],
    ["as configured, but out of reach", { window: old }, { method: "sync" }, "report"],
    ["reports refused", { refusedReports: true, knownIds: 9000 }, { metrics: ["TOTAL_SEARCH"] }, "sync"],
    ["reports refused, out of reach", { refusedReports: true, window: old }, {}, "report"],
    ["reports refused, though configured", { refusedReports: true }, { method: "report" }, "report"],
  ])("%s", (_, some, how, way) => {
    expect(chooseMethod(ask(some, how))).toBe(way);
  });

  test("entities are listed first wherever they may be asked by id", () => {
    const may = (method: AnalyticsSettings["method"]) =>
      Object.values(levels).filter((level) => mayAskSync(level, { ...settings, method }));
    expect(may("auto")).toEqual([levels.campaign, levels.targeting]);
    expect(may("sync")).toEqual([levels.campaign, levels.targeting]);
    expect(may("report")).toEqual([]);
  });
});

describe("API calls", () => {
  const types = ["AGE_BUCKET", "GENDER", "COUNTRY", "APPTYPE", "PLACEMENT", "REGION"];
  test.each<[string, Partial<Question>, Partial<AnalyticsSettings>, Way, number]>([
    ["a report", {}, {}, "report", REPORT_CALLS],
    [
      "five targeting types fit one report",
      { resource: levels.targeting },
      { targetingTypes: types.slice(1) },
      "report",
      REPORT_CALLS,
    ],
    ["six take two", { resource: levels.targeting }, { targetingTypes: types }, "report", 2 * REPORT_CALLS],
    [
      "no type that the level knows takes none",
      { resource: levels.targeting },
      { targetingTypes: ["QUIZ_RESULT"] },
      "report",
      0,
    ],
    ["so many ids as fit a URL", { knownIds: 235 }, {}, "sync", 1],
    ["one more than Pinterest takes", { knownIds: 251 }, {}, "sync", 2],
    [
      "80 days of 500 ids, 10,000 rows a call",
      { knownIds: 500, window: { from: addDays(today, -79), to: today } },
      {},
      "sync",
      4,
    ],
    ["the account's total", { resource: levels.account, knownIds: undefined }, {}, "sync", 1],
  ])("%s", (_, some, how, way, calls) => {
    expect(countCalls(ask(some, how), way)).toBe(calls);
  });

  test("ids per call keep URL and answer small, whatever is asked", () => {
    const names = [...metrics.keys()].filter((name) => metrics.get(name)?.sync);
    fc.assert(
      fc.property(fc.subarray(names, { minLength: 1 }), fc.integer({ min: 1, max: 89 }), (asked, days) => {
        const window = { from: addDays(today, 1 - days), to: today };
        const ids = countIdsPerCall(ask({ window }, { metrics: asked }));
        const query = new URLSearchParams({ columns: "" });
        for (let id = 0; id < ids; id += 1) query.append("campaign_ids", "9".repeat(18));
        expect(query.toString().length + asked.join(",").length).toBeLessThan(7900);
        expect(ids * days).toBeLessThanOrEqual(10_000);
        expect(ids).toBeGreaterThanOrEqual(1);
        expect(ids).toBeLessThanOrEqual(250);
      }),
    );
  });
});
