import { expect, test } from "vitest";
import { countDays, monthsOf } from "../../src/window.ts";
import { FOUR_LEVELS } from "../support/cli-metrics.ts";
import { openMetrics } from "../support/metrics-run.ts";

const ACCOUNTS = 3;
const WEEKS = 104;

test("two years of three accounts at four levels are loaded in one go and equal the truth", async () => {
  await using world = await openMetrics({ world: { accounts: ACCOUNTS, campaigns: 2 } });
  const window = { from: world.daysAgo(WEEKS * 7), to: world.daysAgo(1) };
  const backfill = { window, order: "newest", restart: false } as const;
  const report = await world.run(FOUR_LEVELS, {}, { trigger: "backfill", backfill, concurrency: 8 });
  expect(report.failures).toEqual([]);
  const planned = monthsOf(window).length * ACCOUNTS * FOUR_LEVELS.length;
  expect(report).toMatchObject({ status: "succeeded", windows: { planned, loadedBefore: 0 } });
  expect(await world.differences(FOUR_LEVELS, window)).toEqual([]);
  const ordered = world.asked().filter(({ method }) => method === "POST");
  expect(ordered.length).toBeLessThanOrEqual(planned);
  const [compared] = await world.subject.query(
    `select count(distinct date)::int as days, count(*) filter (where verdict <> 'equal')::int as unequal
       from pinterest_ads_reconciliation`,
  );
  expect(compared).toEqual({ days: countDays(window), unequal: 0 });
});
