import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fraction } from "../../src/simulator/random.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { readConnections, readRuns, readStages } from "../support/books.ts";
import { type CliProcess, expectExit, listsEnvironmentFor, runCli, startCli } from "../support/cli.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { holdTable } from "../support/hold-table.ts";
import { migrateSchema } from "../support/migrate-schema.ts";
import { findDifferences } from "../support/truth.ts";
import { waitUntil } from "../support/wait-until.ts";

const SEED = 20261120;
const KILLS = 20;
/** Some syncs end before their moment has come; those do not count. */
const SYNCS_MAX = 2 * KILLS;
/** Every third sync has to refresh its token first. */
const REVOKED_EVERY = 3;
/** After a sync that was ready before its moment: the first one took longer than those that change little. */
const FASTER = 0.8;
/** Of the time until the first request the last part: before, there is nothing but Node starting. */
const STARTING_SHARE = 0.8;

let database: TestDatabase;
let simulator: Simulator;
let env: ReturnType<typeof listsEnvironmentFor>;

/** Large enough for several pages in a listing and for merges that take their time. */
beforeAll(async () => {
  database = await createDatabase();
  await migrateSchema(database.url);
  simulator = await startSimulator({ campaigns: 50, productGroups: 260 });
  env = listsEnvironmentFor(simulator, database.url);
});

afterAll(async () => {
  await simulator.close();
  await database.drop();
});

/** Waits for the sync's first answer with data: a token refreshed before that is saved. */
async function waitForData(from: number, sync: CliProcess): Promise<void> {
  const isData = ({ method, status }: { method: string; status: number | null }) =>
    method === "GET" && status === 200;
  await waitUntil("data is asked for", () => sync.hasEnded() || simulator.requests.slice(from).some(isData));
}

async function expectNothingLeft(): Promise<void> {
  await waitUntil("no connection is left", async () => (await readConnections(database.url)).length === 0);
  expect(await readStages(database.url)).toEqual([]);
}

test(`after ${KILLS} kills at random moments one clean sync equals the truth and nothing is left behind`, {
  timeout: 120_000,
}, async ({ annotate }) => {
  const spawnedAt = performance.now();
  const clean = await startCli(["sync"], { env });
  await waitForData(0, clean);
  const startMs = performance.now() - spawnedAt;
  expectExit(await clean.ended, 0);
  let workMs = performance.now() - spawnedAt - startMs;

  const killed: number[] = [];
  for (let nth = 0; killed.length < KILLS && nth < SYNCS_MAX; nth++) {
    simulator.advance();
    const isRevoked = nth % REVOKED_EVERY === 0;
    if (isRevoked) simulator.revokeAccessTokens();
    const from = simulator.requests.length;
    const sync = await startCli(["sync"], { env });
    const share = fraction(SEED, nth);
    // A kill between Pinterest's answer and the saving of its token loses the token, whatever anybody does.
    if (isRevoked) await waitForData(from, sync);
    const delayMs = isRevoked
      ? share * workMs
      : startMs * STARTING_SHARE + share * (startMs * (1 - STARTING_SHARE) + workMs);
    await delay(delayMs);
    sync.signal("SIGKILL");
    const { code, signal } = await sync.ended;
    await annotate(`sync ${nth}: ${Math.round(delayMs)} ms, ${signal ?? `ended with ${code}`}`);
    if (signal === "SIGKILL") killed.push(sync.pid);
    else {
      expectExit(await sync.ended, 0);
      workMs *= FASTER;
    }
  }
  expect(killed).toHaveLength(KILLS);

  expectExit(await runCli(["sync"], { env }), 0);
  expect(await findDifferences(database.url, "public", simulator)).toEqual([]);
  await expectNothingLeft();
  expect(simulator.refreshTokensUsed.length).toBeGreaterThan(KILLS / REVOKED_EVERY);
  for (const { uses } of simulator.refreshTokensUsed) expect(uses).toBe(1);

  // Not every killed run is in the books: some had not begun; nor interrupted: some had just finished.
  const runs = (await readRuns(database.url)).filter(({ pid }) => killed.includes(pid));
  for (const run of runs) {
    expect(["succeeded", "interrupted"]).toContain(run.status);
    expect(run.finished).toBe(true);
    for (const status of Object.keys(run.slices)) expect(["succeeded", run.status]).toContain(status);
  }
  const halfWay = runs.filter(({ slices }) => slices["interrupted"] && slices["succeeded"]);
  expect(halfWay.length, "runs that were killed half-way").toBeGreaterThan(KILLS / 4);
});

test("a sync killed in the middle of a merge leaves nothing of the slice, and the next one waits for its end", async () => {
  simulator.advance();
  const lock = await holdTable(database.url, "pinterest_ads_ads");
  const sync = await startCli(["sync"], { env });
  await waitUntil("a merge waits", async () =>
    (await readConnections(database.url)).some(({ wait_event_type }) => wait_event_type === "Lock"),
  );
  sync.signal("SIGKILL");
  await sync.ended;
  const next = await startCli(["sync"], { env });
  await waitUntil(
    "the next one is there",
    async () => (await readRuns(database.url)).at(-1)?.pid === next.pid,
  );
  await lock.release();
  expectExit(await next.ended, 0);
  expect(await findDifferences(database.url, "public", simulator)).toEqual([]);
  expect((await readRuns(database.url)).find(({ pid }) => pid === sync.pid)).toMatchObject({
    status: "interrupted",
    finished: true,
    slices: { interrupted: expect.any(Number), succeeded: expect.any(Number) },
  });
  await expectNothingLeft();
});

test("a sync killed between two pages leaves nothing of the slice", async () => {
  simulator.advance();
  simulator.faults = [{ kind: "hang", path: "/ads", skip: 3 }];
  const sync = await startCli(["sync"], { env });
  await waitUntil("a page hangs", () => simulator.requests.some(({ fault }) => fault === "hang"));
  expect(await readStages(database.url)).not.toEqual([]);
  sync.signal("SIGKILL");
  await sync.ended;
  await expectNothingLeft();
  simulator.faults = [];
  expectExit(await runCli(["sync"], { env }), 0);
  expect(await findDifferences(database.url, "public", simulator)).toEqual([]);
});
