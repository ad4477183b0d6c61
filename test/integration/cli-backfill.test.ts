import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { addDays, dayOf, earliestDay, monthsOf } from "../../src/window.ts";
import { readConnections, readRuns } from "../support/books.ts";
import { expectExit, readLog } from "../support/cli.ts";
import { type CliMetrics, daysAgo, FOUR_LEVELS, openCliMetrics } from "../support/cli-metrics.ts";
import { expectNarrow } from "../support/narrow.ts";
import { waitUntil } from "../support/wait-until.ts";

/** The contract gives a run 5 seconds to stop; a busy machine a little more. */
const STOP_MS = 8_000;
const ACCOUNTS = 2;
/** Older than what is answered at once, so that every window is a report. */
const WINDOW = { from: daysAgo(180), to: daysAgo(120) };
const MONTHS = monthsOf(WINDOW).length;
const WINDOWS = MONTHS * ACCOUNTS * FOUR_LEVELS.length;
const COMMAND = `backfill --from ${WINDOW.from} --to ${WINDOW.to}`;
const EARLIEST = earliestDay("report", dayOf(Date.now()));

let world: CliMetrics;

beforeAll(async () => {
  world = await openCliMetrics({ world: { accounts: ACCOUNTS } });
});

beforeEach(() => {
  world.simulator.faults = [];
  world.simulator.requests.length = 0;
});

afterAll(() => world?.[Symbol.asyncDispose]());

async function countRuns(): Promise<number> {
  return (await readRuns(world.url)).length;
}

/** Windows of metrics. */
async function countLoaded(): Promise<number> {
  const [row] = await world.query(
    "select count(*)::int as loaded from pinterest_ads_sync_slices where status = 'succeeded' and method is not null",
  );
  return Number(row?.["loaded"]);
}

/** What was asked but the list of accounts, days that are final, and tokens. */
function askedForMetrics(): string[] {
  return world.simulator.requests
    .map(({ path }) => path)
    .filter((path) => /reports|analytics|report-files/.test(path));
}

function countReports(): number {
  return world.simulator.requests.filter(({ method, path }) => method === "POST" && path.endsWith("/reports"))
    .length;
}

describe("what cannot be backfilled is wrong usage and begins no run:", () => {
  const today = dayOf(Date.now());
  test.each<[what: string, command: string, answer: RegExp]>([
    [
      "days that Pinterest no longer has",
      `--from ${addDays(EARLIEST, -1)} --to ${today}`,
      new RegExp(`is out of reach: .*\n.*--from ${EARLIEST}\\.`),
    ],
    [
      "the same as a dry run",
      `--from 2020-02-29 --to ${today} --dry-run`,
      new RegExp(`^pinterest-ads: 2020-02-29 is out of reach: .* from ${EARLIEST} on\n`),
    ],
    [
      "a day to come",
      `--from ${today} --to ${addDays(today, 1)}`,
      /has not come yet\n.*last possible day is today/,
    ],
    [
      "days in the wrong order",
      "--from 2026-02-02 --to 2026-02-01",
      /--from 2026-02-02 comes after --to 2026-02-01/,
    ],
    ["a day that no calendar has", "--from 2026-02-29 --to 2026-03-01", /--from.*not a day of the calendar/],
    ["a day that is not written as one", "--from 1.2.2026 --to 2026-03-01", /write YYYY-MM-DD/],
    ["no last day", `--from ${today}`, /--to <day>/],
    ["a list", `${WINDOW.from} --resource campaigns`, /campaigns is a list: .*\n.*pinterest-ads sync/],
    ["a misspelt level", "--resource campain_analytics", /did you mean campaign_analytics\?/],
    ["both orders", "--oldest-first --newest-first", /cannot be used with/],
  ])("%s", async (_what, flags, answer) => {
    const runs = await countRuns();
    const days = /--from/.test(flags) ? "" : `--from ${WINDOW.from} --to ${WINDOW.to}`;
    const result = await world.run(`backfill ${days} ${flags.replace(/^\d\S+ /, "")}`.replace(/ +/g, " "));
    expectExit(result, 2);
    expect(result.stderr).toMatch(answer);
    expect(result.stdout).toBe("");
    expect(await countRuns()).toBe(runs);
    expect(world.simulator.requests.filter(({ path }) => !/oauth|ad_accounts$/.test(path))).toEqual([]);
  });

  test("days that only reports reach, where the configuration wants none", async () => {
    const files = { "config/connector.yaml": "analytics:\n  levels: [ad_account]\n  method: sync\n" };
    const result = await world.run(COMMAND, { files });
    expectExit(result, 2);
    expect(result.stderr).toContain(`--from ${earliestDay("sync", today)}.`);
    expect(result.stderr).toContain(`Reports reach back to ${EARLIEST}: set analytics.method to auto.`);
  });
});

test("--dry-run tells ways, windows, API calls and time within 80 columns, and asks no metrics", async () => {
  const result = await world.run(`${COMMAND} --dry-run`);
  expectExit(result, 0);
  for (const level of FOUR_LEVELS)
    expect(result.stdout).toMatch(
      new RegExp(`^${level} +\\d+ +${MONTHS} windows by report +${MONTHS * 5}$`, "m"),
    );
  expect(result.stdout).toMatch(/^ads_analytics +\d+ +300 a minute +/m);
  const slices = WINDOWS + 1;
  expect(result.stdout).toContain(
    `${slices} slices, about ${WINDOWS * 5 + 1} API calls. Nothing was loaded.`,
  );
  expectNarrow(result.stdout);
  expect(askedForMetrics()).toEqual([]);
  expect(await countRuns()).toBe(0);
});

test("a plan beyond a day of trial access is told by a dry run", async () => {
  const result = await world.run(`backfill --from ${EARLIEST} --to ${WINDOW.to} --dry-run`);
  expectExit(result, 0);
  expect(result.stdout).toMatch(
    /API calls or more, more than the\n1,000 requests a day of trial access \(\d days\)/,
  );
  expectNarrow(result.stdout);
});

test("Ctrl-C in the middle is exit code 130 in time, and the same command goes on where it stopped", async () => {
  world.simulator.faults = [{ kind: "hang", path: /report-files/, skip: 5 }];
  const backfill = await world.start(COMMAND);
  await waitUntil("a file hangs", () => world.simulator.requests.some(({ fault }) => fault === "hang"));
  await waitUntil("a window is loaded", () => backfill.output().includes("_analytics"));
  backfill.signal("SIGINT");
  await waitUntil("the backfill has ended", backfill.hasEnded, STOP_MS);
  expectExit(await backfill.ended, 130);
  await waitUntil("no connection is left", async () => (await readConnections(world.url)).length === 0);
  const loaded = await countLoaded();
  expect(loaded).toBeGreaterThan(0);

  world.simulator.faults = [];
  world.simulator.requests.length = 0;
  const again = await world.run(COMMAND);
  expectExit(again, 0);
  expect(await world.differences(WINDOW.from, WINDOW.to)).toEqual([]);
  const slices = readLog(again).filter(({ msg, window_from }) => msg === "slice loaded" && window_from);
  expect(slices).toHaveLength(WINDOWS - loaded);
  // Reports that were being made are taken up instead of being ordered again.
  expect(countReports()).toBeLessThan(slices.length);
});

test("the same backfill again says that all of it is loaded and how to load it anew, and asks no metrics", async () => {
  const again = await world.run(COMMAND);
  expectExit(again, 0);
  expect(askedForMetrics()).toEqual([]);
  expect(readLog(again)).toContainEqual(
    expect.objectContaining({
      msg: "windows left out",
      windows: 0,
      windows_loaded_before: WINDOWS,
      next_step: "--restart loads them again",
    }),
  );
  const dry = await world.run(`${COMMAND} --dry-run`);
  expect(dry.stdout).toContain(
    `${WINDOWS} windows had been loaded by earlier backfills; --restart would load them`,
  );
});

test("a wider range loads the rest alone", async () => {
  const wider = { from: `${monthsOf(WINDOW)[0]}-01`, to: daysAgo(110) };
  const before = monthsOf(wider).length === MONTHS ? 1 : 2;
  const result = await world.run(
    `backfill --from ${wider.from} --to ${wider.to} --resource ad_account_analytics`,
  );
  expectExit(result, 0);
  const windows = readLog(result).filter(({ window_from }) => window_from);
  // The inner months stay as they are; the outermost ones have become longer.
  expect(windows.filter(({ resource }) => resource === "ad_account_analytics")).toHaveLength(
    (before + 1) * ACCOUNTS,
  );
  expect(await world.differences(wider.from, wider.to, ["ad_account_analytics"])).toEqual([]);
});

test("--restart loads everything again, and what it was not about stays loaded", async () => {
  const result = await world.run(`${COMMAND} --resource campaign_analytics --restart`);
  expectExit(result, 0);
  expect(countReports()).toBe(MONTHS * ACCOUNTS);
  const finished = readLog(result).at(-1);
  expect(finished).toMatchObject({ msg: "run finished", rows_inserted: 0, rows_updated: 0, rows_deleted: 0 });
  world.simulator.requests.length = 0;
  expectExit(await world.run(COMMAND), 0);
  expect(askedForMetrics()).toEqual([]);
});

test.each<[flag: string, order: (days: string[]) => string[]]>([
  ["--oldest-first", (days) => days.toSorted()],
  ["", (days) => days.toSorted().toReversed()],
])("with %j windows are loaded in that order", async (flag, order) => {
  const files = {
    "config/connector.yaml": "concurrency: 1\nanalytics:\n  lookback_days: 1\n",
  };
  const window = { from: daysAgo(32), to: daysAgo(1) };
  const [account] = world.simulator.world.adAccounts;
  const only = `--resource ad_account_analytics --account ${account?.id} --restart`;
  const result = await world.run(`backfill --from ${window.from} --to ${window.to} ${only} ${flag}`.trim(), {
    files,
  });
  expectExit(result, 0);
  const days = readLog(result).flatMap(({ resource, window_from }) =>
    resource === "ad_account_analytics" ? [String(window_from)] : [],
  );
  expect(days).toHaveLength(monthsOf(window).length);
  expect(days).toEqual(order(days));
});
