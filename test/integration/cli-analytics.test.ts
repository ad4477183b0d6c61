import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { CoverageRow } from "../../src/warehouse/coverage.ts";
import { expectExit, readLog } from "../support/cli.ts";
import { type CliMetrics, daysAgo, FOUR_LEVELS, openCliMetrics } from "../support/cli-metrics.ts";
import { expectNarrow } from "../support/narrow.ts";

const START = daysAgo(19);
const ATTRIBUTION = "30/30/1 TIME_OF_AD_ACTION";

let world: CliMetrics;
let accounts: readonly string[];

beforeAll(async () => {
  world = await openCliMetrics({
    analytics: `  levels: [ad_account, campaign, ad_group, ad]\n  start_date: ${START}\n  lookback_days: 33\n`,
  });
  accounts = world.simulator.world.adAccounts.map(({ id }) => id);
});

beforeEach(() => {
  world.simulator.faults = [];
  world.simulator.requests.length = 0;
});

afterAll(() => world?.[Symbol.asyncDispose]());

async function readStatus(): Promise<{ coverage: CoverageRow[]; [name: string]: unknown }> {
  const result = await world.run("status --json");
  expectExit(result, 0);
  return JSON.parse(result.stdout);
}

test("sync --dry-run tells way, windows and API calls of every level within 80 columns, and asks no metrics", async () => {
  const result = await world.run("sync --dry-run");
  expectExit(result, 0);
  for (const level of FOUR_LEVELS)
    for (const account of accounts)
      expect(result.stdout).toMatch(new RegExp(`^${level} +${account} +1 window by report +5$`, "m"));
  expect(result.stdout).toMatch(/^ads_read +\d+ +1,000 a minute +under a minute$/m);
  expect(result.stdout).toMatch(/^ads_analytics +40 +300 a minute +under a minute$/m);
  expect(result.stdout).toMatch(/\d+ slices, about \d+ API calls\. Nothing was loaded\.\n$/);
  expectNarrow(result.stdout);
  expect(world.simulator.requests.map(({ path }) => path)).toEqual(["/oauth/token", "/ad_accounts"]);
  expect(await world.query("select from pinterest_ads_sync_runs")).toEqual([]);
});

test("after a sync status tells through which day each level of each account is loaded and final", async () => {
  world.simulator.faults = [{ kind: "columns_refused", columns: ["TOTAL_LEAD"], level: "AD_GROUP" }];
  expectExit(await world.run("sync"), 0);
  expect(await world.differences(START, daysAgo(0))).toEqual([]);
  const days = "select request -> 'lookback_days' as days, request -> 'attended' as attended";
  expect(await world.query(`${days} from pinterest_ads_sync_runs`)).toEqual([
    { days: expect.any(Number), attended: null },
  ]);

  const { coverage } = await readStatus();
  expect(coverage.map((row) => `${row.ad_account_id} ${row.resource}`)).toEqual(
    accounts.toSorted().flatMap((account) => FOUR_LEVELS.toSorted().map((level) => `${account} ${level}`)),
  );
  for (const row of coverage) {
    expect(row).toMatchObject({
      attribution: ATTRIBUTION,
      first_day: START,
      loaded_through: daysAgo(0),
      gaps: [],
    });
    expect(row.final_through).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
  const result = await world.run("status");
  expectExit(result, 0);
  for (const account of accounts)
    expect(result.stdout).toMatch(
      new RegExp(`^ad_group +${account} +${daysAgo(0)} +${coverage[0]?.final_through} +0$`, "m"),
    );
  expect(result.stdout).toContain("Sums of levels against account totals\nNo sum that was compared differs.");
  expectNarrow(result.stdout);
});

test("what Pinterest refuses of a level is left out there, and status tells it", async () => {
  const result = await world.run("status");
  expect(result.stdout).toMatch(
    /^Metrics that Pinterest refuses\n.*\nad_group_analytics +report +2 +TOTAL_LEAD$/m,
  );
  const { refused_metrics } = await readStatus();
  expect(refused_metrics).toEqual([
    expect.objectContaining({
      resource: "ad_group_analytics",
      method: "report",
      metric: "TOTAL_LEAD",
      ad_accounts: accounts.length,
      reason: expect.stringContaining("not available"),
    }),
  ]);
});

test("status tells which days are missing between loaded ones and how to load them; a backfill does", async () => {
  const day = daysAgo(22);
  const command = `backfill --from ${day} --to ${day} --resource campaign_analytics --account ${accounts[0]}`;
  expectExit(await world.run(command), 0);
  const gap = { from: daysAgo(21), to: daysAgo(20) };
  const gaps = async () => (await readStatus()).coverage.flatMap((row) => row.gaps);
  expect(await gaps()).toEqual([gap]);
  const result = await world.run("status");
  expect(result.stdout).toContain(
    `campaign_analytics of ${accounts[0]} ${gap.from}..${gap.to}\nLoad them with: pinterest-ads backfill`,
  );
  expect(result.stdout).toMatch(new RegExp(`^campaign +${accounts[0]} .* 2$`, "m"));
  expectNarrow(result.stdout);
  expectExit(await world.run(`backfill --from ${gap.from} --to ${gap.to}`), 0);
  expect(await gaps()).toEqual([]);
});

test("a window that failed is told with its days, in the log and by status", async () => {
  const window = { from: daysAgo(120), to: daysAgo(120) };
  world.simulator.faults = [{ kind: "reports_refused", path: `/ad_accounts/${accounts[1]}/reports` }];
  const command = `backfill --from ${window.from} --to ${window.to} --resource ad_analytics`;
  const failed = await world.run(command);
  expectExit(failed, 1);
  expect(readLog(failed).filter(({ msg }) => msg === "slice failed")).toEqual([
    expect.objectContaining({
      resource: "ad_analytics",
      ad_account_id: accounts[1],
      window_from: window.from,
      window_to: window.to,
      error_code: "permission_missing",
      next_step: expect.stringContaining("Analyst"),
    }),
  ]);
  const status = await world.run("status");
  expect(status.stdout).toContain(`ad_analytics of ${accounts[1]} ${window.from}..${window.to}\n`);
  world.simulator.faults = [];
  expectExit(await world.run(command), 0);
  expect((await world.run("status")).stdout).not.toContain("Not loaded");
});

test("what is wrong in the section analytics is told by check with place, value and what is valid, all at once", async () => {
  const lines = [
    "analytics:",
    "  start_date: 2026-02-30",
    "  lookback_days: 0",
    "  levels: [ad_account, campagin]",
    "  metrics: [core, SPEND_IN_MICRO_DOLAR]",
    "  targeting_types: [GENDRE]",
    "  method: reports",
    "  attribution: [{ click: 28, view_window: 1 }]",
    "  report_timeout_minutes: soon",
    "  granularity: HOUR",
  ];
  const files = { "config/connector.yaml": `${lines.join("\n")}\n` };
  const result = await world.run("check", { files });
  expectExit(result, 2);
  const problems = [
    /:2: analytics\.start_date: .*not a day; write 2026-01-31/,
    /:3: analytics\.lookback_days: .*from 1 to 180/,
    /:4: analytics\.levels.*"campagin".*did you mean campaign\?/,
    /:5: analytics\.metrics.*"SPEND_IN_MICRO_DOLAR".*did you mean SPEND_IN_MICRO_DOLLAR\?/,
    /:6: analytics\.targeting_types.*"GENDRE".*did you mean GENDER\?/,
    /:7: analytics\.method.*"reports".*did you mean report\?/,
    /:8: analytics\.attribution.*click.*0, 1, 7, 14, 30, 60 days/,
    /:8: .*"analytics\.attribution.*view_window".*valid are: click, engagement, view, report_time/,
    /:9: analytics\.report_timeout_minutes: .*minutes above 0 and up to 1440/,
    /:10: .*"analytics\.granularity"/,
  ];
  for (const problem of problems) expect(result.stdout).toMatch(problem);
});
