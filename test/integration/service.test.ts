import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";
import { readScrape } from "../support/scrape.ts";
import { type Soak, startSoak } from "../support/soak.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START = Date.UTC(2026, 1, 1, 3);

/** One schedule, which is not due again for longer than the tests take. */
const YAML = `
resources: [ad_accounts, campaigns]
schedule: { entities: 0 3 1 * *, catalogs: off, analytics: off, recent_analytics: off }
`;

let now = START;
let database: TestDatabase;
let simulator: Simulator;
let service: Soak;
/** Runs after the first beat. */
let counted: Record<string, number>;

beforeAll(async () => {
  database = await createDatabase();
  simulator = await startSimulator({ accounts: 1, campaigns: 1, now: () => now });
  service = await startSoak(simulator, { databaseUrl: database.url, yaml: YAML, start: START });
  // The books take no run at first, and the second beat repeats it.
  await query(
    `create function refuse() returns trigger language plpgsql as 'begin raise exception ''no room''; end';
     create trigger refuse before insert on pinterest_ads_sync_runs for each row execute function refuse()`,
  );
  await beat(START);
  counted = await readCount();
  await query("drop function refuse cascade");
  await beat(START + MINUTE_MS);
});

afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await simulator?.close();
  await database?.drop();
});

const query = (sql: string) => execute(database.url, sql);

async function beat(at: number): Promise<void> {
  now = at;
  await service.beat(at);
}

const refreshes = () => simulator.requests.filter(({ path }) => path === "/oauth/token").length;
const readCount = async () =>
  readScrape(await (await fetch(`${service.url}/metrics`)).text()).read("pinterest_ads_runs_total");

test("a run that cannot even be written down is counted as failed", async () => {
  expect(counted).toMatchObject({
    "status=failed trigger=schedule": 1,
    "status=succeeded trigger=schedule": 0,
  });
  expect(await readCount()).toMatchObject({
    "status=failed trigger=schedule": 1,
    "status=succeeded trigger=schedule": 1,
  });
});

test("alerts are looked for with each beat", async () => {
  const open = () =>
    query("select subject from pinterest_ads_alerts where kind = 'schema_drift' and resolved_at is null");
  await query(
    "insert into pinterest_ads_schema_drift (resource, field, json_type, first_seen_at) values ('campaigns', 'a', 'string', now())",
  );
  await beat(START + 2 * MINUTE_MS);
  expect(await open()).toEqual([{ subject: "campaigns.a" }]);
  await query("delete from pinterest_ads_schema_drift");
  await beat(START + 3 * MINUTE_MS);
  expect(await open()).toEqual([]);
});

test("old books are swept once a day", async () => {
  const old = randomUUID();
  await query(
    `insert into pinterest_ads_sync_runs (id, trigger, status, started_at, finished_at)
     values ('${old}', 'schedule', 'succeeded', now() - interval '1 year', now() - interval '1 year')`,
  );
  const left = async () => (await query(`select from pinterest_ads_sync_runs where id = '${old}'`)).length;
  // The first time was at the start.
  await beat(START + DAY_MS - MINUTE_MS);
  expect(await left()).toBe(1);
  await beat(START + DAY_MS);
  expect(await left()).toBe(0);
});

test("the token is refreshed within an hour of its 20th day, although nothing is due that needs it", async () => {
  expect(refreshes()).toBe(1);
  const due = START + 20 * DAY_MS;
  for (let at = START + 2 * DAY_MS; at < due; at += 12 * HOUR_MS) await beat(at);
  await beat(due - 30 * MINUTE_MS);
  expect(refreshes()).toBe(1);
  await beat(due + 30 * MINUTE_MS);
  expect(refreshes()).toBe(2);
  expect(simulator.refreshTokensUsed.every(({ uses }) => uses <= 1)).toBe(true);
  expect(await query("select count(*)::int as runs from pinterest_ads_sync_runs")).toEqual([{ runs: 1 }]);
});
