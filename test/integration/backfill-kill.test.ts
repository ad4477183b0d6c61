import { afterAll, beforeAll, expect, test } from "vitest";
import { fraction } from "../../src/simulator/random.ts";
import { countDays } from "../../src/window.ts";
import { expectExit } from "../support/cli.ts";
import { type CliMetrics, daysAgo, openCliMetrics } from "../support/cli-metrics.ts";
import { waitUntil } from "../support/wait-until.ts";

const SEED = 20261121;
const KILLS = 20;
/** A run is killed after at most so many requests for metrics; those under way then are taken up by the next one. */
const REQUESTS_MAX = 30;

let world: CliMetrics;

beforeAll(async () => {
  world = await openCliMetrics();
  // A kill between Pinterest's answer and the saving of its token loses the token, whatever anybody does.
  expectExit(await world.run("sync --resource ad_accounts"), 0);
});

afterAll(() => world?.[Symbol.asyncDispose]());

function countAsked(): number {
  return world.simulator.requests.filter(({ path }) => /\/(?:reports|analytics|report-files)/.test(path))
    .length;
}

test(`a backfill killed ${KILLS} times at random moments equals the truth, and no window was loaded twice`, {
  timeout: 180_000,
}, async ({ annotate }) => {
  const window = { from: daysAgo(330), to: daysAgo(1) };
  const command = `backfill --from ${window.from} --to ${window.to}`;
  let killed = 0;
  for (let nth = 0; nth < KILLS; nth++) {
    const until = countAsked() + Math.floor(fraction(SEED, nth) * REQUESTS_MAX);
    const before = countAsked();
    const backfill = await world.start(command);
    await waitUntil(
      "metrics are asked for",
      () => backfill.hasEnded() || countAsked() > Math.max(before, until),
    );
    backfill.signal("SIGKILL");
    const { signal } = await backfill.ended;
    if (signal === "SIGKILL") killed += 1;
    const [loaded] = await world.query(
      "select count(*)::int as windows from pinterest_ads_sync_slices where status = 'succeeded' and method is not null",
    );
    await annotate(`killed at request ${countAsked()}, ${loaded?.["windows"]} windows loaded`);
  }
  expect(killed).toBe(KILLS);

  expectExit(await world.run(command), 0);
  expect(await world.differences(window.from, window.to)).toEqual([]);
  expect(await listLoadedTwice()).toEqual([]);
  expect(await world.query(ORPHANS)).toEqual([]);
  const [compared] = await world.query(
    "select count(distinct date)::int as days from pinterest_ads_reconciliation where verdict = 'equal'",
  );
  expect(compared?.["days"]).toBe(countDays(window));
});

async function listLoadedTwice(): Promise<Record<string, unknown>[]> {
  return world.query(
    `select resource, ad_account_id, window_from::text, count(*) from pinterest_ads_sync_slices
      where status = 'succeeded' and method is not null group by 1, 2, 3 having count(*) > 1`,
  );
}

/** Ads with metrics that their table does not hold. */
const ORPHANS = `select distinct ad_account_id, ad_id from pinterest_ads_ad_analytics
  except select ad_account_id, id from pinterest_ads_ads`;
