import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readCoverage } from "../../src/warehouse/coverage.ts";
import { addDays, dayOf } from "../../src/window.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type MetricsUnderTest, openMetrics } from "../support/metrics-run.ts";

const TABLES = ["ad_account_analytics"];
const READY = "/resources/metrics_ready_state";
const LOOKBACK_DAYS = 6;
/** What the simulator says: delivery is whole after two days, conversions after three. */
const DELIVERY_DAYS = 2;
const CONVERSIONS_DAYS = 3;
/** More than any attribution window: no day here is settled by its age alone. */
const SETTLED_AFTER_DAYS = 63;

let database: TestDatabase;
let world: MetricsUnderTest;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database?.drop());

beforeEach(async () => {
  // How old a day was when it was asked for is told by the clock of the database.
  const now = Date.now();
  world = await openMetrics({
    url: database.url,
    now,
    settings: { startDate: addDays(dayOf(now), -LOOKBACK_DAYS), lookbackDays: LOOKBACK_DAYS },
  });
  expect(await world.run(TABLES)).toMatchObject({ status: "succeeded" });
});

afterEach(() => world?.[Symbol.asyncDispose]());

const readReady = () =>
  world.subject.query(
    `select date::text, delivery_final, conversions_final, final_since is not null as final
       from pinterest_ads_metrics_ready order by date desc`,
  );
/** The days that Pinterest was asked about since `forget`, how many days ago. */
const listAsked = () =>
  world
    .asked()
    .filter(({ path }) => path === READY)
    .map(({ query }) => query["date"]?.[0])
    .toSorted();
const days = (from: number, to: number) =>
  Array.from({ length: from - to + 1 }, (_, index) => world.daysAgo(from - index));
const coverage = async () => {
  const [row] = await readCoverage(world.subject.warehouse, SETTLED_AFTER_DAYS);
  return (
    row && { first: row.first_day, through: row.loaded_through, final: row.final_through, gaps: row.gaps }
  );
};

test("what Pinterest says of each day of the lookback is kept", async () => {
  expect(listAsked()).toEqual(days(LOOKBACK_DAYS, 1));
  expect(await readReady()).toEqual(
    Array.from({ length: LOOKBACK_DAYS }, (_, index) => ({
      date: world.daysAgo(index + 1),
      delivery_final: index + 1 >= DELIVERY_DAYS,
      conversions_final: index + 1 >= CONVERSIONS_DAYS,
      final: index + 1 >= CONVERSIONS_DAYS,
    })),
  );
});

test("days that are known to be final are not asked about again", async () => {
  world.forget();
  await world.run(TABLES);
  expect(listAsked()).toEqual(days(CONVERSIONS_DAYS - 1, 1));
  world.pass(1);
  world.forget();
  await world.run(TABLES);
  expect(listAsked()).toEqual(days(CONVERSIONS_DAYS, 1));
});

describe("a run that cannot learn which days are final", () => {
  test.each(["internal_error", "html", "connection_reset"] as const)(
    "is none the worse for it (%s)",
    async (kind) => {
      await world.clear();
      await world.subject.query("truncate pinterest_ads_metrics_ready");
      world.simulator.faults = [{ kind, path: READY }];
      const report = await world.run(TABLES);
      expect(report).toMatchObject({ status: "succeeded", failures: [], error: undefined });
      expect(await world.differences(TABLES)).toEqual([]);
      expect(await readReady()).toEqual([]);
      expect(
        await world.subject.query(
          `select status, error_code is not null as told from pinterest_ads_sync_slices
          where run_id = '${report.id}' and status <> 'succeeded'`,
        ),
      ).toEqual([{ status: "skipped", told: true }]);
    },
  );
});

describe("coverage", () => {
  test("names the first day, the last one and the last one that is final", async () => {
    const final = world.daysAgo(CONVERSIONS_DAYS);
    expect(await coverage()).toEqual({
      first: world.daysAgo(LOOKBACK_DAYS),
      through: world.daysAgo(0),
      final,
      gaps: [],
    });
  });

  test("counts a day as final only when it was asked for after Pinterest had said so", async () => {
    const before = world.daysAgo(CONVERSIONS_DAYS);
    world.pass(2);
    // Pinterest is asked which days are final now, and the metrics fail.
    world.simulator.faults = [{ kind: "internal_error", path: /\/(?:analytics|reports)$/ }];
    expect(await world.run(TABLES)).toMatchObject({ status: "partial" });
    expect((await readReady()).filter(({ final }) => final).length).toBe(LOOKBACK_DAYS);
    expect(await coverage()).toMatchObject({ final: before });
    world.simulator.faults = [];
    await world.run(TABLES);
    expect(await coverage()).toMatchObject({
      final: world.daysAgo(CONVERSIONS_DAYS),
      through: world.daysAgo(0),
    });
  });

  test("names gaps, and final days end before the first of them", async () => {
    const { first, through } = (await coverage()) ?? {};
    const window = { from: world.daysAgo(80), to: world.daysAgo(76) };
    await world.run(
      TABLES,
      {},
      { trigger: "backfill", backfill: { window, order: "oldest", restart: false } },
    );
    expect(await coverage()).toEqual({
      first: window.from,
      through,
      final: window.to,
      gaps: [{ from: addDays(window.to, 1), to: addDays(first ?? "", -1) }],
    });
  });
});
