import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type MetricsUnderTest, openMetrics, SOME_METRICS } from "../support/metrics-run.ts";

const REFUSED = ["IMPRESSION_2", "TOTAL_CONVERSIONS"];
const KEPT = SOME_METRICS.filter((name) => !REFUSED.includes(name));
const TABLES = ["ad_account_analytics", "campaign_analytics"];
/** Pinterest's answer to a column that it does not know at all: everything that it knows. */
const LISTING = `Invalid ad account ads analytics parameters. '${REFUSED[0]}' is not one of [${KEPT.map((name) => `'${name}'`).join(", ")}, 'CAMPAIGN_ID', 'AD_ACCOUNT_ID', 'SPEND_IN_DOLLAR']`;

let database: TestDatabase;
let world: MetricsUnderTest;
let listsValues: boolean;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database?.drop());

beforeEach(async () => {
  listsValues = false;
  // The age of a refusal is told by the clock of the database.
  world = await openMetrics({
    url: database.url,
    now: Date.now(),
    settings: { method: "report" },
    alter: ({ method, body }, _text) => {
      if (!listsValues || method !== "POST" || !REFUSED.some((name) => body.includes(`"${name}"`)))
        return undefined;
      return { status: 400, json: { code: 400, message: LISTING } };
    },
  });
});

afterEach(() => world?.[Symbol.asyncDispose]());

/** The refused metrics that requests of this level asked for, one entry a request. */
function askedFor(level: string, names: readonly string[] = REFUSED): string[][] {
  return world.asked().flatMap(({ json }) => {
    const body = (json ?? {}) as { level?: string; columns?: string[] };
    return body.level === level ? [names.filter((name) => body.columns?.includes(name))] : [];
  });
}

const readBooks = () =>
  world.subject.query(
    "select resource, ad_account_id, method, metric, reason from pinterest_ads_refused_metrics order by metric, resource",
  );
const refuse = () => {
  world.simulator.faults = [{ kind: "columns_refused", level: "CAMPAIGN", columns: REFUSED }];
};

describe("metrics that Pinterest refuses at one level", () => {
  beforeEach(async () => {
    refuse();
    expect(await world.run(TABLES)).toMatchObject({ status: "succeeded", failures: [] });
  });

  test("are written down with what Pinterest said, and everything else is loaded", async () => {
    const adAccountId = world.simulator.world.adAccounts[0]?.id;
    expect(await readBooks()).toEqual(
      REFUSED.map((metric) => ({
        resource: "campaign_analytics",
        ad_account_id: adAccountId,
        method: "report",
        metric,
        reason: expect.stringContaining(`Columns ${REFUSED.join(", ")} are not available`),
      })),
    );
    expect(await world.differences(["ad_account_analytics"])).toEqual([]);
    expect(await world.differences(["campaign_analytics"], { metrics: KEPT })).toEqual([]);
    expect(
      await world.subject.query(
        "select distinct impression_2, total_conversions from pinterest_ads_campaign_analytics",
      ),
    ).toEqual([{ impression_2: null, total_conversions: null }]);
    expect(
      await world.subject.query(
        "select distinct resource, left_out from pinterest_ads_loaded_days order by 1",
      ),
    ).toEqual([
      { resource: "ad_account_analytics", left_out: null },
      { resource: "campaign_analytics", left_out: REFUSED.map((name) => name.toLowerCase()) },
    ]);
  });

  test("are not asked for again by the next run, while other levels and ways still are", async () => {
    world.forget();
    expect(await world.run(TABLES)).toMatchObject({ status: "succeeded" });
    expect(askedFor("CAMPAIGN")).toEqual([[]]);
    expect(askedFor("ADVERTISER")).toEqual([REFUSED]);
    world.simulator.faults = [];
    expect(await world.run(TABLES, { method: "sync" })).toMatchObject({ status: "succeeded" });
    const [asked] = world.asked().filter(({ path }) => path.endsWith("/campaigns/analytics"));
    expect(asked?.query["columns"]?.join().split(",")).toEqual(expect.arrayContaining(REFUSED));
  });

  test("are asked for again after a week, and left alone once more if they are still refused", async () => {
    world.pass(6);
    world.forget();
    await world.run(TABLES);
    expect(askedFor("CAMPAIGN").flat()).toEqual([]);
    world.pass(2);
    world.forget();
    expect(await world.run(TABLES)).toMatchObject({ status: "succeeded" });
    expect(askedFor("CAMPAIGN")).toEqual([REFUSED, []]);
  });

  test("are loaded as soon as Pinterest gives them, and their refusal is forgotten", async () => {
    world.pass(8);
    world.simulator.faults = [];
    expect(await world.run(TABLES, { startDate: world.daysAgo(4) })).toMatchObject({ status: "succeeded" });
    expect(await readBooks()).toEqual([]);
    await world.subject.query(
      TABLES.map((name) => `delete from pinterest_ads_${name} where date < '${world.daysAgo(4)}'`).join(";"),
    );
    expect(await world.differences(TABLES, { from: world.daysAgo(4) })).toEqual([]);
  });

  test("count as not loaded where levels are compared", async () => {
    const verdicts = await world.subject.query(
      "select distinct metric, verdict from pinterest_ads_reconciliation where level = 'campaign' order by metric",
    );
    expect(verdicts).toEqual(
      ["CLICKTHROUGH_1", "IMPRESSION_1", "IMPRESSION_2", "SPEND_IN_MICRO_DOLLAR", "TOTAL_CONVERSIONS"].map(
        (name) => ({
          metric: name.toLowerCase(),
          verdict: REFUSED.includes(name) ? "not_loaded" : "equal",
        }),
      ),
    );
  });
});

test.each(["report", "sync"] as const)(
  "a metric refused later keeps what was loaded of it (%s)",
  async (method) => {
    await world.run(TABLES, { method });
    refuse();
    expect(await world.run(TABLES, { method })).toMatchObject({ status: "succeeded" });
    expect((await readBooks()).map((row) => `${row["method"]} ${row["metric"]}`)).toEqual(
      REFUSED.map((name) => `${method} ${name}`),
    );
    expect(await world.differences(TABLES)).toEqual([]);
  },
);

test("metrics that are missing in Pinterest's list of valid ones are refused metrics", async () => {
  listsValues = true;
  expect(await world.run(TABLES)).toMatchObject({ status: "succeeded" });
  expect((await readBooks()).map((row) => `${row["resource"]} ${row["metric"]}`)).toEqual(
    REFUSED.flatMap((name) => TABLES.map((table) => `${table} ${name}`)),
  );
  expect(await world.differences(TABLES, { metrics: KEPT })).toEqual([]);
});
