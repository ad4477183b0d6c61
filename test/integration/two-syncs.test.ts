import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { readRuns } from "../support/books.ts";
import {
  type CliProcess,
  expectExit,
  listsEnvironmentFor,
  readLog,
  runCli,
  startCli,
} from "../support/cli.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { holdTable } from "../support/hold-table.ts";
import { migrateSchema } from "../support/migrate-schema.ts";
import { resourcesOf } from "../support/slices.ts";
import { COPIED_TABLES, findDifferences } from "../support/truth.ts";
import { waitUntil } from "../support/wait-until.ts";

/** Longer than a run waits for locks that a killed one may still hold. */
const PATIENCE_MS = 20_000;

let database: TestDatabase;
let simulator: Simulator;
let env: ReturnType<typeof listsEnvironmentFor>;

beforeAll(async () => {
  database = await createDatabase();
  await migrateSchema(database.url);
  simulator = await startSimulator({ campaigns: 10 });
  env = listsEnvironmentFor(simulator, database.url);
});

afterAll(async () => {
  await simulator.close();
  await database.drop();
});

beforeEach(() => {
  simulator.requests.length = 0;
  simulator.faults = [];
});

async function waitForHang(): Promise<void> {
  await waitUntil("a request hangs", () => simulator.requests.some(({ fault }) => fault === "hang"));
}

async function waitForEnd(sync: CliProcess) {
  await waitUntil("the sync has ended", sync.hasEnded, PATIENCE_MS);
  return sync.ended;
}

test("the second of two syncs at once says what runs and since when, and exits 1; nothing is doubled", async () => {
  const lock = await holdTable(database.url, "pinterest_ads_ads");
  const first = await startCli(["sync"], { env });
  await waitUntil("the first one loads", async () =>
    (await readRuns(database.url)).some(({ pid, slices }) => pid === first.pid && slices["running"]),
  );
  const second = await startCli(["sync"], { env });
  const result = await waitForEnd(second);
  expectExit(result, 1);
  const finished = readLog(result).find(({ msg }) => msg === "run finished");
  expect(finished).toMatchObject({ status: "failed", error_code: "already_running" });
  const [run] = await readRuns(database.url);
  const since = /runs since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;
  expect(finished?.["error"]).toMatch(since);
  expect(finished?.["error"]).toContain(`a sync (run ${run?.id}, process ${first.pid} on `);
  // It is told while it waits as well, once.
  const waits = readLog(result).filter(({ msg }) => msg === "waiting for another run");
  expect(waits).toEqual([expect.objectContaining({ reason: finished?.["error"] })]);

  await lock.release();
  expectExit(await first.ended, 0);
  expect(await findDifferences(database.url, "public", simulator)).toEqual([]);
  expect(await readRuns(database.url)).toMatchObject([
    { pid: first.pid, status: "succeeded" },
    { pid: second.pid, status: "failed" },
  ]);
});

test("two syncs started in the same moment take turns or the second refuses, and what stands is right", async () => {
  simulator.advance();
  const results = await Promise.all([runCli(["sync"], { env }), runCli(["sync"], { env })]);
  expect(results.map(({ code }) => code)).toContain(0);
  for (const result of results.filter(({ code }) => code !== 0))
    expect(readLog(result).at(-1), result.stderr).toMatchObject({
      msg: "run finished",
      error_code: "already_running",
    });
  expect(await findDifferences(database.url, "public", simulator)).toEqual([]);
});

test("two syncs of different resources go side by side and both succeed", async () => {
  simulator.advance();
  const lock = await holdTable(database.url, "pinterest_ads_campaigns");
  const names = (scope: "ad_account" | "owner") => resourcesOf(scope).map(({ name }) => name);
  const ads = await startCli(["sync", "--resource", names("ad_account").join()], { env });
  await waitUntil("the first one loads", async () =>
    (await readRuns(database.url)).some(({ pid, slices }) => pid === ads.pid && slices["running"]),
  );
  const catalogs = names("owner");
  const result = await waitForEnd(await startCli(["sync", "--resource", catalogs.join()], { env }));
  expectExit(result, 0);
  expect(ads.hasEnded()).toBe(false);
  expect(await findDifferences(database.url, "public", simulator, catalogs)).toEqual([]);
  await lock.release();
  expectExit(await ads.ended, 0);
  expect(await findDifferences(database.url, "public", simulator, COPIED_TABLES)).toEqual([]);
});

test("two syncs of different accounts go side by side and both succeed", async () => {
  simulator.advance();
  const [one = "", other = ""] = simulator.world.accounts.map(({ id }) => id);
  simulator.faults = [{ kind: "hang", path: `/ad_accounts/${one}/campaigns`, count: 1 }];
  const first = await startCli(["sync", "--resource", "campaigns", "--account", one], { env });
  await waitForHang();
  expectExit(await runCli(["sync", "--resource", "campaigns", "--account", other], { env }), 0);
  expect(first.hasEnded()).toBe(false);
  first.signal("SIGTERM");
  expectExit(await first.ended, 143);
});
