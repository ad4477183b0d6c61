import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type MetricsUnderTest, openMetrics } from "../support/metrics-run.ts";

const TABLES = ["ad_analytics"];
/** The rows of a month make an empty answer suspicious, those of the lookback are too few. */
const DAYS = 30;
const LOOKBACK_DAYS = 2;

type Row = Record<string, unknown>;

let world: MetricsUnderTest;
/** What becomes of the rows of a report or a synchronous answer. */
let alterRows: ((rows: Row[]) => Row[]) | undefined;
let altersText: ((text: string) => string) | undefined;

beforeAll(async () => {
  world = await openMetrics({
    settings: { startDate: "2024-02-04", lookbackDays: LOOKBACK_DAYS },
    alter: ({ url }, text) => {
      if (!url.pathname.startsWith("/report-files/") && !url.pathname.endsWith("/ads/analytics"))
        return undefined;
      if (altersText) return altersText(text);
      if (!alterRows) return undefined;
      // Ids are bare numbers in files, and too long for doubles.
      const answer = JSON.parse(text.replaceAll(/:(\d{16,})/g, ':"$1"')) as Row[] | Record<string, Row[]>;
      const rows = alterRows(Array.isArray(answer) ? answer : Object.values(answer).flat());
      return JSON.stringify(Array.isArray(answer) ? rows : { all: rows });
    },
  });
});

afterAll(() => world?.[Symbol.asyncDispose]());

beforeEach(async () => {
  alterRows = undefined;
  altersText = undefined;
  await world.clear();
});

const load = (settings = {}, request = {}) => world.run(TABLES, settings, request);
/** The rows as texts that begin with their day; equal means that nothing was written. */
const read = async () =>
  (
    await world.subject.query(
      "select concat_ws(' ', date, ad_id, xmin, to_jsonb(t)) as row from pinterest_ads_ad_analytics as t order by 1",
    )
  ).map(({ row }) => String(row));
const readRejected = (runId: string) =>
  world.subject.query(
    `select resource, record_key, reason, record from pinterest_ads_rejected_records where run_id = '${runId}'`,
  );
const forgetDays = () => world.subject.query("truncate pinterest_ads_loaded_days");
const ways = [["report"], ["sync"]] as const;

describe.each(ways)("an empty answer (%s)", (method) => {
  test("where 100 rows stand fails the slice and changes nothing, unless empty answers are accepted", async () => {
    await load({ method });
    const before = await read();
    expect(before.length).toBeGreaterThanOrEqual(100);
    await forgetDays();
    alterRows = () => [];
    const report = await load({ method });
    expect(report).toMatchObject({ status: "partial", error: { code: "suspiciously_empty" } });
    expect(await read()).toEqual(before);
    expect(await world.subject.query("select * from pinterest_ads_loaded_days")).toEqual([]);
    const accepted = await load({ method }, { acceptEmpty: true });
    expect(accepted).toMatchObject({ status: "succeeded", totals: { rows_deleted: before.length } });
    expect(await read()).toEqual([]);
  });

  test("where fewer rows stand deletes them, and the other days stay", async () => {
    await load({ method });
    const before = await read();
    alterRows = () => [];
    expect(await load({ method })).toMatchObject({ status: "succeeded" });
    const kept = before.filter((row) => row < world.daysAgo(LOOKBACK_DAYS - 1));
    expect(kept.length).toBeLessThan(before.length);
    expect(await read()).toEqual(kept);
  });
});

test.each(["", "{}"])("a report whose file is %j has no rows", async (text) => {
  altersText = () => text;
  expect(await load({ method: "report" })).toMatchObject({ status: "succeeded", failures: [] });
  expect(await read()).toEqual([]);
  expect(await world.subject.query("select count(*)::int as days from pinterest_ads_loaded_days")).toEqual([
    { days: DAYS },
  ]);
});

describe.each(ways)("a row that cannot be loaded (%s)", (method) => {
  test("because its day was not asked for is set apart with its reason, and the run is partial", async () => {
    alterRows = ([first, ...rows]) => [{ ...first, DATE: "2024-01-31" }, ...rows];
    const report = await load({ method });
    expect(report).toMatchObject({ status: "partial", failures: [], totals: { records_rejected: 1 } });
    const [rejected, ...others] = await readRejected(report.id);
    expect(others).toEqual([]);
    expect(rejected).toMatchObject({
      resource: "ad_analytics",
      reason: "the day is outside the asked window",
      record_key: { date: "2024-01-31" },
    });
    expect(rejected?.["record"]).toMatch(/"spend_in_micro_dollar": \d+/);
    const differences = await world.differences(TABLES);
    expect(differences).toEqual([expect.stringMatching(/is missing$/)]);
  });

  test("because a metric is no number is set apart with its text, and what stands of it stays", async () => {
    await load({ method });
    const before = await read();
    alterRows = (rows) =>
      rows.map((row, index) => (index === 0 ? { ...row, SPEND_IN_MICRO_DOLLAR: "rather a lot" } : row));
    const report = await load({ method });
    expect(report).toMatchObject({ status: "partial", failures: [], totals: { records_rejected: 1 } });
    expect(await readRejected(report.id)).toMatchObject([
      {
        resource: "ad_analytics",
        reason: expect.stringMatching(/^spend_in_micro_dollar: /),
        record: expect.stringContaining("rather a lot"),
      },
    ]);
    expect(await read()).toEqual(before);
  });

  test("because it names no ad is set apart, and the others are loaded", async () => {
    alterRows = (rows) => [...rows, { DATE: world.daysAgo(0), SPEND_IN_MICRO_DOLLAR: 5 }];
    const report = await load({ method });
    expect(report).toMatchObject({ status: "partial", totals: { records_rejected: 1 } });
    expect(await readRejected(report.id)).toMatchObject([{ reason: expect.stringContaining("ad_id") }]);
    expect(await world.differences(TABLES)).toEqual([]);
  });
});

test("a field that nobody asked for is kept beside the metrics", async () => {
  alterRows = (rows) => rows.map((row) => ({ ...row, NEW_METRIC: 7 }));
  expect(await load()).toMatchObject({ status: "succeeded" });
  expect(await world.subject.query("select distinct _extra from pinterest_ads_ad_analytics")).toEqual([
    { _extra: { NEW_METRIC: 7 } },
  ]);
});
