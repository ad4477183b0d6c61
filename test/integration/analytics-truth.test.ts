import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEFAULT_ATTRIBUTION, nameAttribution } from "../../src/resources/attribution.ts";
import { CORE_METRICS, metrics } from "../../src/resources/metrics.ts";
import { ATTRIBUTE_COLUMNS } from "../../src/simulator/analytics/columns.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type MetricsUnderTest, openMetrics, SOME_METRICS } from "../support/metrics-run.ts";
import { METRIC_TABLES, PLAIN_TABLES } from "../support/metrics-truth.ts";

/** No endpoint knows it but the synchronous ones. */
const SYNC_ONLY = "QUIZ_PIN_RESULT_OPEN";
const KNOWN_TO_SYNC = CORE_METRICS.filter((name) => metrics.get(name)?.sync);

let database: TestDatabase;
let world: MetricsUnderTest | undefined;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database?.drop());

async function open(options: Parameters<typeof openMetrics>[0]): Promise<MetricsUnderTest> {
  await world?.[Symbol.asyncDispose]();
  world = await openMetrics({ url: database.url, ...options });
  return world;
}

afterAll(() => world?.[Symbol.asyncDispose]());

/** By which ways the days of each table were read. */
async function readMethods({ subject }: MetricsUnderTest): Promise<Record<string, unknown>> {
  const rows = await subject.query(
    "select resource, array_agg(distinct method) as methods from pinterest_ads_loaded_days group by 1",
  );
  return Object.fromEntries(rows.map(({ resource, methods }) => [resource, String(methods)]));
}

const all = (method: string) => Object.fromEntries(METRIC_TABLES.map((name) => [name, method]));

describe("after a first load every level and day equals the truth to the last unit", () => {
  test.each([
    { way: "by reports", method: "report", chosen: CORE_METRICS, ways: all("report") },
    {
      way: "by the synchronous endpoints, keywords by report",
      method: "sync",
      chosen: KNOWN_TO_SYNC,
      ways: { ...all("sync"), keyword_analytics: "report" },
    },
    {
      way: "by whatever needs fewer calls, where no id is needed",
      method: "auto",
      chosen: KNOWN_TO_SYNC,
      ways: { ...all("report"), ad_account_analytics: "sync", ad_account_targeting_analytics: "sync" },
    },
    {
      way: "by the way that knows more of the chosen metrics",
      method: "auto",
      chosen: CORE_METRICS,
      ways: all("report"),
    },
  ] as const)("$way", async ({ method, chosen, ways }) => {
    const { run, differences, subject } = await open({
      world: { accounts: 2 },
      settings: { method, metrics: chosen },
    });
    const report = await run(METRIC_TABLES);
    expect(report).toMatchObject({ status: "succeeded", failures: [], totals: { records_rejected: 0 } });
    expect(await differences(METRIC_TABLES)).toEqual([]);
    expect(await readMethods(world as MetricsUnderTest)).toEqual(ways);
    for (const table of METRIC_TABLES) {
      const [row] = await subject.query(
        `select count(distinct ad_account_id)::int as accounts, count(distinct date)::int as days from pinterest_ads_${table}`,
      );
      expect({ table, ...row }).toEqual({ table, accounts: 2, days: 5 });
    }
  });

  test("with a metric that only the synchronous endpoints know", async () => {
    const { run, differences, subject } = await open({ settings: { metrics: [...SOME_METRICS, SYNC_ONLY] } });
    expect(await run(METRIC_TABLES)).toMatchObject({ status: "succeeded" });
    const known = METRIC_TABLES.filter((name) => name !== "keyword_analytics");
    expect(await differences(known)).toEqual([]);
    expect(await differences(["keyword_analytics"], { metrics: SOME_METRICS })).toEqual([]);
    expect(
      await subject.query(
        "select distinct resource, left_out from pinterest_ads_loaded_days where left_out is not null",
      ),
    ).toEqual([{ resource: "keyword_analytics", left_out: [SYNC_ONLY.toLowerCase()] }]);
  });

  test("with every metric that there is", async () => {
    const chosen = [...metrics.keys()];
    const { run, differences } = await open({ settings: { metrics: chosen, method: "report" } });
    const tables = ["campaign_analytics", "campaign_targeting_analytics"];
    expect(await run(tables)).toMatchObject({ status: "succeeded", totals: { records_rejected: 0 } });
    const measured = chosen.filter((name) => metrics.get(name)?.report && !ATTRIBUTE_COLUMNS.has(name));
    expect(measured.length).toBeGreaterThan(500);
    const notBrokenDown = ["TOTAL_IMPRESSION_USER", "TOTAL_IMPRESSION_FREQUENCY"];
    expect(await differences(tables.slice(0, 1), { metrics: measured })).toEqual([]);
    expect(
      await differences(tables.slice(1), {
        metrics: measured.filter((name) => !notBrokenDown.includes(name)),
      }),
    ).toEqual([]);
  });
});

test("without a first day a first load reaches 90 days back, today included", async () => {
  const { run, differences, daysAgo, subject } = await open({ settings: { startDate: undefined } });
  const tables = PLAIN_TABLES.slice(0, 2);
  expect(await run(tables)).toMatchObject({ status: "succeeded" });
  expect(await differences(tables, { from: daysAgo(89) })).toEqual([]);
  const days = await subject.query(
    `select resource, attribution, min(date)::text as first, max(date)::text as last, count(*)::int as days
       from pinterest_ads_loaded_days group by 1, 2 order by 1`,
  );
  const expected = { first: daysAgo(89), last: daysAgo(0), days: 90 };
  const attribution = nameAttribution(DEFAULT_ATTRIBUTION);
  expect(days).toEqual(tables.map((resource) => ({ resource, attribution, ...expected })));
});
