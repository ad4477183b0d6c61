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
