import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { recomputeReconciliation } from "../../src/warehouse/reconciliation.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type MetricsUnderTest, openMetrics, SOME_METRICS } from "../support/metrics-run.ts";

const LEVELS = ["campaign", "ad_group", "ad"];
const TABLES = ["ad_account_analytics", ...LEVELS.map((level) => `${level}_analytics`)];
const COMPARED = [
  "clickthrough_1",
  "impression_1",
  "impression_2",
  "spend_in_micro_dollar",
  "total_conversions",
];
const TOLERANCE_PERCENT = 0.5;

let database: TestDatabase;
let world: MetricsUnderTest;

beforeAll(async () => {
  database = await createDatabase();
});

afterEach(() => world?.[Symbol.asyncDispose]());
afterAll(() => database?.drop());

async function open(options: Parameters<typeof openMetrics>[0] = {}): Promise<void> {
  world = await openMetrics({ url: database.url, ...options });
}

const recompute = () =>
  recomputeReconciliation(world.subject.warehouse, world.resources, {
    from: world.daysAgo(4),
    to: world.daysAgo(0),
    tolerancePercent: TOLERANCE_PERCENT,
  });
const countVerdicts = (condition = "true") =>
  world.subject.query(
    `select level, verdict, count(*)::int as rows from pinterest_ads_reconciliation where ${condition}
      group by 1, 2 order by 1, 2`,
  );

test("every run compares each day and level with the account's total", async () => {
  await open({ world: { accounts: 2 } });
  const { id } = await world.run(TABLES);
  const rows = await world.subject.query(
    `select ad_account_id, date::text, level, array_agg(metric order by metric) as metrics,
            bool_and(verdict = 'equal' and difference = 0 and account_total = level_total and run_id = '${id}') as equal
       from pinterest_ads_reconciliation group by 1, 2, 3`,
  );
  expect(COMPARED.every((name) => SOME_METRICS.includes(name.toUpperCase()))).toBe(true);
  expect(rows).toHaveLength(2 * 5 * LEVELS.length);
  for (const row of rows) expect(row).toMatchObject({ metrics: COMPARED, equal: true });
  const [sum] = await world.subject.query(
    "select sum(account_total) > 0 as counted from pinterest_ads_reconciliation where metric = 'total_conversions'",
  );
  expect(sum).toEqual({ counted: true });
});

describe("a table that was tampered with", () => {
  test("is found with the exact difference", async () => {
    await open();
    await world.run(TABLES);
    const [lost] = await world.subject.query(
      `with lost as (delete from pinterest_ads_campaign_analytics
          where (date, campaign_id) = (select date, campaign_id from pinterest_ads_campaign_analytics
                                        where spend_in_micro_dollar > 0 order by 1, 2 limit 1) returning *)
       select date::text, spend_in_micro_dollar::text as spend from lost`,
    );
    const { differing } = await recompute();
    expect(differing.find(({ metric }) => metric === "spend_in_micro_dollar")).toMatchObject({
      level: "campaign",
      date: lost?.["date"],
      difference: `-${lost?.["spend"]}`,
    });
    expect(new Set(differing.map(({ level, date }) => `${level} ${date}`))).toEqual(
      new Set([`campaign ${lost?.["date"]}`]),
    );
    const kept = await world.subject.query(
      "select level, date::text, metric, difference::text from pinterest_ads_reconciliation where verdict = 'differs'",
    );
    expect(kept).toHaveLength(differing.length);
    expect(
      differing.map(({ level, date, metric, difference }) => ({ level, date, metric, difference })),
    ).toEqual(expect.arrayContaining(kept));
  });

  test("is right again after the next run", async () => {
    await open();
    await world.run(TABLES);
    await world.subject.query(
      `delete from pinterest_ads_ad_analytics where date = '${world.daysAgo(1)}';
       update pinterest_ads_ad_account_analytics set spend_in_micro_dollar = 1 where date = '${world.daysAgo(0)}'`,
    );
    expect((await recompute()).differing.length).toBeGreaterThan(0);
    await world.run(TABLES);
    expect((await recompute()).differing).toEqual([]);
  });
});

test("a level that is not loaded on a day is told apart from one that differs", async () => {
  await open();
  await world.run(["ad_account_analytics", "campaign_analytics"]);
  expect(await countVerdicts()).toEqual([
    { level: "ad", verdict: "not_loaded", rows: 25 },
    { level: "ad_group", verdict: "not_loaded", rows: 25 },
    { level: "campaign", verdict: "equal", rows: 25 },
  ]);
  await world.subject.query(
    `delete from pinterest_ads_loaded_days where resource = 'ad_account_analytics' and date = '${world.daysAgo(2)}'`,
  );
  await recompute();
  expect(await countVerdicts(`date = '${world.daysAgo(2)}'`)).toEqual([
    { level: "campaign", verdict: "not_loaded", rows: 5 },
  ]);
});

test("what the synchronous endpoints were not asked for, because no list holds it, is a difference", async () => {
  await open();
  const [account] = world.simulator.world.accounts;
  account?.ads.splice(0, 3);
  expect(await world.run(TABLES, { method: "sync" })).toMatchObject({ status: "succeeded" });
  const [row] = await countVerdicts("verdict = 'differs'");
  expect(row).toMatchObject({ level: "ad" });
  expect(world.subject.log()).toContain("levels do not add up to the account total");
});
