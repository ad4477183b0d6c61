import { afterAll, beforeAll, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { openWarehouse } from "../../src/warehouse/database.ts";
import { openLocks, windowLocks } from "../../src/warehouse/locks.ts";
import { openTokenStore } from "../../src/warehouse/oauth-tokens.ts";
import { dayOf } from "../../src/window.ts";
import { readConnections } from "../support/books.ts";
import { environmentFor, expectExit, startCli } from "../support/cli.ts";
import { execute } from "../support/database.ts";
import { migrateSchema } from "../support/migrate-schema.ts";
import { openRoles, type Roles, SCHEMA } from "../support/roles.ts";
import { waitUntil } from "../support/wait-until.ts";

const CONCURRENCY = 2;
/** What the connector promises never to exceed; the role is given no more, so that one beyond it fails the run. */
const BUDGET = CONCURRENCY + 2;
const CONFIG = `concurrency: ${CONCURRENCY}\nanalytics:\n  levels: [ad_account, campaign]\n  method: sync\n  lookback_days: 4\n`;
const WORLD = {
  accounts: 2,
  campaigns: 3,
  adGroupsPerCampaign: 1,
  adsPerAdGroup: 1,
  others: 1,
  reportPolls: 0,
};

let roles: Roles;
let simulator: Simulator;

beforeAll(async () => {
  roles = await openRoles();
  await roles.apply();
  await migrateSchema(roles.urls.owner, SCHEMA);
  await limitConnections(BUDGET);
  simulator = await startSimulator(WORLD);
});

afterAll(async () => {
  await simulator?.close();
  await roles?.[Symbol.asyncDispose]();
});

const query = (sql: string) => roles.query("owner", sql);

async function limitConnections(count: number): Promise<void> {
  await execute(roles.database.url, `alter role ${roles.names.loader} connection limit ${count}`);
}

function start(command: string) {
  return startCli([command], {
    env: { ...environmentFor(simulator, roles.urls.loader), WAREHOUSE_SCHEMA: SCHEMA, PORT: "0" },
    files: { "config/connector.yaml": CONFIG },
  });
}

async function count(slices: string): Promise<number> {
  return (await query(`select from pinterest_ads_sync_slices where ${slices}`)).length;
}

test(`a sync needs ${BUDGET} connections at most: tokens renewed, a window waited for, books closed`, async () => {
  const adAccountId = simulator.world.accounts[0]?.id ?? "";
  const today = dayOf(Date.now());
  const other = openWarehouse({ url: roles.database.url, schema: SCHEMA, connections: 1 });
  const locks = await openLocks(other);
  const [month = ""] = windowLocks("campaign_analytics", {
    adAccountId,
    attribution: "30/30/1 TIME_OF_AD_ACTION",
    window: { from: today, to: today },
  });
  expect(await locks.tryAcquire(month)).toBe(true);
  const run = await start("sync");
  await waitUntil(
    "slices are under way",
    async () =>
      run.hasEnded() ||
      ((await count("status = 'running'")) > 0 && (await count("status = 'succeeded'")) > 2),
  );
  // The refresh takes its time, so that every slice comes to wait for it with its connection in hand.
  simulator.faults = [{ kind: "unavailable", path: "/oauth/token", count: 1 }];
  simulator.revokeAccessTokens();
  const rest = "status in ('planned', 'running')";
  const held = `resource = 'campaign_analytics' and ad_account_id = '${adAccountId}'`;
  await waitUntil(
    "only what is held by another is left",
    async () =>
      run.hasEnded() || ((await count(held)) > 0 && (await count(`${rest} and not (${held})`)) === 0),
  );
  expect(await count(`${rest} and ${held}`)).toBeGreaterThan(0);
  await locks.close();
  await other.close();
  expectExit(await run.ended, 0);
  expect(await query("select status from pinterest_ads_sync_runs")).toEqual([{ status: "succeeded" }]);
  expect(simulator.refreshTokensUsed).toHaveLength(2);
});

test(`a schedule needs ${BUDGET} connections at most`, async () => {
  await waitUntil(
    "the connections of the sync are gone",
    async () => (await readConnections(roles.database.url)).length === 0,
  );
  const service = await start("schedule");
  await waitUntil(
    "a scheduled run is done",
    async () =>
      service.hasEnded() ||
      (await query("select from pinterest_ads_schedules where last_run_id is not null")).length > 0,
  );
  service.signal("SIGTERM");
  expectExit(await service.ended, 0);
  expect(await query("select status from pinterest_ads_sync_runs where trigger = 'schedule'")).toEqual([
    { status: "succeeded" },
  ]);
});

test("saving a token takes the place of the connection that it found broken, and none beside one that works", async () => {
  await waitUntil(
    "the connections of the schedule are gone",
    async () => (await readConnections(roles.database.url)).length === 0,
  );
  await limitConnections(1);
  const warehouse = openWarehouse({ url: roles.urls.loader, schema: SCHEMA, connections: 1 });
  const store = openTokenStore({
    knex: warehouse.knex,
    schema: SCHEMA,
    encryptionKey: Buffer.alloc(32),
    appId: "app",
  });
  await store.exclusively(async () => {
    await query("alter table pinterest_ads_oauth_tokens add constraint never check (app_id <> 'app')");
    await expect(store.begin(0)).rejects.toMatchObject({ message: expect.stringMatching(/never/) });
    await query("alter table pinterest_ads_oauth_tokens drop constraint never");
    await store.begin(1000);
    await execute(
      roles.database.url,
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = '${roles.names.loader}'`,
    );
    await expect(store.begin(2000)).rejects.toMatchObject({ code: "database_unreachable" });
    await store.begin(3000);
  }, new AbortController().signal);
  await warehouse.close();
  expect(
    await query("select refresh_started_at from pinterest_ads_oauth_tokens where app_id = 'app'"),
  ).toEqual([{ refresh_started_at: new Date(3000) }]);
});
