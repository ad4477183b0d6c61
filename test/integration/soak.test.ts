import { afterAll, beforeAll, expect, test } from "vitest";
import { readAnalyticsSettings } from "../../src/analytics-config.ts";
import { readConfigFile } from "../../src/config-file.ts";
import { nextTick } from "../../src/cron.ts";
import { readCrons } from "../../src/schedules.ts";
import { isFilePath } from "../../src/simulator/report-download.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { addDays, dayOf } from "../../src/window.ts";
import { readConnections, readRuns } from "../support/books.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";
import { SOME_METRICS } from "../support/metrics-run.ts";
import { findMetricDifferences } from "../support/metrics-truth.ts";
import { readScrape } from "../support/scrape.ts";
import { startSoak } from "../support/soak.ts";
import { findDifferences } from "../support/truth.ts";

const DAYS = 60;
/** At the end of the second day memory must be what it was at the end of the first. */
const WEIGHED_DAYS: readonly [early: number, late: number] = [10, DAYS - 1];
/** How often somebody looks at the page, and Prometheus scrapes. */
const LOOK_DAYS = 5;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const START = Date.UTC(2026, 1, 1, 3);
const LISTS = ["ad_accounts", "campaigns", "ad_groups", "ads"];
const METRICS = ["ad_account_analytics", "campaign_analytics", "ad_analytics"];
const FIRST_DAY = addDays(dayOf(START), -5);
/** Of requests, for each kind. */
const FAULT_RATE = 0.02 / 5;
const MOST_CONNECTIONS = 6;

/** The hours of the clock change are among the days, and all of them are short of the run before. */
const YAML = `
resources: [${[...LISTS, ...METRICS].join(", ")}]
schedule:
  timezone: America/New_York
  entities: 0 18 * * *
  catalogs: off
  analytics: 30 5 * * *
  recent_analytics: 0 18 * * *
analytics:
  start_date: ${FIRST_DAY}
  metrics: [${SOME_METRICS.join(", ")}]
`;

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database.drop());

test("two months of schedule with daily restatement, token rotation and faults end with every sum equal to the truth, and nothing leaks", async () => {
  let now = START;
  const simulator = await startSimulator({
    accounts: 1,
    campaigns: 3,
    adGroupsPerCampaign: 1,
    adsPerAdGroup: 2,
    others: 0,
    deliveringShare: 0.8,
    reportPolls: 0,
    accessTokenSeconds: DAY_MS / 1000,
    now: () => now,
  });
  simulator.faults = (
    ["rate_limited", "internal_error", "connection_reset", "cut_json", "report_failed"] as const
  ).map((kind) => ({ kind, rate: FAULT_RATE }));
  const file = readConfigFile("soak.yaml", YAML, []);
  const crons = readCrons(file.schedule);
  const rss = new Map<number, number>();
  let asked = 0;
  let struck = 0;
  await using soak = await startSoak(simulator, { databaseUrl: database.url, yaml: YAML, start: START });
  await beat();
  let day = dayOf(now);
  while (now < START + DAYS * DAY_MS) {
    now = Math.min(...[...crons.values()].map((cron) => nextTick(cron, now) ?? Number.POSITIVE_INFINITY));
    const elapsed = Math.floor((now - START) / DAY_MS);
    if (dayOf(now) !== day) {
      simulator.advance();
      if (elapsed % LOOK_DAYS === 0) await look();
    }
    day = dayOf(now);
    await beat();
    if (WEIGHED_DAYS.includes(elapsed)) rss.set(elapsed, await soak.weigh());
  }
  // All metrics are read once more at the moment of the comparison, and again if something failed.
  const daily = crons.get("analytics");
  now = (daily && nextTick(daily, now)) ?? now;
  for (const minutes of [0, 10, 20]) {
    now += minutes * MINUTE_MS;
    await beat();
  }

  const { metrics, attributions } = readAnalyticsSettings(file);
  const query = (sql: string) => execute(database.url, sql);
  const scope = { tables: METRICS, from: FIRST_DAY, to: dayOf(now), metrics, attributions };
  expect(await findMetricDifferences({ query, simulator }, scope)).toEqual([]);
  expect(await findDifferences(database.url, "public", simulator, LISTS)).toEqual([]);

  // Two runs a day, or more where they were repeated; nearly all good, for the client repeats what fails.
  const runs = await readRuns(database.url);
  const count = (wanted: string) => runs.filter(({ status }) => status === wanted).length;
  expect(runs.length).toBeGreaterThanOrEqual(2 * DAYS);
  expect(count("succeeded")).toBeGreaterThan(0.95 * runs.length);
  expect(soak.log()).not.toMatch(/"level":"error"|"unexpected"/);
  expect(struck / asked).toBeGreaterThan(0.01);
  const uses = simulator.refreshTokensUsed.filter((use) => use.uses > 0);
  expect(uses.length).toBeGreaterThanOrEqual(DAYS);
  expect(uses.every((use) => use.uses === 1)).toBe(true);

  // What it says of itself is what happened.
  const scrape = readScrape(await look());
  const told = scrape.read("pinterest_ads_runs_total");
  for (const status of ["succeeded", "partial", "failed"])
    expect(told[`status=${status} trigger=schedule`], status).toBe(count(status));
  const calls = Object.values(scrape.read("pinterest_ads_api_calls_total"));
  expect(calls.reduce((sum, value) => sum + value, 0)).toBe(asked);

  const [early = 0, late = 0] = WEIGHED_DAYS.map((elapsed) => rss.get(elapsed));
  expect(early).toBeGreaterThan(0);
  expect(late, `${early} bytes after ${WEIGHED_DAYS[0]} days`).toBeLessThanOrEqual(1.2 * early);
  expect((await readConnections(database.url)).length).toBeLessThanOrEqual(MOST_CONNECTIONS);
  expect(await query("select relname from pg_class where relpersistence = 't'")).toEqual([]);
  await simulator.close();

  async function beat(): Promise<void> {
    await soak.beat(now);
    const requests = simulator.requests.splice(0);
    asked += requests.filter(({ path }) => path !== "/oauth/token" && !isFilePath(path)).length;
    struck += requests.filter(({ fault }) => fault).length;
  }

  /** The page with a chart, and what Prometheus gets. */
  async function look(): Promise<string> {
    const page = await (await fetch(soak.url)).text();
    const [chart = ""] = /\/charts\/[^"]+\.svg/.exec(page) ?? [];
    expect(await (await fetch(soak.url + chart)).text()).toMatch(/^<svg/);
    return (await fetch(`${soak.url}/metrics`)).text();
  }
}, 200_000);
