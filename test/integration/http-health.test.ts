import { Hono } from "hono";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { listResources } from "../../src/resources/index.ts";
import { createObserver } from "../../src/serve/health/observe.ts";
import { checkReadiness, type Readiness } from "../../src/serve/health/readiness.ts";
import { type RunningServer, startServer } from "../../src/serve/http/server.ts";
import type { SchedulerState } from "../../src/serve/schedule/scheduler-state.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { readBriefly } from "../../src/warehouse/brief-read.ts";
import { openWarehouse, type Warehouse, withConnection } from "../../src/warehouse/database.ts";
import { ask } from "../support/ask.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";
import { holdTransaction } from "../support/hold-transaction.ts";
import { createJumpingClock } from "../support/jumping-clock.ts";
import { createMemoryLogger } from "../support/pinterest-client.ts";
import { openSync, type SyncUnderTest } from "../support/sync.ts";
import { waitUntil } from "../support/wait-until.ts";

const SIZE = { accounts: 2, campaigns: 2, adGroupsPerCampaign: 1, adsPerAdGroup: 1 };
const DAY_MS = 86_400_000;
/** Long enough for a busy machine, short enough to be waited for. */
const TIMEOUT_MS = 1000;

const clock = createJumpingClock();
let state: SchedulerState;
let elapsed = 0;
let database: TestDatabase;
let simulator: Simulator;
let subject: SyncUnderTest;
let server: RunningServer;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await createDatabase();
  simulator = await startSimulator({ ...SIZE, now: clock.now });
  subject = await openSync({ url: database.url, simulator, clock });
  expect(await subject.sync()).toMatchObject({ status: "succeeded" });
  server = await serve(subject.warehouse);
});

afterAll(async () => {
  for (const close of closing) await close();
  await subject?.[Symbol.asyncDispose]();
  await simulator?.close();
  await database?.drop();
});

beforeEach(() => {
  state = {
    role: "active",
    holder: undefined,
    running: undefined,
    blocked: undefined,
    lookedAt: clock.now(),
  };
  // Nothing that an earlier test saw is kept.
  elapsed += DAY_MS;
});

async function serve(warehouse: Warehouse, timeoutMs?: number): Promise<RunningServer> {
  const { appId, appSecret, refreshToken } = simulator;
  const observe = createObserver({
    warehouse,
    resources: listResources,
    accountIds: undefined,
    appId,
    elapsed: () => elapsed,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const running = await startServer({
    port: 0,
    login: undefined,
    statusPublic: false,
    logger: createMemoryLogger().logger,
    page: new Hono(),
    metrics: async () => "",
    readiness: () =>
      checkReadiness({
        observe,
        scheduler: () => state,
        token: { accessToken: undefined, appId, appSecret, refreshToken },
        maxStalenessMs: DAY_MS,
        now: clock.now,
      }),
  });
  closing.unshift(() => running.close());
  return running;
}

/** The checks that fail, with what they say; the status fits them. */
async function findFailures({ url }: RunningServer): Promise<Record<string, string>> {
  const { status, text } = await ask(`${url}/readyz`);
  const { ready, checks }: Readiness = JSON.parse(text);
  const failed = checks.filter(({ ok }) => !ok);
  expect([status, ready]).toEqual(failed.length === 0 ? [200, true] : [503, false]);
  expect(checks).toHaveLength(5);
  return Object.fromEntries(failed.map(({ check, detail }) => [check, detail]));
}

/** As it was before, whatever the test does to it. */
async function changing(change: string, restore: string, look: () => Promise<void>): Promise<void> {
  await subject.query(change);
  try {
    await look();
  } finally {
    await subject.query(restore);
  }
}

test("a process with a fresh warehouse, a token and a schedule is ready", async () => {
  expect(await findFailures(server)).toEqual({});
});

test("a standby is ready as well", async () => {
  state = { ...state, role: "standby", holder: "process 7 on elsewhere" };
  expect(await findFailures(server)).toEqual({});
});

test("a schedule that is not looked at fails the scheduler alone", async () => {
  state = { ...state, lookedAt: clock.now() - 10 * 60_000 };
  expect(await findFailures(server)).toEqual({
    scheduler: "has not looked at the schedule for 10 min",
  });
});

test("old data fails freshness alone, and the place is named", async () => {
  const id = simulator.world.accounts[0]?.id;
  const shift = (sign: string) =>
    `update pinterest_ads_sync_cursors set loaded_at = loaded_at ${sign} interval '3 days'
      where resource = 'campaigns' and scope_id = '${id}'`;
  await changing(shift("-"), shift("+"), async () => {
    expect(await findFailures(server)).toEqual({
      freshness: `campaigns of ${id} is 3 d old; the limit is 1 d`,
    });
  });
});

test("a refused token fails the token alone, until it is replaced by a refresh", async () => {
  simulator.revokeRefreshTokens();
  clock.advance(30 * DAY_MS);
  state = { ...state, lookedAt: clock.now() };
  await expect(subject.pinterest.keepTokenAlive(DAY_MS)).rejects.toMatchObject({ code: "token_refused" });
  expect(await findFailures(server)).toEqual({
    token: expect.stringContaining("Pinterest refused it on 2026-01-31"),
  });
  await subject.query(
    "update pinterest_ads_oauth_tokens set refused_at = null, refused_fingerprint = null, refused_reason = null",
  );
});

test("a schema that was not migrated fails, says so, and nothing else is known", async () => {
  const warehouse = openWarehouse({ url: database.url, schema: "not_migrated", connections: 1 });
  closing.push(() => warehouse.close());
  const failures = await findFailures(await serve(warehouse));
  expect(Object.keys(failures)).toEqual(["schema", "token", "freshness"]);
  expect(failures["schema"]).toMatch(/lacks \d+ of the connector's tables.+pinterest-ads migrate/);
});

test("a table that vanishes under a running process fails the schema, which is compared anew at the second look", async () => {
  const rename = (from: string, to: string) =>
    `alter table pinterest_ads_${from} rename to pinterest_ads_${to}`;
  expect(await findFailures(server)).toEqual({});
  await changing(rename("ad_accounts", "gone"), rename("gone", "ad_accounts"), async () => {
    elapsed += 2000;
    expect((await findFailures(server))["schema"]).toMatch(/are not in the warehouse yet/);
    elapsed += 2000;
    const failures = await findFailures(server);
    expect(failures).not.toHaveProperty("database");
    expect(failures["schema"]).toMatch(/lacks .*pinterest_ads_ad_accounts/);
  });
});

test("a database that is gone fails with the reason and without the password", async () => {
  const warehouse = openWarehouse({
    url: "postgres://loader:hunter2@127.0.0.1:1/ads",
    schema: "public",
    connections: 1,
  });
  closing.push(() => warehouse.close());
  const failures = await findFailures(await serve(warehouse));
  expect(failures["database"]).toMatch(/127\.0\.0\.1:1\/ads.+ECONNREFUSED/);
  expect(JSON.stringify(failures)).not.toContain("hunter2");
});

test("a pool without a connection to spare is not waited for longer than a moment, and works again afterwards", async () => {
  const warehouse = openWarehouse({ url: database.url, schema: subject.schema, connections: 1 });
  closing.push(() => warehouse.close());
  const busy = await serve(warehouse, TIMEOUT_MS);
  await withConnection(warehouse, async () => {
    expect((await findFailures(busy))["database"]).toMatch(/No connection .+ within 1 seconds/);
  });
  elapsed += DAY_MS;
  expect(await findFailures(busy)).toEqual({});
});

test("many who ask a database that hangs share one connection, are answered, and leave no query behind", async () => {
  const warehouse = openWarehouse({ url: database.url, schema: subject.schema, connections: 5 });
  closing.push(() => warehouse.close());
  const slow = await serve(warehouse, TIMEOUT_MS);
  const waiting = () =>
    execute(
      database.url,
      "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    );
  await holdTransaction(subject.warehouse, async (client) => {
    await client.query("lock table pinterest_ads_sync_cursors in access exclusive mode");
    const answers = Array.from({ length: 10 }, () => findFailures(slow));
    await waitUntil("the look waits for the table", async () => (await waiting()).length > 0);
    expect(await waiting()).toHaveLength(1);
    for (const { database: detail } of await Promise.all(answers))
      expect(detail).toMatch(/did not answer within 1 seconds/);
    await waitUntil("its query is gone", async () => (await waiting()).length === 0);
    await client.query("rollback");
  });
  elapsed += DAY_MS;
  expect(await findFailures(slow)).toEqual({});
});

test("who looks from outside cannot write, and takes nothing with it into the pool", async () => {
  const look = (sql: string) =>
    readBriefly(subject.warehouse, TIMEOUT_MS, async ({ knex }) => (await knex.raw(sql)).rows);
  await expect(look("delete from pinterest_ads_sync_runs")).rejects.toMatchObject({ code: "25006" });
  expect(await look("select count(*)::int as runs from pinterest_ads_sync_runs")).toEqual([{ runs: 1 }]);
  expect(await subject.query("update pinterest_ads_sync_runs set host = host returning 1 as one")).toEqual([
    { one: 1 },
  ]);
});
