import { afterAll, beforeAll, expect, test } from "vitest";
import { earliestDay } from "../../src/window.ts";
import { type MetricsUnderTest, openMetrics } from "../support/metrics-run.ts";

const TABLES = ["ad_account_analytics"];

let world: MetricsUnderTest;

beforeAll(async () => {
  world = await openMetrics();
});

afterAll(() => world?.[Symbol.asyncDispose]());

const today = () => world.daysAgo(0);

function backfill(from: string, to: string, restart = false) {
  const order = "oldest" as const;
  return world.run(TABLES, {}, { trigger: "backfill", backfill: { window: { from, to }, order, restart } });
}

async function countRuns(): Promise<number> {
  const [row] = await world.subject.query("select count(*)::int as runs from pinterest_ads_sync_runs");
  return Number(row?.["runs"]);
}

test("a backfill goes on with what Pinterest still has when the rest went out of reach after it was loaded", async () => {
  const from = earliestDay("report", today());
  // In the month of `from` alone, so that the next month is still missing.
  const [firstMonth, both] = [`${from.slice(0, 8)}28`, world.daysAgo(870)];
  expect((await backfill(from, firstMonth)).status).toBe("succeeded");
  world.pass(1);
  const runs = await countRuns();
  world.forget();
  await expect(backfill(from, both)).rejects.toMatchObject({
    code: "day_out_of_reach",
    details: { earliest: earliestDay("report", today()) },
  });
  expect(await countRuns()).toBe(runs);
  expect(world.asked()).toEqual([]);
  const again = await backfill(from, firstMonth);
  expect(again).toMatchObject({ status: "succeeded", windows: { planned: 0, loadedBefore: 1 } });
  await expect(backfill(from, firstMonth, true)).rejects.toMatchObject({ code: "day_out_of_reach" });
});

test("a window that was loaded on its last day is loaded again on a later day, not on the same one", async () => {
  const last = today();
  const [from, to] = [`${last.slice(0, 8)}01`, last];
  await backfill(from, to);
  await world.subject.query(
    `update pinterest_ads_sync_slices set started_at = date '${last}' + time '12:00' at time zone 'UTC'
      where window_to = '${last}'`,
  );
  expect(await backfill(from, to)).toMatchObject({ windows: { planned: 0, loadedBefore: 1 } });
  world.pass(1);
  expect(await backfill(from, to)).toMatchObject({ windows: { planned: 1, loadedBefore: 0 } });
});

test("days within a window that another range has loaded are not loaded again", async () => {
  const month = world.daysAgo(60).slice(0, 8);
  await backfill(`${month}01`, `${month}28`);
  expect(await backfill(`${month}05`, `${month}20`)).toMatchObject({
    windows: { planned: 0, loadedBefore: 1 },
  });
});
