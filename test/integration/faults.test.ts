import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Timeouts } from "../../src/pinterest/http.ts";
import { FAULT_KINDS, type FaultKind } from "../../src/simulator/fault-kinds.ts";
import type { FaultPlan } from "../../src/simulator/faults.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { contentOf } from "../support/copied-table.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { openSync, type SyncUnderTest } from "../support/sync.ts";

/** Two pages of ads per ad account; many requests, so that a tenth of them is some. */
const SIZE = { adsPerAdGroup: 8, productGroups: 260 };
const RATE = 0.1;
/** Short enough for tests that hang on purpose, long enough for a busy machine. */
const TIMEOUTS: Timeouts = { connect: 2_000, response: 250, request: 10_000 };
/** With these the world is not told as it is, so that a run cannot come out the same. */
const NOT_SURVIVABLE: readonly FaultKind[] = ["repeated_bookmark", "poisoned_record"];
const SURVIVABLE = FAULT_KINDS.filter((kind) => !NOT_SURVIVABLE.includes(kind));

const PLANS: readonly { what: string; kinds: readonly FaultKind[] }[] = [
  ...SURVIVABLE.map((kind) => ({ what: kind, kinds: [kind] })),
  { what: "all together", kinds: SURVIVABLE },
];

let database: TestDatabase;
let undisturbed: Content[];

/** Every row as one text, by round, table and key. */
type Content = Map<string, string>;

beforeAll(async () => {
  database = await createDatabase();
  undisturbed = await withSubject([], syncTwice);
});

afterAll(async () => {
  await database?.drop();
});

async function withSubject<T>(
  faults: FaultPlan,
  work: (subject: SyncUnderTest, simulator: Simulator) => Promise<T>,
): Promise<T> {
  const simulator = await startSimulator({ ...SIZE, faults });
  try {
    await using subject = await openSync({ url: database.url, simulator, timeouts: TIMEOUTS });
    return await work(subject, simulator);
  } finally {
    await simulator.close();
  }
}

/** The contents of all tables after a first sync, and after one of a world that has moved on. */
async function syncTwice(subject: SyncUnderTest, simulator: Simulator): Promise<Content[]> {
  const rounds: Content[] = [];
  for (const days of [0, 1]) {
    simulator.advance(days);
    const asked = simulator.requests.length;
    const report = await subject.sync();
    expect(report).toMatchObject({ status: "succeeded", failures: [], totals: { slices_failed: 0 } });
    const requests = simulator.requests.slice(asked).filter(({ path }) => path !== "/oauth/token");
    expect(report.totals.api_calls).toBe(requests.length);
    const tables = [...(await subject.readAll()).values()];
    const rows = tables.flatMap((table) =>
      [...contentOf(table)].map(([key, row]) => [`${table.name} ${key}`, JSON.stringify(row)] as const),
    );
    rounds.push(new Map(rows));
  }
  expect(await subject.findDifferences()).toEqual([]);
  return rounds;
}

/** The keys of rows that are not the same on both sides. */
function listDifferences(one: Content | undefined, other: Content | undefined): string[] {
  const keys = new Set([...(one?.keys() ?? []), ...(other?.keys() ?? [])]);
  return [...keys].filter((key) => one?.get(key) !== other?.get(key));
}

describe("a tenth of all requests meets", () => {
  test.each(PLANS)("$what: the warehouse holds the same as without", async ({ kinds }) => {
    const faults = kinds.map((kind) => ({ kind, rate: RATE }));
    await withSubject(faults, async (subject, simulator) => {
      const disturbed = await syncTwice(subject, simulator);
      expect(undisturbed[0]?.size).toBeGreaterThan(1_000);
      expect(disturbed.map((content, round) => listDifferences(content, undisturbed[round]))).toEqual([
        [],
        [],
      ]);
      const met = new Set(simulator.requests.map(({ fault }) => fault).filter((fault) => fault !== null));
      expect([...met].toSorted()).toEqual([...kinds].toSorted());
      expect(simulator.refreshTokensUsed.filter(({ uses }) => uses > 1)).toEqual([]);
    });
  });
});
