import { afterAll, beforeAll, expect, test } from "vitest";
import { readRuns } from "../support/books.ts";
import { type CliProcess, expectExit, readLog } from "../support/cli.ts";
import { type CliMetrics, daysAgo, openCliMetrics } from "../support/cli-metrics.ts";
import { holdTable } from "../support/hold-table.ts";
import { waitUntil } from "../support/wait-until.ts";

/** The sync reads the last days anew, the backfill a span that ends among them. */
const SYNC_FROM = daysAgo(39);
const BACKFILL = { from: daysAgo(99), to: daysAgo(10) };

let world: CliMetrics;

beforeAll(async () => {
  world = await openCliMetrics({
    analytics: `  levels: [ad_account, campaign, ad_group, ad]\n  start_date: ${SYNC_FROM}\n  lookback_days: 33\n`,
  });
  expectExit(await world.run("sync --resource ad_accounts"), 0);
});

afterAll(() => world?.[Symbol.asyncDispose]());

async function isLoading({ pid }: CliProcess): Promise<boolean> {
  return (await readRuns(world.url)).some((run) => run.pid === pid && run.slices["running"] !== undefined);
}

test("a backfill and a sync of the same days take turns: both succeed and the sums equal the truth", async () => {
  const lock = await holdTable(world.url, "pinterest_ads_campaign_analytics");
  const backfill = await world.start(`backfill --from ${BACKFILL.from} --to ${BACKFILL.to}`);
  const sync = await world.start("sync");
  await waitUntil("both are at it", async () => (await isLoading(backfill)) && (await isLoading(sync)));
  await lock.release();
  const results = await Promise.all([backfill.ended, sync.ended]);
  for (const result of results) {
    expectExit(result, 0);
    expect(readLog(result).at(-1)).toMatchObject({
      msg: "run finished",
      status: "succeeded",
      slices_failed: 0,
    });
    expect(result.stdout).not.toContain("already_running");
  }
  expect(await world.differences(BACKFILL.from, daysAgo(0))).toEqual([]);
});
