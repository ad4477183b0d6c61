import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DEFAULT_ATTRIBUTION } from "../../src/resources/attribution.ts";
import { recordAttributions } from "../../src/warehouse/attributions.ts";
import { readDailyTotals } from "../../src/warehouse/daily-totals.ts";
import { ALL_ASKED, findAnalytics, loadMetrics, type MetricsLoad, measured } from "../support/metrics.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

const DAY = "2024-02-29";
const NEXT = "2024-03-01";
const OTHER = { ...DEFAULT_ATTRIBUTION, click: 7 };
const ZERO = { spend: 0, impressions: 0, conversions: 0 };

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse(measured);
  await recordAttributions(db.warehouse, [DEFAULT_ATTRIBUTION, OTHER]);
});

afterAll(() => db.close());

beforeEach(() => db.query("truncate pinterest_ads_ad_account_analytics, pinterest_ads_loaded_days"));

/** Loads a day of the account with these metrics; none: a day without any delivery. */
async function load(metrics: Record<string, number> | undefined, options: Partial<MetricsLoad> = {}) {
  const { window = { from: DAY, to: DAY } } = options;
  await loadMetrics(db.warehouse, {
    resource: findAnalytics("ad_account_analytics"),
    records: metrics ? [{ DATE: window.from, ...metrics }] : [],
    window,
    ...options,
  });
}
const read = (from = DAY) => readDailyTotals(db.warehouse, measured, from);
const SOME = { SPEND_IN_MICRO_DOLLAR: 2_500_000, IMPRESSION_1: 300, IMPRESSION_2: 100, TOTAL_CONVERSIONS: 4 };

test("a day that was read under several attribution settings counts once, under the first of them", async () => {
  await load(SOME);
  await load({ ...SOME, TOTAL_CONVERSIONS: 1 }, { attribution: OTHER });
  await load(undefined, { window: { from: NEXT, to: NEXT } });
  await load(undefined, { window: { from: NEXT, to: NEXT }, attribution: OTHER });
  expect(await read()).toEqual([
    { ad_account_id: "1", date: DAY, spend: 2.5, impressions: expect.any(Number), conversions: 4 },
    { ad_account_id: "1", date: NEXT, ...ZERO },
  ]);
  expect(await read(NEXT)).toHaveLength(1);
});

test("what a day was not asked for is not known, and not nothing", async () => {
  const asked = ALL_ASKED.filter((name) => name !== "total_conversions");
  const { TOTAL_CONVERSIONS: _, ...others } = SOME;
  await load(others, { asked });
  expect(await read()).toMatchObject([{ spend: 2.5, conversions: null }]);
  await load(others);
  expect(await read()).toMatchObject([{ spend: 2.5, conversions: 0 }]);
  // Of a day without any row nobody can tell which of its metrics were asked for.
  await load(undefined, { asked, acceptEmpty: true });
  expect(await read()).toMatchObject([{ spend: null, impressions: null, conversions: null }]);
  await load(undefined, { acceptEmpty: true });
  expect(await read()).toMatchObject([ZERO]);
});

test("without the level of ad accounts there are none", async () => {
  await load(SOME);
  const without = measured.filter(({ name }) => name !== "ad_account_analytics");
  expect(await readDailyTotals(db.warehouse, without, DAY)).toEqual([]);
});
