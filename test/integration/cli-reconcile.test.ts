import { afterAll, beforeAll, expect, test } from "vitest";
import { countDays } from "../../src/window.ts";
import { expectExit, readLog } from "../support/cli.ts";
import { type CliMetrics, daysAgo, openCliMetrics } from "../support/cli-metrics.ts";
import { expectNarrow } from "../support/narrow.ts";

/** The configuration looks back so many days. */
const WINDOW = { from: daysAgo(3), to: daysAgo(0) };
const METRICS = [
  "spend, micro",
  "impression_1",
  "impression_2",
  "clickthrough_1",
  "clickthrough_2",
  "conversions",
];
/** Campaigns, ad groups and ads. */
const LEVELS = 3;
const SUMS_A_DAY = METRICS.length * LEVELS;

let world: CliMetrics;
let account: string;

beforeAll(async () => {
  world = await openCliMetrics({ world: { accounts: 1 } });
  account = world.simulator.world.adAccounts[0]?.id ?? "";
});

afterAll(() => world?.[Symbol.asyncDispose]());

test("without metrics there is nothing to compare, which is told and is exit code 1", async () => {
  const result = await world.run("reconcile");
  expectExit(result, 1);
  expect(result.stdout).toContain(
    `0 sums compared with account totals, ${WINDOW.from} to ${WINDOW.to}: 0 differ.`,
  );
  expect(result.stderr).toMatch(/^pinterest-ads: No day from .* could be compared\n.*pinterest-ads backfill/);
  expect(world.simulator.requests).toEqual([]);
});

test("equal levels are exit code 0; Pinterest is not asked", async () => {
  expectExit(await world.run(`backfill --from ${WINDOW.from} --to ${WINDOW.to}`), 0);
  world.simulator.requests.length = 0;
  const result = await world.run("reconcile");
  expectExit(result, 0);
  const compared = SUMS_A_DAY * countDays(WINDOW);
  expect(result.stdout).toBe(
    `${compared} sums compared with account totals, ${WINDOW.from} to ${WINDOW.to}: 0 differ.\n`,
  );
  expect(result.stderr).toBe("");
  expect(world.simulator.requests).toEqual([]);
});

test("a tampered table is found: what differs is printed within 80 columns, exit code 1", async () => {
  await world.query(
    `update pinterest_ads_ad_analytics set spend_in_micro_dollar = spend_in_micro_dollar + 987654321
      where ctid = (select min(ctid) from pinterest_ads_ad_analytics where date = '${daysAgo(2)}')`,
  );
  await world.query(`delete from pinterest_ads_campaign_analytics where date = '${daysAgo(1)}'`);
  const result = await world.run("reconcile");
  expectExit(result, 1);
  expect(result.stdout).toMatch(
    new RegExp(`^${daysAgo(2)} +ads +spend, micro +\\d+ +\\d+ +\\+[\\d.]+ %$`, "m"),
  );
  expect(result.stdout).toContain(`Ad account ${account}\n`);
  for (const metric of METRICS)
    expect(result.stdout).toMatch(new RegExp(`^${daysAgo(1)} +campaigns +${metric} .* -100\\.00 %$`, "m"));
  expect(result.stdout).toContain(": 7 differ.");
  expect(result.stderr).toMatch(/7 of \d+ sums differ by more than 0\.5 %\n.*backfill --from .* --restart/);
  expectNarrow(result.stdout);
});

test("--from, --to and --account narrow what is compared", async () => {
  const day = daysAgo(3);
  const fine = await world.run(`reconcile --from ${day} --to ${day} --account ${account}`);
  expectExit(fine, 0);
  expect(fine.stdout).toBe(`${SUMS_A_DAY} sums compared with account totals, ${day} to ${day}: 0 differ.\n`);
  expectExit(await world.run(`reconcile --from ${day} --to ${daysAgo(2)}`), 1);
  const other = await world.run("reconcile --account 1");
  expectExit(other, 1);
  expect(other.stderr).toContain("could be compared");
});

test("--tolerance lets differences pass, --json is one document for programs", async () => {
  const day = daysAgo(1);
  const result = await world.run(`reconcile --from ${day} --to ${day} --tolerance 100 --json`);
  expectExit(result, 0);
  expect(JSON.parse(result.stdout)).toEqual({
    from: day,
    to: day,
    tolerance_percent: 100,
    compared: SUMS_A_DAY,
    days_compared: 1,
    differing: [],
  });
  // What is kept is judged by the same tolerance always, so that status does not forget what one command let pass.
  expect(
    await world.query(
      `select verdict from pinterest_ads_reconciliation where date = '${day}' and verdict = 'differs'`,
    ),
  ).toHaveLength(METRICS.length);
  const strict = await world.run(`reconcile --from ${day} --to ${day} --json`);
  expectExit(strict, 1);
  const { differing } = JSON.parse(strict.stdout);
  expect(differing).toHaveLength(METRICS.length);
  expect(differing[0]).toMatchObject({
    ad_account_id: account,
    date: day,
    level: "campaign",
    level_total: "0",
    difference_percent: expect.stringMatching(/^100(\.0+)?$/),
  });
});

test.each([
  ["--from 2026-02-02 --to 2026-02-01", /comes after/],
  ["--from 2026-02-30", /not a day of the calendar/],
  ["--tolerance much", /Give a percentage such as 0\.5/],
])("reconcile %s is exit code 2", async (flags, answer) => {
  const result = await world.run(`reconcile ${flags}`);
  expectExit(result, 2);
  expect(result.stderr).toMatch(answer);
});

test("a backfill begun anew mends the tables, and says in its log while they differ", async () => {
  await world.query("update pinterest_ads_ad_analytics set impression_1 = impression_1 * 2");
  const command = `backfill --from ${WINDOW.from} --to ${WINDOW.to}`;
  const unmended = await world.run(command);
  expectExit(unmended, 0);
  expect(readLog(unmended)).toContainEqual(
    expect.objectContaining({ level: "warn", msg: "levels do not add up to the account total" }),
  );
  expectExit(await world.run(`${command} --restart`), 0);
  expectExit(await world.run("reconcile"), 0);
  expect(await world.differences(WINDOW.from, WINDOW.to)).toEqual([]);
});
