import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { openWarehouse } from "../../src/warehouse/database.ts";
import { openLocks, SCHEDULER_LOCK } from "../../src/warehouse/locks.ts";
import { readRuns } from "../support/books.ts";
import { expectExit, listsEnvironmentFor, readLog, runCli, startCli } from "../support/cli.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";
import { migrateSchema } from "../support/migrate-schema.ts";
import { startScriptedServer } from "../support/scripted-server.ts";
import { findDifferences } from "../support/truth.ts";
import { waitUntil } from "../support/wait-until.ts";

/** The contract gives a run 5 seconds to stop; a busy machine a little more. */
const STOP_MS = 8_000;

let database: TestDatabase;
let simulator: Simulator;
let env: Record<string, string>;

beforeAll(async () => {
  database = await createDatabase();
  simulator = await startSimulator({ campaigns: 4 });
  env = { ...listsEnvironmentFor(simulator, database.url), PORT: "0" };
});

afterAll(async () => {
  await simulator.close();
  await database.drop();
});

beforeEach(() => {
  simulator.faults = [];
  simulator.requests.length = 0;
});

test("before migrate it says so and ends, for nobody else would notice", async () => {
  const result = await runCli(["schedule"], { env });
  expectExit(result, 1);
  expect(result.stderr).toMatch(/lacks .* of the connector's tables/);
  expect(result.stderr).toMatch(/pinterest-ads migrate/);
  expect(readLog(result).at(-1)).toMatchObject({ level: "fatal", error_code: "schema_missing" });
});

test("every problem of the schedule's settings is a configuration problem, with place and fix", async () => {
  const yaml =
    "schedule:\n  entities: 61 * * * *\n  timezone: Mars/Olympus\nhealth:\n  max_staleness: soon\n";
  const result = await runCli(["schedule"], {
    env: { ...env, CONNECTOR_CONFIG: "c.yaml", STATUS_USER: "someone", PORT: "80808" },
    files: { "c.yaml": yaml },
  });
  expectExit(result, 2);
  expect(result.stderr).toContain("5 problems in the configuration");
  for (const problem of [
    "c.yaml:2: schedule.entities: not a cron expression that works: 61 does not fit",
    "c.yaml:3: schedule.timezone: not a time zone that is known",
    "c.yaml:5: health.max_staleness: not a duration",
    "STATUS_PASSWORD is not set",
    "PORT:",
  ])
    expect(result.stderr).toContain(problem);
  expect(readLog(result)).toMatchObject([{ level: "fatal", error_code: "configuration" }]);
});

test("with every schedule off there is nothing to stay up for", async () => {
  const off = "schedule: { entities: off, catalogs: off, analytics: off, recent_analytics: off }";
  const result = await runCli(["schedule"], {
    env: { ...env, CONNECTOR_CONFIG: "c.yaml" },
    files: { "c.yaml": off },
  });
  expectExit(result, 2);
  expect(result.stderr).toContain("switch one on, or run sync instead");
});

test("SIGTERM during the first run ends it in good time with 143; the next start makes up for it, is ready, and ends with 0 when idle", async () => {
  simulator.faults = [{ kind: "hang", path: "/ads" }];
  const first = await startCli(["schedule"], { env: { ...env, MIGRATE_ON_START: "true" } });
  await waitUntil("a request hangs", () => simulator.requests.some(({ fault }) => fault === "hang"), 20_000);
  first.signal("SIGTERM");
  await waitUntil("it has ended", first.hasEnded, STOP_MS);
  expect((await first.ended).code).toBe(143);
  const [stopped] = await readRuns(database.url);
  expect(stopped?.status).toBe("interrupted");
  expect(stopped?.slices["succeeded"]).toBeGreaterThan(0);

  simulator.faults = [];
  const second = await startCli(["schedule"], { env });
  await waitUntil("the run is done", () => second.output().includes('"run finished"'), 20_000);
  const { url } = readLog({ stdout: second.output() }).find(({ msg }) => msg === "listening") ?? {};
  await waitUntil("it is ready", async () => (await fetch(`${url}/readyz`)).status === 200);
  expect(await (await fetch(`${url}/healthz`)).text()).toBe("ok");
  expect(await (await fetch(`${url}/metrics`)).text()).toContain(
    'pinterest_ads_runs_total{trigger="schedule",status="succeeded"} 1',
  );
  expect(await (await fetch(`${url}/`)).text()).toContain("All is well");
  const [schedule] = await execute(
    database.url,
    `select count(*)::int as handled from pinterest_ads_schedules where handled_through is not null`,
  );
  expect(schedule).toEqual({ handled: 4 });
  second.signal("SIGTERM");
  await waitUntil("it has ended", second.hasEnded, STOP_MS);
  expectExit(await second.ended, 0);
  expect(await findDifferences(database.url, "public", simulator)).toEqual([]);
});

test("asked to stop while it waits for its database it ends with 0, for nothing was begun", async () => {
  // Nobody listens on the port of a server that has just been closed.
  const gone = await startScriptedServer(() => ({ text: "{}" }));
  const url = `postgres://nobody@${new URL(gone.url).host}/nothing`;
  await gone[Symbol.asyncDispose]();
  const service = await startCli(["schedule"], { env: { ...env, DATABASE_URL: url } });
  await waitUntil("it waits", () => service.output().includes("waiting for the database"));
  service.signal("SIGTERM");
  const result = await service.ended;
  expectExit(result, 0);
  expect(readLog(result).at(-1)).toMatchObject({ level: "info", msg: "schedule stops" });
  expect(result.stderr).toBe("");
});

test("a port that another program has ends it with what to do", async () => {
  await using other = await startScriptedServer(() => ({ text: "{}" }));
  const result = await runCli(["schedule"], { env: { ...env, PORT: new URL(other.url).port } });
  expectExit(result, 1);
  expect(result.stderr).toMatch(/Port \d+ is taken by another program\nSet PORT to another one/);
  expect(readLog(result).at(-1)).toMatchObject({ level: "fatal", error_code: "port_taken" });
});

test("a sync that something else starts tells the webhook as well: once when it fails, once when it is over", async () => {
  await migrateSchema(database.url);
  const told: string[] = [];
  await using webhook = await startScriptedServer(({ body }) => {
    const { kind, status, alerts } = JSON.parse(body);
    for (const { subject } of alerts) told.push(`${kind} ${subject} ${status}`);
    return { text: "ok" };
  });
  const watched = { ...env, ALERTS_WEBHOOK_URL: webhook.url, CONNECTOR_CONFIG: "c.yaml" };
  const files = { "c.yaml": "analytics: { levels: [] }\nalerts: { format: json }\n" };
  const sync = (args: string[]) => runCli(["sync", ...args], { env: watched, files });
  simulator.faults = [{ kind: "poisoned_record", path: "/ads" }];
  for (const _ of [1, 2]) expectExit(await sync([]), 1);
  simulator.faults = [];
  expectExit(await sync([]), 0);
  expect(told).toEqual(["run_failed sync firing", "run_failed sync resolved"]);

  // A process that runs the schedule knows more than the books tell, and tells it all itself.
  const locks = await openLocks(openWarehouse({ url: database.url, schema: "public", connections: 1 }));
  expect(await locks.tryAcquire(SCHEDULER_LOCK)).toBe(true);
  simulator.faults = [{ kind: "poisoned_record", path: "/ads" }];
  expectExit(await sync([]), 1);
  expect(told).toHaveLength(2);
  await locks.close();
  expectExit(await sync([]), 1);
  expect(told.at(-1)).toBe("run_failed sync firing");
});

test("what is killed before its end a second time is told by the next one, as soon as it has begun", async () => {
  await migrateSchema(database.url);
  await execute(
    database.url,
    "truncate pinterest_ads_sync_runs, pinterest_ads_sync_slices, pinterest_ads_alerts",
  );
  const told: string[] = [];
  await using webhook = await startScriptedServer(({ body }) => {
    for (const { summary } of JSON.parse(body).alerts) told.push(summary);
    return { text: "ok" };
  });
  const watched = { ...env, ALERTS_WEBHOOK_URL: webhook.url, CONNECTOR_CONFIG: "c.yaml" };
  const files = { "c.yaml": "analytics: { levels: [] }\nalerts: { format: json }\n" };
  simulator.faults = [{ kind: "hang", path: "/ads" }];
  for (const isLast of [false, false, true]) {
    simulator.requests.length = 0;
    // What is old is about to be loaded, and not told.
    await execute(
      database.url,
      "update pinterest_ads_sync_cursors set loaded_at = now() - interval '9 days'",
    );
    const sync = await startCli(["sync"], { env: watched, files });
    await waitUntil("it loads", () => simulator.requests.some(({ fault }) => fault === "hang"));
    if (isLast) await waitUntil("it is told", () => told.length > 0);
    else expect(told).toEqual([]);
    sync.signal("SIGKILL");
    await sync.ended;
  }
  expect(told).toEqual([expect.stringMatching(/^The sync of .* was interrupted, as was the one before it/)]);
});
