import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { resources } from "../../src/resources/index.ts";
import type { FaultRule } from "../../src/simulator/faults.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { openScheduler, type SchedulerUnderTest } from "../support/scheduler.ts";
import { openSync, type SyncUnderTest } from "../support/sync.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";
import { COPIED_TABLES, findDifferences } from "../support/truth.ts";
import { waitUntil } from "../support/wait-until.ts";

/** Lists alone, at six. */
const LISTS = "schedule: { entities: 0 6 * * *, catalogs: 0 6 * * *, analytics: off, recent_analytics: off }";
const SIX = "2026-03-01T06:00Z";

let db: TestWarehouse;
let simulator: Simulator;
let sync: SyncUnderTest;

beforeAll(async () => {
  db = await openTestWarehouse([]);
  simulator = await startSimulator({ accounts: 2, campaigns: 3 });
  sync = await openSync({ url: db.url, simulator, schema: "public" });
});

afterAll(async () => {
  await sync[Symbol.asyncDispose]();
  await simulator.close();
  await db.close();
});

beforeEach(async () => {
  simulator.faults = [];
  simulator.requests.length = 0;
  await db.query("truncate pinterest_ads_schedules, pinterest_ads_sync_slices, pinterest_ads_sync_runs");
  const tables = resources.filter(({ kind }) => kind === "list").map(({ name }) => `pinterest_ads_${name}`);
  await db.query(`truncate ${tables.join(", ")}`);
});

function schedule(): SchedulerUnderTest {
  return openScheduler(db, LISTS, {
    run: (request, locks) => sync.sync(request, undefined, locks),
    ensureToken: () => sync.pinterest.keepTokenAlive(1e12),
  });
}

const readStatuses = async () =>
  (await db.query<{ status: string }>("select status from pinterest_ads_sync_runs order by started_at")).map(
    ({ status }) => status,
  );

test.each<[string, FaultRule]>([
  ["the list of ad accounts", { kind: "connection_reset", path: "/ad_accounts" }],
  ["a parent of other lists", { kind: "unavailable", path: "/ad_groups" }],
])("a run that fails by %s is repeated as a whole, and only then its tick is done", async (_what, fault) => {
  await using subject = schedule();
  simulator.faults = [fault];
  await subject.at(SIX);
  await subject.at("2026-03-01T06:05Z");
  expect(subject.ran).toHaveLength(1);
  simulator.faults = [];
  await subject.at("2026-03-01T06:10Z");
  expect(await findDifferences(db.url, "public", simulator, COPIED_TABLES)).toEqual([]);
  expect((await readStatuses()).at(-1)).toBe("succeeded");
  await subject.at("2026-03-01T23:00Z");
  expect(subject.ran).toHaveLength(2);
});

test("a run whose lock connection breaks is repeated as a whole", async () => {
  await using subject = schedule();
  simulator.faults = [{ kind: "hang", path: "/campaigns" }];
  subject.set(SIX);
  await subject.beat();
  await waitUntil("a request hangs", () => simulator.requests.some(({ fault }) => fault === "hang"));
  await db.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())`,
  );
  await subject.scheduler.idle();
  expect(await readStatuses()).not.toContain("succeeded");
  simulator.faults = [];
  await subject.at("2026-03-01T06:01Z");
  await subject.at("2026-03-01T06:10Z");
  expect(await findDifferences(db.url, "public", simulator, COPIED_TABLES)).toEqual([]);
});
