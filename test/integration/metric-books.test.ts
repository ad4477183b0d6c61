import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_ATTRIBUTION } from "../../src/resources/attribution.ts";
import { readAccounts } from "../../src/warehouse/accounts.ts";
import { recordAttributions } from "../../src/warehouse/attributions.ts";
import { readCoverage } from "../../src/warehouse/coverage.ts";
import { readOpenDays, recordMetricsReady } from "../../src/warehouse/metrics-ready.ts";
import { readRefusedMetrics, recordRefusedMetrics } from "../../src/warehouse/refused-metrics.ts";
import {
  findRunningReport,
  forgetRunningReport,
  keepRunningReport,
} from "../../src/warehouse/running-reports.ts";
import { readStatus } from "../../src/warehouse/status.ts";
import { DEFAULT, findList } from "../support/metrics.ts";
import { load, openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

const adAccounts = findList("ad_accounts");
const HOUR_MS = 3_600_000;
const RUN = randomUUID();

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([adAccounts]);
});

afterAll(() => db.close());

beforeEach(() =>
  db.query(
    `truncate pinterest_ads_loaded_days, pinterest_ads_running_reports, pinterest_ads_refused_metrics,
       pinterest_ads_metrics_ready, pinterest_ads_attributions, pinterest_ads_reconciliation`,
  ),
);

describe("the token of a running report", () => {
  const report = {
    adAccountId: "1",
    fingerprint: "f",
    token: "t",
    resource: "ad_analytics",
    window: { from: "2024-01-01", to: "2024-01-31" },
    attribution: DEFAULT,
    runId: RUN,
  };
  const find = (fingerprint = "f", adAccountId = "1") =>
    findRunningReport(db.warehouse, adAccountId, fingerprint, HOUR_MS / 2);
  const age = (minutes: number) =>
    db.query(`update pinterest_ads_running_reports set created_at = now() - interval '${minutes} minutes'`);

  test("is found by account and fingerprint while it is young enough", async () => {
    await keepRunningReport(db.warehouse, report);
    expect([await find(), await find("g"), await find("f", "2")]).toEqual(["t", undefined, undefined]);
    await age(31);
    expect(await find()).toBeUndefined();
  });

  test.each([
    ["one of its days was asked for after it was created", "2024-01-31", DEFAULT, 10, undefined],
    ["its days were asked for before it was created", "2024-01-31", DEFAULT, 30, "t"],
    ["another day was asked for", "2024-02-01", DEFAULT, 10, "t"],
    ["its days were asked for under another attribution setting", "2024-01-31", "other", 10, "t"],
  ])("when %s", async (_, day, attribution, minutesAgo, found) => {
    await keepRunningReport(db.warehouse, report);
    await age(20);
    await db.query(
      `insert into pinterest_ads_loaded_days (resource, ad_account_id, attribution, date, asked_at)
       values ('${report.resource}', '1', '${attribution}', '${day}', now() - interval '${minutesAgo} minutes')`,
    );
    expect(await find()).toBe(found);
  });

  test("is replaced by that of a report created anew", async () => {
    await keepRunningReport(db.warehouse, report);
    await age(50);
    await keepRunningReport(db.warehouse, { ...report, token: "t2" });
    expect(await find()).toBe("t2");
  });

  test("is forgotten on demand, and after an hour by itself", async () => {
    await keepRunningReport(db.warehouse, report);
    await keepRunningReport(db.warehouse, { ...report, fingerprint: "g" });
    await forgetRunningReport(db.warehouse, "1", "f");
    expect(await find()).toBeUndefined();
    await age(61);
    await keepRunningReport(db.warehouse, { ...report, fingerprint: "h" });
    expect(await db.query("select fingerprint from pinterest_ads_running_reports")).toEqual([
      { fingerprint: "h" },
    ]);
  });
});

test("refused metrics are known per resource, account and method, as long as the refusal is recent", async () => {
  const refused = { resource: "ad_analytics", adAccountId: "1", reason: "not available \0", runId: RUN };
  const record = (method: "sync" | "report", ...metrics: string[]) =>
    recordRefusedMetrics(db.warehouse, { ...refused, method, metrics });
  await record("sync", "B", "A");
  await record("report", "A");
  await record("report");
  const read = (since: Date, method: "sync" | "report" = "sync", account = "1") =>
    readRefusedMetrics(db.warehouse, "ad_analytics", account, method, since);
  const hourAgo = new Date(Date.now() - HOUR_MS);
  expect([await read(hourAgo), await read(hourAgo, "report")]).toEqual([["A", "B"], ["A"]]);
  expect(await read(hourAgo, "sync", "2")).toEqual([]);
  await db.query("update pinterest_ads_refused_metrics set refused_at = now() - interval '2 hours'");
  await record("sync", "B");
  expect(await read(hourAgo)).toEqual(["B"]);
});

describe("a day is final", () => {
  const day = (date: string, deliveryFinal: boolean, conversionsFinal: boolean) => ({
    date,
    deliveryFinal,
    conversionsFinal,
  });
  const SPAN = { from: "2024-01-01", to: "2024-01-05" };
  /** Days to ask about, all of them recent. */
  const open = () => readOpenDays(db.warehouse, SPAN, SPAN.from);
  const since = () => db.query("select final_since from pinterest_ads_metrics_ready");

  test("when delivery and conversions are, and then not asked about again", async () => {
    await recordMetricsReady(db.warehouse, [
      day("2024-01-02", true, true),
      day("2024-01-01", true, true),
      day("2024-01-03", true, false),
      day("2024-01-04", false, true),
      day("2024-02-01", true, true),
    ]);
    expect(await open()).toEqual(["2024-01-03", "2024-01-04", "2024-01-05"]);
  });

  test("or asked about once in a while when it is older and was not final", async () => {
    const old = () => readOpenDays(db.warehouse, SPAN, "2024-01-05");
    await recordMetricsReady(db.warehouse, [day("2024-01-03", true, false), day("2024-01-05", true, false)]);
    expect(await old()).toEqual(["2024-01-01", "2024-01-02", "2024-01-04", "2024-01-05"]);
    await db.query("update pinterest_ads_metrics_ready set checked_at = now() - interval '1 day'");
    expect(await old()).toContain("2024-01-03");
  });

  test("since it was first found to be", async () => {
    await recordMetricsReady(db.warehouse, [day("2024-01-01", true, true)]);
    const first = await since();
    await recordMetricsReady(db.warehouse, [day("2024-01-01", true, true)]);
    expect(await since()).toEqual(first);
  });

  test("no longer when Pinterest takes it back", async () => {
    await recordMetricsReady(db.warehouse, [day("2024-01-01", true, true)]);
    await recordMetricsReady(db.warehouse, [day("2024-01-01", false, true)]);
    expect([await open(), await since()]).toEqual([
      ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"],
      [{ final_since: null }],
    ]);
  });
});

test("the configured attribution settings replace those before, the first is the default", async () => {
  const week = { ...DEFAULT_ATTRIBUTION, click: 7, reportTime: "TIME_OF_CONVERSION" as const };
  const read = () =>
    db.query(
      "select attribution, is_default, click_window_days::int from pinterest_ads_attributions order by position",
    );
  await recordAttributions(db.warehouse, [DEFAULT_ATTRIBUTION, week]);
  await Promise.all([
    recordAttributions(db.warehouse, [week, DEFAULT_ATTRIBUTION]),
    recordAttributions(db.warehouse, [week, DEFAULT_ATTRIBUTION]),
  ]);
  expect(await read()).toEqual([
    { attribution: "7/30/1 TIME_OF_CONVERSION", is_default: true, click_window_days: 7 },
    { attribution: DEFAULT, is_default: false, click_window_days: 30 },
  ]);
  await recordAttributions(db.warehouse, [DEFAULT_ATTRIBUTION]);
  expect(await read()).toEqual([{ attribution: DEFAULT, is_default: true, click_window_days: 30 }]);
});

test("an account is read with its currency", async () => {
  await load(db.warehouse, {
    resource: adAccounts,
    scopeId: undefined,
    records: [{ id: "1", name: "one", currency: "CHF" }, { id: "2" }],
  });
  expect(await readAccounts(db.warehouse)).toMatchObject([
    { id: "1", currency: "CHF" },
    { id: "2", currency: null },
  ]);
});

describe("coverage", () => {
  /** Days that were asked for so many days after they had ended. */
  const loaded = (days: readonly string[], lag = 1, keys = "'ad_analytics', '1'") =>
    db.query(
      `insert into pinterest_ads_loaded_days (resource, ad_account_id, attribution, date, asked_at)
       select ${keys}, '${DEFAULT}', day::date, day::date + ${lag} + time '12:00' at time zone 'UTC'
         from unnest($1::text[]) as day`,
      days,
    );
  const ready = (date: string, since: string) =>
    db.query("insert into pinterest_ads_metrics_ready (date, final_since) values ($1, $2)", date, since);
  const read = () => readCoverage(db.warehouse, 33);

  test("tells first day, last day and gaps of each resource, account and attribution", async () => {
    await loaded(["2024-02-28", "2024-02-29", "2024-03-02", "2024-03-05"]);
    await loaded(["2024-01-01"], 1, "'ad_analytics', '2'");
    expect(await read()).toEqual([
      {
        ad_account_id: "1",
        resource: "ad_analytics",
        attribution: DEFAULT,
        first_day: "2024-02-28",
        loaded_through: "2024-03-05",
        final_through: null,
        gaps: [
          { from: "2024-03-01", to: "2024-03-01" },
          { from: "2024-03-03", to: "2024-03-04" },
        ],
      },
      expect.objectContaining({ ad_account_id: "2", loaded_through: "2024-01-01", gaps: [] }),
    ]);
  });

  test.each<[string, number, string | null]>([
    ["loaded 33 days later, when the last attribution window may be open", 33, null],
    ["loaded 34 days later", 34, "2024-01-03"],
  ])("days %s", async (_, lag, final_through) => {
    await loaded(["2024-01-01", "2024-01-02", "2024-01-03"], lag);
    expect(await read()).toMatchObject([{ final_through }]);
  });

  test("is final as far as Pinterest had said so before it was asked, without a break", async () => {
    await loaded(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"]);
    await ready("2024-01-01", "2024-01-01T23:59:00Z");
    await ready("2024-01-02", "2024-01-03T12:00:00Z");
    await ready("2024-01-03", "2024-01-04T12:00:01Z");
    await ready("2024-01-04", "2024-01-05T00:00:00Z");
    expect(await read()).toMatchObject([{ final_through: "2024-01-02" }]);
  });

  test("is final only up to a gap", async () => {
    await loaded(["2024-01-01", "2024-01-02", "2024-01-04"], 40);
    expect(await read()).toMatchObject([{ final_through: "2024-01-02", loaded_through: "2024-01-04" }]);
  });
});

test("status tells coverage, refused metrics, differences and ready days, and survives JSON", async () => {
  await db.query(
    `insert into pinterest_ads_loaded_days (resource, ad_account_id, attribution, date, asked_at)
     values ('ad_analytics', '1', '${DEFAULT}', '2024-01-01', now())`,
  );
  for (const adAccountId of ["1", "2"])
    await recordRefusedMetrics(db.warehouse, {
      resource: "ad_analytics",
      adAccountId,
      method: "sync",
      metrics: ["TOTAL_IMPRESSION_USER"],
      reason: "not available",
      runId: RUN,
    });
  await db.query(
    `insert into pinterest_ads_reconciliation
            (ad_account_id, date, attribution, metric, level, account_total, level_total, difference, difference_percent, verdict)
     select '1', date '2024-01-01' + n, 'a', 'impression_1', 'ad', 100, 100 + n, n, n, case n when 0 then 'equal' else 'differs' end
       from generate_series(0, 8) as n`,
  );
  await recordMetricsReady(db.warehouse, [
    { date: "2024-01-01", deliveryFinal: true, conversionsFinal: false },
    { date: "2024-01-02", deliveryFinal: false, conversionsFinal: false },
  ]);
  const status = await readStatus(db.warehouse, 63);
  expect(JSON.parse(JSON.stringify(status))).toMatchObject({
    coverage: [{ first_day: "2024-01-01", final_through: "2024-01-01" }],
    refused_metrics: [{ metric: "TOTAL_IMPRESSION_USER", method: "sync", ad_accounts: 2 }],
    reconciliation: { differing: 8 },
    ready_days: [
      { date: "2024-01-02", delivery_final: false },
      { date: "2024-01-01", delivery_final: true },
    ],
  });
  expect(status.reconciliation.worst.map(({ date }) => date)).toEqual([
    "2024-01-09",
    "2024-01-08",
    "2024-01-07",
    "2024-01-06",
    "2024-01-05",
  ]);
});
