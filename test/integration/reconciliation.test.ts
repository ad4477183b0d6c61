import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DEFAULT_ATTRIBUTION } from "../../src/resources/attribution.ts";
import { type ReconciliationRequest, recomputeReconciliation } from "../../src/warehouse/reconciliation.ts";
import {
  ALL_ASKED,
  DEFAULT,
  findAnalytics,
  loadMetrics,
  type MetricsLoad,
  measured,
} from "../support/metrics.ts";
import { beginRun, openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

const [account, campaign, ad] = ["ad_account_analytics", "campaign_analytics", "ad_analytics"].map(
  findAnalytics,
);
const DAY = "2024-02-29";
const WINDOW = { from: DAY, to: DAY };
/** More than a double can tell from its neighbours. */
const HUGE = "9007199254740993";

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse(measured);
});

afterAll(() => db.close());

beforeEach(() =>
  db.query(
    `truncate pinterest_ads_ad_account_analytics, pinterest_ads_campaign_analytics, pinterest_ads_ad_analytics,
       pinterest_ads_loaded_days, pinterest_ads_reconciliation`,
  ),
);

type Row = Record<string, unknown>;
async function load(
  level: MetricsLoad["resource"] | undefined,
  rows: readonly Row[],
  options: Partial<MetricsLoad> = {},
) {
  if (!level) throw new Error("no such level");
  const records = rows.map((row, id) => ({ CAMPAIGN_ID: `c${id}`, AD_ID: `a${id}`, DATE: DAY, ...row }));
  await loadMetrics(db.warehouse, { resource: level, window: WINDOW, records, ...options });
}
const spend = (amount: unknown) => ({ SPEND_IN_MICRO_DOLLAR: JSON.rawJSON(String(amount)) });
const recompute = (options: Partial<ReconciliationRequest> = {}) =>
  recomputeReconciliation(db.warehouse, measured, { ...WINDOW, tolerancePercent: 0.5, ...options });
const verdicts = (condition = "metric = 'spend_in_micro_dollar'") =>
  db.query(
    `select ad_account_id as account, level, metric, account_total::text as total, level_total::text as sum,
            difference::text, verdict
       from pinterest_ads_reconciliation where ${condition} order by ad_account_id, date, attribution, level, metric`,
  );
const forSpend = (level: string, total: unknown, sum: unknown, difference: unknown, verdict: string) => ({
  account: "1",
  level,
  metric: "spend_in_micro_dollar",
  total,
  sum,
  difference,
  verdict,
});

test("totals and sums are compared exactly, whatever their size", async () => {
  await load(account, [spend("18014398509481986")]);
  await load(campaign, [spend(HUGE), spend(HUGE)]);
  await load(ad, [spend(HUGE), spend("9007199254740992")]);
  const { compared, differing } = await recompute();
  expect(await verdicts("metric = 'spend_in_micro_dollar' and level <> 'ad_group'")).toEqual([
    forSpend("ad", "18014398509481986", "18014398509481985", "-1", "within_tolerance"),
    forSpend("campaign", "18014398509481986", "18014398509481986", "0", "equal"),
  ]);
  expect(differing).toEqual([]);
  expect(compared).toBe(2 * 6);
});

test.each<[string, number, number, string]>([
  ["at the tolerance", 1000, 995, "within_tolerance"],
  ["beyond it", 1000, 994, "differs"],
  ["beyond it to the other side", 1000, 1006, "differs"],
  ["where the account has nothing", 0, 1, "differs"],
])("a difference %s", async (_, total, sum, verdict) => {
  await load(account, [spend(total)]);
  await load(campaign, [spend(sum)]);
  const { differing } = await recompute();
  expect(await verdicts("metric = 'spend_in_micro_dollar' and level = 'campaign'")).toMatchObject([
    { verdict },
  ]);
  expect(differing).toHaveLength(verdict === "differs" ? 1 : 0);
});

test("a difference is told with all that belongs to it, the worst first", async () => {
  await load(account, [{ ...spend(1000), IMPRESSION_1: 300 }]);
  await load(campaign, [{ ...spend(500), IMPRESSION_1: 100 }]);
  const { differing } = await recompute();
  expect(differing).toEqual([
    {
      ad_account_id: "1",
      date: DAY,
      attribution: DEFAULT,
      metric: "impression_1",
      level: "campaign",
      account_total: "300",
      level_total: "100",
      difference: "-200",
      difference_percent: "66.6667",
    },
    expect.objectContaining({ metric: "spend_in_micro_dollar", difference_percent: "50.0000" }),
  ]);
});

test("a loaded day without rows counts as nothing, a day that is not loaded is not compared", async () => {
  await load(account, []);
  await load(campaign, []);
  expect(await recompute()).toEqual({ compared: 6, days: 1, differing: [] });
  expect(await verdicts()).toEqual([
    forSpend("ad", "0", null, null, "not_loaded"),
    forSpend("ad_group", "0", null, null, "not_loaded"),
    forSpend("campaign", "0", "0", "0", "equal"),
  ]);
});

test("a metric that one side was not asked for is not compared", async () => {
  await load(account, [{ ...spend(5), IMPRESSION_1: 3 }]);
  await load(campaign, [spend(5)], { asked: ALL_ASKED.filter((name) => name !== "impression_1") });
  await recompute();
  expect(await verdicts("metric = 'impression_1' and level = 'campaign'")).toMatchObject([
    { total: "3", sum: null, verdict: "not_loaded" },
  ]);
});

test("accounts, days and attributions are compared each for itself", async () => {
  const other = { attribution: { ...DEFAULT_ATTRIBUTION, click: 7 } };
  const next = { window: { from: "2024-03-01", to: "2024-03-01" } };
  for (const [level, factor] of [
    [account, 1],
    [campaign, 2],
  ] as const) {
    await load(level, [spend(1)], { adAccountId: "2" });
    await load(level, [spend(10)], other);
    await load(level, [{ ...spend(100), DATE: "2024-03-01" }], next);
    await load(level, [spend(1000 * factor)]);
  }
  const { differing } = await recompute({ to: "2024-03-01" });
  expect(differing).toMatchObject([
    { ad_account_id: "1", date: DAY, attribution: DEFAULT, level: "campaign", difference: "1000" },
  ]);
  expect(await verdicts("metric = 'spend_in_micro_dollar' and verdict = 'equal'")).toHaveLength(3);
});

test("what was kept for the days and accounts is replaced, everything else stays", async () => {
  const next = { from: "2024-03-01", to: "2024-03-01" };
  for (const adAccountId of ["1", "2"]) {
    await load(account, [spend(1)], { adAccountId });
    await load(account, [], { adAccountId, window: next });
    await load(campaign, [spend(2)], { adAccountId });
  }
  await recompute({ to: next.to });
  await load(campaign, [spend(1)]);
  await load(campaign, [spend(1)], { adAccountId: "2" });
  const before = await verdicts("ad_account_id = '2' or date > '2024-02-29'");
  const runId = await beginRun(db.warehouse);
  expect(await recompute({ adAccountIds: ["1"], runId })).toMatchObject({ differing: [] });
  expect(await verdicts("ad_account_id = '2' or date > '2024-02-29'")).toEqual(before);
  expect(
    await db.query("select distinct run_id from pinterest_ads_reconciliation where run_id is not null"),
  ).toEqual([{ run_id: runId }]);
});
