import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type MetricsUnderTest, openMetrics } from "../support/metrics-run.ts";
import {
  compareMetrics,
  type ExpectedMetrics,
  expectMetrics,
  METRIC_TABLES,
} from "../support/metrics-truth.ts";

const LOOKBACK_DAYS = 8;
const TABLES = ["ad_account_analytics", "ad_analytics", "campaign_targeting_analytics"];

let database: TestDatabase;
let world: MetricsUnderTest;

beforeAll(async () => {
  database = await createDatabase();
});

afterEach(() => world?.[Symbol.asyncDispose]());
afterAll(() => database?.drop());

async function open(options: Parameters<typeof openMetrics>[0] = {}): Promise<void> {
  world = await openMetrics({ url: database.url, ...options });
}

/** The truth of this moment about some days. */
function expectDays(tables: readonly string[], from: string, to: string): ExpectedMetrics {
  const { metrics, targetingTypes } = world.settings;
  return expectMetrics(world.simulator, { tables, from, to, metrics, targetingTypes });
}

function together(...parts: readonly ExpectedMetrics[]): ExpectedMetrics {
  const tables = new Set(parts.flatMap((part) => [...part.keys()]));
  return new Map(
    [...tables].map((table) => [table, new Map(parts.flatMap((part) => [...(part.get(table) ?? [])]))]),
  );
}

interface StoredRow {
  readonly date: string;
  readonly content: string;
  readonly syncedAt: string;
  readonly runId: string;
  readonly xmin: string;
}

/** The rows of the ads, by key, with what tells whether they were written. */
async function readAds(): Promise<Map<string, StoredRow>> {
  const rows = await world.subject.query(
    `select concat_ws(' ', ad_account_id, date, ad_id, attribution) as key, date::text, _synced_at::text as "syncedAt",
            _run_id as "runId", xmin::text, (to_jsonb(t) - '_synced_at' - '_run_id')::text as content
       from pinterest_ads_ad_analytics as t`,
  );
  return new Map(rows.map(({ key, ...row }) => [String(key), row as unknown as StoredRow]));
}

describe("a day later", () => {
  let before: Map<string, StoredRow>;
  let after: Map<string, StoredRow>;
  let runId: string;
  let expected: ExpectedMetrics;
  let restated: string;

  async function load(): Promise<void> {
    await open({ world: { adsPerAdGroup: 6 }, settings: { lookbackDays: LOOKBACK_DAYS } });
    const first = world.daysAgo(12);
    await world.run(TABLES, { startDate: first });
    before = await readAds();
    restated = world.daysAgo(LOOKBACK_DAYS - 2);
    const kept = expectDays(TABLES, first, world.daysAgo(LOOKBACK_DAYS - 1));
    world.pass(1);
    world.forget();
    const report = await world.run(TABLES, { startDate: first });
    expect(report).toMatchObject({ status: "succeeded", failures: [] });
    runId = report.id;
    after = await readAds();
    expected = together(kept, expectDays(TABLES, restated, world.daysAgo(0)));
  }

  test("the lookback equals the truth again, the days before it are neither asked for nor changed", async () => {
    await load();
    expect(await compareMetrics(world.subject, expected)).toEqual([]);
    const starts = world
      .asked()
      .flatMap(
        ({ query, json }) => query["start_date"] ?? (json as Record<string, string>)?.["start_date"] ?? [],
      );
    expect(new Set(starts)).toEqual(new Set([restated]));
  });

  test("rows that changed are updated, those that vanished are deleted, the others are not touched", async () => {
    await load();
    const judge = ([key, row]: [string, StoredRow]) => {
      const now = after.get(key);
      if (!now) return "vanished";
      if (now.content !== row.content) return now.runId === runId ? "updated" : "changed without a trace";
      return now.xmin === row.xmin && now.syncedAt === row.syncedAt && now.runId === row.runId
        ? "untouched"
        : "touched for nothing";
    };
    const judged = (isOld: boolean) =>
      [...before].filter(([, { date }]) => date < restated === isOld).map((entry) => judge(entry));
    expect(new Set(judged(false))).toEqual(new Set(["updated", "untouched", "vanished"]));
    expect(new Set(judged(true))).toEqual(new Set(["untouched"]));
    const added = [...after].filter(([key]) => !before.has(key)).map(([, row]) => row);
    expect(added.length).toBeGreaterThan(0);
    for (const row of added)
      expect({ runId: row.runId, isOld: row.date < restated }).toEqual({ runId, isOld: false });
  });
});

test("a run right after a run writes nothing", async () => {
  await open();
  await world.run(METRIC_TABLES);
  expect(await world.run(METRIC_TABLES)).toMatchObject({
    status: "succeeded",
    totals: { rows_inserted: 0, rows_updated: 0, rows_deleted: 0 },
  });
});

test.each(["report", "sync"] as const)(
  "when entities vanish, appear and are restated, every level equals the truth again (%s)",
  async (method) => {
    // The lookback reaches back to the first day all the time.
    const metrics = ["SPEND_IN_MICRO_DOLLAR", "TOTAL_CONVERSIONS"];
    await open({ world: { campaigns: 8 }, settings: { method, metrics, lookbackDays: 9 } });
    await world.run(METRIC_TABLES);
    for (let day = 0; day < 3; day += 1) {
      const moves = world.simulator.advance(1).map(({ what, resource }) => `${what} ${resource}`);
      expect(moves).toEqual(expect.arrayContaining(["appeared ads", "vanished campaigns"]));
      world.pass(1);
      expect(await world.run(METRIC_TABLES)).toMatchObject({ status: "succeeded", failures: [] });
      expect(await world.differences(METRIC_TABLES)).toEqual([]);
    }
  },
);

describe("days that were never loaded are loaded by the next sync", () => {
  test("after a pause longer than the lookback", async () => {
    await open();
    await world.run(TABLES);
    const kept = expectDays(TABLES, world.daysAgo(4), world.daysAgo(0));
    world.pass(6);
    world.forget();
    await world.run(TABLES);
    const added = expectDays(TABLES, world.daysAgo(5), world.daysAgo(0));
    expect(await compareMetrics(world.subject, together(kept, added))).toEqual([]);
  });

  test("after a run that failed, and within what is loaded", async () => {
    await open({ settings: { method: "report" } });
    await world.run(TABLES);
    await world.subject.query(
      `with lost as (delete from pinterest_ads_loaded_days where date = '${world.daysAgo(3)}' returning *)
       delete from pinterest_ads_ad_analytics as t using lost where t.date = lost.date`,
    );
    world.simulator.faults = [{ kind: "report_failed" }];
    expect(await world.run(TABLES)).toMatchObject({ status: "partial", error: { code: "report_failed" } });
    world.simulator.faults = [];
    world.forget();
    expect(await world.run(TABLES)).toMatchObject({ status: "succeeded" });
    expect(await world.differences(TABLES)).toEqual([]);
    const asked = world.asked().flatMap(({ json }) => {
      const { level, start_date, end_date } = (json ?? {}) as Record<string, string>;
      return level === "PIN_PROMOTION" ? [`${start_date} ${end_date}`] : [];
    });
    const { daysAgo } = world;
    expect(asked.toSorted()).toEqual([`${daysAgo(3)} ${daysAgo(3)}`, `${daysAgo(1)} ${daysAgo(0)}`]);
  });
});
