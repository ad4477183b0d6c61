import { expect, test } from "vitest";
import { openMetrics } from "../support/metrics-run.ts";
import { PLAIN_TABLES } from "../support/metrics-truth.ts";

const ORPHANS = `select distinct ad_id from pinterest_ads_ad_analytics as t
  where not exists (select from pinterest_ads_ads as e where e.ad_account_id = t.ad_account_id and e.id = t.ad_id)`;

test("entities that a run failed to fetch are fetched by the next one, days before its lookback included", async () => {
  await using world = await openMetrics({ settings: { method: "report" }, world: { deliveringShare: 0.3 } });
  world.simulator.world.accounts[0]?.ads.splice(0, 4);
  // The list is read, the request by id fails.
  world.simulator.faults = [{ kind: "internal_error", path: "/ads", skip: 1 }];
  expect(await world.run(["ad_analytics"])).toMatchObject({ status: "partial" });
  world.simulator.faults = [];
  expect(await world.run(["ad_analytics"])).toMatchObject({ status: "succeeded" });
  expect(await world.subject.query(ORPHANS)).toEqual([]);
});

test("by default the sums equal the truth even where ads with spend are in no list", async () => {
  await using world = await openMetrics();
  world.simulator.world.accounts[0]?.ads.splice(0, 3);
  await world.run(PLAIN_TABLES);
  expect(await world.differences(PLAIN_TABLES)).toEqual([]);
});

test("breakdowns that only reports know stay where reports are refused", async () => {
  const tables = ["ad_account_targeting_analytics"];
  const targetingTypes = ["GENDER", "LOCAL_ADS_STORE_CODE"];
  await using world = await openMetrics({ settings: { targetingTypes } });
  const countRows = () =>
    world.subject.query(
      `select targeting_type, count(*)::int as rows
         from pinterest_ads_ad_account_targeting_analytics group by 1 order by 1`,
    );
  await world.run(tables);
  const before = await countRows();
  expect(before.map((row) => row["targeting_type"])).toEqual(targetingTypes);
  world.simulator.faults = [{ kind: "reports_refused" }];
  expect(await world.run(tables)).toMatchObject({ status: "succeeded" });
  expect(await countRows()).toEqual(before);
});
