import { Hono } from "hono";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientHooks } from "../../src/pinterest/client.ts";
import { listResources } from "../../src/resources/index.ts";
import { createObserver } from "../../src/serve/health/observe.ts";
import { type RunningServer, startServer } from "../../src/serve/http/server.ts";
import { createMetrics, type Metrics } from "../../src/serve/metrics/metrics.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import type { RunReport } from "../../src/sync/run.ts";
import { openWarehouse, type Warehouse } from "../../src/warehouse/database.ts";
import { ask } from "../support/ask.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { createJumpingClock } from "../support/jumping-clock.ts";
import { createMemoryLogger } from "../support/pinterest-client.ts";
import { readScrape, type Scrape } from "../support/scrape.ts";
import { openSync, type SyncUnderTest } from "../support/sync.ts";

const SIZE = { accounts: 2, campaigns: 3, adGroupsPerCampaign: 1, adsPerAdGroup: 2 };
const DAY_S = 86_400;
const ODD = 'a"b\\c\nd{e="f"} 7';

const clock = createJumpingClock();
const closing: (() => Promise<void>)[] = [];
let elapsed = 0;
let database: TestDatabase;
let simulator: Simulator;
let subject: SyncUnderTest;
let metrics: Metrics;
let report: RunReport;
let broken: string;

beforeAll(async () => {
  database = await createDatabase();
  simulator = await startSimulator({
    ...SIZE,
    now: clock.now,
    rateLimits: { ads_read: { limit: 5, windowSeconds: 60 } },
  });
  broken = simulator.world.accounts[1]?.id ?? "";
  simulator.faults = [
    { kind: "rate_limited", path: /^\/catalogs/, count: 1, retryAfterSeconds: 30 },
    { kind: "internal_error", path: /\/campaigns$/, count: 1 },
    { kind: "internal_error", path: `${broken}/ad_groups` },
    { kind: "poisoned_record", path: /\/ads$/, count: 1, poison: "missing_id" },
  ];
  // The client and the metrics that it feeds need each other's parts.
  const hooks: ClientHooks = {
    onCall: (category) => metrics.onCall(category),
    onWaited: (category, reason, ms) => metrics.onWaited(category, reason, ms),
    onQuota: (category, quota) => metrics.onQuota(category, quota),
  };
  subject = await openSync({ url: database.url, simulator, clock, hooks });
  metrics = create(subject.warehouse);
  report = await subject.sync();
  expect(report.status).toBe("partial");
  subject.events.forEach(metrics.onEvent);
  metrics.onRun(report, "sync", 90_000);
  simulator.faults = [];
});

afterAll(async () => {
  for (const close of closing) await close();
  await subject?.[Symbol.asyncDispose]();
  await simulator?.close();
  await database?.drop();
});

function create(warehouse: Warehouse): Metrics {
  const observe = createObserver({
    warehouse,
    resources: listResources,
    accountIds: undefined,
    appId: simulator.appId,
    elapsed: () => elapsed,
  });
  const running = { schedules: ["entities"], since: clock.now() } as const;
  const state = {
    role: "active",
    holder: undefined,
    running,
    blocked: undefined,
    lookedAt: clock.now(),
  } as const;
  return createMetrics({
    version: "1.2.3",
    observe,
    scheduler: () => state,
    maxStalenessMs: DAY_S * 1000,
    now: clock.now,
  });
}

async function serve(scraped: Metrics): Promise<RunningServer> {
  const server = await startServer({
    port: 0,
    login: { user: "ops", password: "is not asked for" },
    statusPublic: false,
    logger: createMemoryLogger().logger,
    page: new Hono(),
    readiness: async () => ({ ready: true, checks: [] }),
    metrics: scraped.render,
  });
  closing.push(() => server.close());
  return server;
}

/** A scrape over HTTP of how things stand now. */
async function scrape(scraped = metrics): Promise<Scrape> {
  elapsed += 60_000;
  const { url } = await serve(scraped);
  const { status, headers, text } = await ask(`${url}/metrics`);
  expect(status).toBe(200);
  expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  const read = readScrape(text);
  expect(read.mistakes).toEqual([]);
  return read;
}

/** Rows `key, value` of a query as a record of numbers. */
async function tally(sql: string): Promise<Record<string, number>> {
  const rows = await subject.query(sql);
  return Object.fromEntries(rows.map(({ key, value }) => [String(key), Number(value)]));
}

test("names, types and help are as Prometheus wants them", async () => {
  const { families } = await scrape();
  const ours = families.filter(({ name }) => name.startsWith("pinterest_ads_"));
  expect(ours.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["pinterest_ads_build_info", "pinterest_ads_rate_limit_reset_timestamp_seconds"]),
  );
  for (const { name, type } of ours) {
    expect(name).toMatch(/^[a-z_]+$/);
    expect([name, type === "COUNTER"]).toEqual([name, name.endsWith("_total")]);
  }
  const names = families.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining(["process_cpu_seconds_total", "nodejs_eventloop_lag_seconds"]),
  );
});

test("slices, rows and rejected records are those of the books", async () => {
  const { read } = await scrape();
  expect(read("pinterest_ads_slices_total")).toEqual(
    await tally(
      `select 'resource=' || resource || ' status=' || status as key, count(*) as value
         from pinterest_ads_sync_slices where run_id = '${report.id}' group by 1`,
    ),
  );
  expect(read("pinterest_ads_slices_total")).toMatchObject({
    "resource=ad_groups status=failed": 1,
    "resource=product_group_promotions status=skipped": 1,
  });
  const operations = ["inserted", "updated", "deleted", "unchanged"].map(
    (operation) =>
      `select 'operation=${operation} resource=' || resource as key, sum(rows_${operation}) as value
         from pinterest_ads_sync_slices where status = 'succeeded' group by 1`,
  );
  expect(read("pinterest_ads_rows_total")).toEqual(await tally(operations.join(" union all ")));
  const rejected = await tally(
    "select 'resource=' || resource as key, count(*) as value from pinterest_ads_rejected_records group by 1",
  );
  expect(rejected).toEqual({ "resource=ads": 1 });
  expect(read("pinterest_ads_rejected_records")).toEqual(rejected);
  expect(read("pinterest_ads_records_rejected_total")).toMatchObject(rejected);
});

test("API calls are all that were sent, and waits are told by category and reason", async () => {
  const { read } = await scrape();
  const isCatalogs = ({ path }: { path: string }) => path.startsWith("/catalogs");
  const sent = simulator.requests.filter(({ path }) => path !== "/oauth/token");
  expect(read("pinterest_ads_api_calls_total")).toEqual({
    "category=ads_read": sent.filter((request) => !isCatalogs(request)).length,
    "category=catalogs_read": sent.filter(isCatalogs).length,
  });
  const [books] = await subject.query(
    `select api_calls from pinterest_ads_sync_runs where id = '${report.id}'`,
  );
  expect(sent).toHaveLength(Number(books?.["api_calls"]));
  const waits = read("pinterest_ads_api_wait_seconds_total");
  const waited = Object.keys(waits).filter((series) => Number(waits[series]) > 0);
  expect(waited.toSorted()).toEqual([
    "category=ads_read reason=backing_off",
    "category=ads_read reason=rate_limited",
    "category=catalogs_read reason=rate_limited",
  ]);
});

test("the rate limit is as Pinterest last told it", async () => {
  const { read } = await scrape();
  const [reset] = Object.entries(read("pinterest_ads_rate_limit_reset_timestamp_seconds"));
  expect(reset?.[0]).toBe("category=ads_read");
  expect(Math.abs(Number(reset?.[1]) * 1000 - clock.now())).toBeLessThanOrEqual(60_000);
  const remaining = read("pinterest_ads_rate_limit_remaining")["category=ads_read"];
  expect(remaining).toBeGreaterThanOrEqual(0);
  expect(remaining).toBeLessThan(5);
});

test("runs are counted with how long they took, and the last of each status is told from the books", async () => {
  const { read, value, text } = await scrape();
  expect(read("pinterest_ads_runs_total")).toMatchObject({
    "status=partial trigger=sync": 1,
    "status=failed trigger=schedule": 0,
  });
  const duration = "pinterest_ads_run_duration_seconds";
  expect(text).toContain(`${duration}_bucket{le="60",trigger="sync"} 0\n`);
  expect(text).toContain(`${duration}_bucket{le="300",trigger="sync"} 1\n`);
  expect(text).toContain(`${duration}_sum{trigger="sync"} 90\n`);
  expect(read("pinterest_ads_last_run_timestamp_seconds")).toEqual(
    await tally(
      "select 'status=' || status as key, trunc(extract(epoch from finished_at), 3) as value from pinterest_ads_sync_runs",
    ),
  );
  expect(value("pinterest_ads_running")).toBe(1);
  expect(value("pinterest_ads_scheduler_active")).toBe(1);
  expect(read("pinterest_ads_build_info")).toEqual({ "version=1.2.3": 1 });
});

test("freshness has a series for what was loaded, and a count of what never was", async () => {
  const { read, value } = await scrape();
  const places = await tally(
    "select 'resource=' || resource || ' scope=' || scope_id as key, 1 as value from pinterest_ads_sync_cursors",
  );
  const ages = read("pinterest_ads_freshness_age_seconds");
  expect(Object.keys(ages).toSorted()).toEqual(Object.keys(places).toSorted());
  expect(ages).not.toHaveProperty(`resource=ad_groups scope=${broken}`);
  expect(read("pinterest_ads_never_loaded")).toMatchObject({
    "resource=ad_groups": 1,
    "resource=campaigns": 0,
  });
  expect(value("pinterest_ads_freshness_limit_seconds")).toBe(DAY_S);
});

test("the time that tokens have left falls as the clock goes on", async () => {
  const before = (await scrape()).read("pinterest_ads_token_seconds_left");
  clock.advance(DAY_S * 1000);
  const after = (await scrape()).read("pinterest_ads_token_seconds_left");
  expect(before["token=refresh"]).toBeGreaterThan(59 * DAY_S);
  for (const token of ["token=access", "token=refresh"])
    expect(after[token]).toBeCloseTo(Number(before[token]) - DAY_S, 3);
});

test("text from outside cannot forge a series, and what is over leaves none behind", async () => {
  const insert = { resource: ODD, reason: "odd" };
  await subject.warehouse.knex("pinterest_ads_rejected_records").insert(insert);
  await subject.warehouse.knex("pinterest_ads_alerts").insert([
    { kind: "stale", subject: "ads" },
    { kind: "stale", subject: "feeds" },
    { kind: "run_failed", subject: "entities", resolved_at: new Date() },
  ]);
  const odd = await scrape();
  expect(odd.read("pinterest_ads_rejected_records")).toEqual({ "resource=ads": 1, [`resource=${ODD}`]: 1 });
  expect(odd.read("pinterest_ads_alerts_open")).toEqual({ "kind=stale": 2 });
  await subject.query("delete from pinterest_ads_rejected_records where reason = 'odd'");
  await subject.query("update pinterest_ads_alerts set resolved_at = now()");
  const after = await scrape();
  expect(after.read("pinterest_ads_rejected_records")).toEqual({ "resource=ads": 1 });
  expect(after.read("pinterest_ads_alerts_open")).toEqual({});
});

test("without the database the process still tells what it knows itself", async () => {
  const url = "postgres://loader:hunter2@127.0.0.1:1/ads";
  const warehouse = openWarehouse({ url, schema: "public", connections: 1 });
  closing.push(() => warehouse.close());
  const alone = create(warehouse);
  alone.onRun({ status: "failed" }, "schedule", 1000);
  const { read, value } = await scrape(alone);
  expect(value("pinterest_ads_database_up")).toBe(0);
  expect(read("pinterest_ads_freshness_age_seconds")).toEqual({});
  expect(read("pinterest_ads_runs_total")).toMatchObject({ "status=failed trigger=schedule": 1 });
  expect(value("process_resident_memory_bytes")).toBeGreaterThan(0);
  expect((await scrape()).value("pinterest_ads_database_up")).toBe(1);
});
