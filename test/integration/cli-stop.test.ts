import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { readConnections, readRuns, readStages } from "../support/books.ts";
import { type CliProcess, expectExit, listsEnvironmentFor, runCli, startCli } from "../support/cli.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";
import { holdTable } from "../support/hold-table.ts";
import { migrateSchema } from "../support/migrate-schema.ts";
import { findDifferences } from "../support/truth.ts";
import { waitUntil } from "../support/wait-until.ts";

/** The contract gives a run 5 seconds to stop; a busy machine a little more. */
const STOP_MS = 8_000;
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

let database: TestDatabase;
let simulator: Simulator;
let env: ReturnType<typeof listsEnvironmentFor>;

beforeAll(async () => {
  database = await createDatabase();
  await migrateSchema(database.url);
  simulator = await startSimulator({ campaigns: 16 });
  env = listsEnvironmentFor(simulator, database.url);
});

afterAll(async () => {
  await simulator.close();
  await database.drop();
});

beforeEach(() => {
  simulator.requests.length = 0;
  simulator.advance();
});

const asked = (end: string) =>
  simulator.requests.some(({ path, fault }) => path.endsWith(end) && fault !== null);

const SITUATIONS: readonly {
  readonly what: string;
  readonly signal: keyof typeof EXIT_CODES;
  readonly prepare: () => void;
  readonly isReached: (sync: CliProcess) => boolean;
}[] = [
  {
    what: "while the list of accounts hangs",
    signal: "SIGINT",
    prepare: () => {
      simulator.faults = [{ kind: "hang", path: "/ad_accounts" }];
    },
    isReached: () => asked("/ad_accounts"),
  },
  {
    what: "while a request of a slice hangs",
    signal: "SIGTERM",
    prepare: () => {
      simulator.faults = [{ kind: "hang", path: "/ads" }];
    },
    isReached: () => asked("/ads"),
  },
  {
    what: "while a rate limit is waited for",
    signal: "SIGINT",
    prepare: () => {
      simulator.faults = [{ kind: "rate_limited", path: "/ads", retryAfterSeconds: 600 }];
    },
    isReached: () => asked("/ads"),
  },
  {
    what: "while Pinterest fails again and again",
    signal: "SIGTERM",
    prepare: () => {
      simulator.faults = [{ kind: "internal_error", path: "/campaigns" }];
    },
    isReached: () => asked("/campaigns"),
  },
  {
    what: "while the token endpoint fails again and again",
    signal: "SIGINT",
    prepare: () => {
      simulator.revokeAccessTokens();
      simulator.faults = [{ kind: "internal_error", path: "/oauth/token" }];
    },
    isReached: () => asked("/oauth/token"),
  },
  {
    what: "while pages are loaded",
    signal: "SIGTERM",
    prepare: () => undefined,
    isReached: (sync) => sync.output().includes("slice loaded"),
  },
];

test.each(SITUATIONS)(
  "$signal $what ends the sync in time, the run is interrupted, the next one works",
  async ({ signal, prepare, isReached }) => {
    prepare();
    const sync = await startCli(["sync"], { env });
    await waitUntil("the situation is reached", () => isReached(sync) || sync.hasEnded());
    sync.signal(signal);
    await waitUntil("the sync has ended", sync.hasEnded, STOP_MS);
    expectExit(await sync.ended, EXIT_CODES[signal]);
    expect((await sync.ended).stderr).toBe("");

    const run = (await readRuns(database.url)).find(({ pid }) => pid === sync.pid);
    expect(run).toMatchObject({ status: "interrupted", finished: true });
    for (const status of Object.keys(run?.slices ?? {}))
      expect(["succeeded", "interrupted"]).toContain(status);
    await waitUntil("no connection is left", async () => (await readConnections(database.url)).length === 0);
    expect(await readStages(database.url)).toEqual([]);

    simulator.faults = [];
    expectExit(await runCli(["sync"], { env }), 0);
    expect(await findDifferences(database.url, "public", simulator)).toEqual([]);
  },
);

test("a merge that hangs is cut off: the sync ends in time and nothing of the slice is visible", async () => {
  const lock = await holdTable(database.url, "pinterest_ads_ads");
  const sync = await startCli(["sync"], { env });
  await waitUntil("a merge waits", isMergeWaiting);
  sync.signal("SIGTERM");
  await waitUntil("the sync has ended", sync.hasEnded, STOP_MS);
  expectExit(await sync.ended, 143);
  const run = (await readRuns(database.url)).at(-1);
  expect(run).toMatchObject({ pid: sync.pid, status: "interrupted" });
  await lock.release();
  await waitUntil("no connection is left", async () => (await readConnections(database.url)).length === 0);
  const written = await execute(database.url, `select from pinterest_ads_ads where _run_id = '${run?.id}'`);
  expect(written).toHaveLength(0);
  expectExit(await runCli(["sync"], { env }), 0);
  expect(await findDifferences(database.url, "public", simulator)).toEqual([]);
});

test("a second signal does not wait for anything; the next run finds the run and marks it", async () => {
  const lock = await holdTable(database.url, "pinterest_ads_ads");
  const sync = await startCli(["sync"], { env });
  await waitUntil("a merge waits", isMergeWaiting);
  sync.signal("SIGINT");
  sync.signal("SIGTERM");
  await waitUntil("the sync has ended", sync.hasEnded, STOP_MS);
  // Which of the two was second is up to the system.
  expect(Object.values(EXIT_CODES)).toContain((await sync.ended).code);
  const find = async () => (await readRuns(database.url)).find(({ pid }) => pid === sync.pid);
  expect(await find()).toMatchObject({ status: "running" });
  await lock.release();
  expectExit(await runCli(["sync"], { env }), 0);
  expect(await find()).toMatchObject({ status: "interrupted", finished: true });
});

async function isMergeWaiting(): Promise<boolean> {
  const connections = await readConnections(database.url);
  return connections.some(({ wait_event_type }) => wait_event_type === "Lock");
}
