import { afterAll, beforeAll, expect, test } from "vitest";
import { type Attribution, DEFAULT_ATTRIBUTION, nameAttribution } from "../../src/resources/attribution.ts";
import { type MetricsUnderTest, openMetrics } from "../support/metrics-run.ts";
import { METRIC_TABLES, PLAIN_TABLES } from "../support/metrics-truth.ts";

const BY_CONVERSION: Attribution = { click: 7, engagement: 0, view: 60, reportTime: "TIME_OF_CONVERSION" };
const DEFAULT_FIRST = [DEFAULT_ATTRIBUTION, BY_CONVERSION] as const;
const DEFAULT_LAST = [BY_CONVERSION, DEFAULT_ATTRIBUTION] as const;
const VIEWS = PLAIN_TABLES.map((name) => name.replace(/_analytics$/, "_performance"));

let world: MetricsUnderTest;

beforeAll(async () => {
  world = await openMetrics({
    settings: { attributions: DEFAULT_FIRST, startDate: undefined, lookbackDays: 10 },
  });
  await world.run(METRIC_TABLES, { startDate: world.daysAgo(9) });
});

afterAll(() => world?.[Symbol.asyncDispose]());

const CONVERSIONS = "sum(total_conversions)::int as conversions, count(*)::int as rows";

/** What the truth of one setting sums up to for a table. */
async function sumTable(table: string, { subject }: MetricsUnderTest, attribution: Attribution) {
  const name = nameAttribution(attribution);
  return (
    await subject.query(`select ${CONVERSIONS} from pinterest_ads_${table} where attribution = '${name}'`)
  )[0];
}

const sumViews = async () =>
  Promise.all(
    VIEWS.map(
      async (view) => (await world.subject.query(`select ${CONVERSIONS} from pinterest_ads_${view}`))[0],
    ),
  );
const sumTables = (attribution: Attribution) =>
  Promise.all(PLAIN_TABLES.map((table) => sumTable(table, world, attribution)));

test("settings stand side by side, each equal to its own truth at every level", async () => {
  expect(await world.differences(METRIC_TABLES, { from: world.daysAgo(9) })).toEqual([]);
});

test("settings differ in what they count, or the other tests would see nothing", async () => {
  const [one, other] = [await sumTables(DEFAULT_ATTRIBUTION), await sumTables(BY_CONVERSION)];
  for (const [index, sum] of one.entries())
    expect(sum?.["conversions"]).not.toBe(other[index]?.["conversions"]);
});

test("the settings are written down in their order, the first as the default", async () => {
  expect(
    await world.subject.query(
      `select attribution, click_window_days::int as click, engagement_window_days::int as engagement,
              view_window_days::int as view, conversion_report_time as "reportTime", is_default, position::int
         from pinterest_ads_attributions order by position`,
    ),
  ).toEqual(
    DEFAULT_FIRST.map((setting, position) => ({
      attribution: nameAttribution(setting),
      ...setting,
      is_default: position === 0,
      position,
    })),
  );
});

test("views show the first setting alone; with another order they show the other one", async () => {
  expect(await sumViews()).toEqual(await sumTables(DEFAULT_ATTRIBUTION));
  const settings = { attributions: DEFAULT_LAST, startDate: world.daysAgo(9) };
  expect(await world.run(["ad_account_analytics"], settings)).toMatchObject({ status: "succeeded" });
  expect(await sumViews()).toEqual(await sumTables(BY_CONVERSION));
});

test("levels are compared within each setting", async () => {
  const verdicts = await world.subject.query(
    `select attribution, array_agg(distinct verdict) as verdicts, count(distinct date)::int as days
       from pinterest_ads_reconciliation group by 1 order by 1`,
  );
  expect(verdicts).toEqual(
    [DEFAULT_ATTRIBUTION, BY_CONVERSION]
      .map((setting) => ({ attribution: nameAttribution(setting), verdicts: ["equal"], days: 10 }))
      .toSorted((one, other) => one.attribution.localeCompare(other.attribution)),
  );
});

test("a setting that is added later is loaded from the first day on, those before it from the lookback on", async () => {
  const added: Attribution = { ...DEFAULT_ATTRIBUTION, click: 1 };
  world.forget();
  await world.run(["ad_analytics"], {
    attributions: [DEFAULT_ATTRIBUTION, added],
    startDate: world.daysAgo(9),
    lookbackDays: 2,
    method: "report",
  });
  const asked = world.asked().flatMap(({ json }) => {
    const { click_window_days, start_date } = (json ?? {}) as Record<string, unknown>;
    return start_date ? [[click_window_days, start_date]] : [];
  });
  expect(asked.toSorted()).toEqual([
    [1, world.daysAgo(9)],
    [30, world.daysAgo(1)],
  ]);
  const all = [DEFAULT_ATTRIBUTION, BY_CONVERSION, added];
  expect(await world.differences(["ad_analytics"], { from: world.daysAgo(9), attributions: all })).toEqual(
    [],
  );
});
