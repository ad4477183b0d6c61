import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_ATTRIBUTION } from "../../src/resources/attribution.ts";
import { readLoadedDays } from "../../src/warehouse/loaded-days.ts";
import { recordRefusedMetrics } from "../../src/warehouse/refused-metrics.ts";
import { findRunningReport, keepRunningReport } from "../../src/warehouse/running-reports.ts";
import { ALL_ASKED, DEFAULT, findAnalytics, loadMetrics, type MetricsLoad } from "../support/metrics.ts";
import { beginRun, openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

const resource = findAnalytics("campaign_analytics");
const WINDOW = { from: "2024-02-28", to: "2024-03-01" };
const HOUR_MS = 3_600_000;

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([resource]);
});

afterAll(() => db.close());

const TABLES = [
  "campaign_analytics",
  "rejected_records",
  "schema_drift",
  "sync_cursors",
  "loaded_days",
  "running_reports",
  "refused_metrics",
].map((name) => `pinterest_ads_${name}`);

beforeEach(() =>
  db.query(`truncate ${TABLES.join(", ")}, pinterest_ads_sync_slices, pinterest_ads_sync_runs`),
);

const load = (records: readonly unknown[], options: Partial<MetricsLoad> = {}) =>
  loadMetrics(db.warehouse, { resource, window: WINDOW, records, ...options });
/** One of everything that a slice writes: a row, an undeclared field, a rejection and a row of another day. */
const MIXED = [
  { CAMPAIGN_ID: "1", DATE: "2024-02-28", SPEND_IN_MICRO_DOLLAR: 1, NOVEL: 1 },
  { CAMPAIGN_ID: "2", DATE: "2024-02-28", SPEND_IN_MICRO_DOLLAR: "much" },
  { CAMPAIGN_ID: "3", DATE: "2024-03-02", SPEND_IN_MICRO_DOLLAR: 1 },
];

/** Everything that a slice may change, except that it is planned and under way. */
async function everything(): Promise<unknown> {
  const tables = await Promise.all(TABLES.map((name) => db.query(`select * from ${name} order by 1, 2, 3`)));
  return [...tables, await db.query("select * from pinterest_ads_sync_slices where status = 'succeeded'")];
}

async function keepReport(runId: string): Promise<void> {
  const report = { adAccountId: "1", fingerprint: "f", token: "t", resource: resource.name, window: WINDOW };
  await keepRunningReport(db.warehouse, { ...report, attribution: DEFAULT, runId });
}

async function refuse(metric: string, runId: string): Promise<void> {
  await recordRefusedMetrics(db.warehouse, {
    resource: resource.name,
    adAccountId: "1",
    method: "report",
    metrics: [metric],
    reason: "not available",
    runId,
  });
}

test("rows, rejections, drift, days, cursor, reports and books become visible together", async () => {
  const runId = await beginRun(db.warehouse);
  await keepReport(runId);
  await refuse("IMPRESSION_1", runId);
  await refuse("IMPRESSION_2", runId);
  const asked = ALL_ASKED.filter((name) => name !== "impression_2");
  await load(MIXED, { runId, asked, fingerprints: ["f"] });
  const read = (sql: string) => db.query(sql);
  expect(await read("select campaign_id, currency, _run_id from pinterest_ads_campaign_analytics")).toEqual([
    { campaign_id: "1", currency: "EUR", _run_id: runId },
  ]);
  expect(await read("select reason from pinterest_ads_rejected_records order by reason")).toEqual([
    { reason: expect.stringContaining("expected a whole number") },
    { reason: "the day is outside the asked window" },
  ]);
  expect(await read("select field from pinterest_ads_schema_drift")).toEqual([{ field: "NOVEL" }]);
  expect(
    await read(
      "select resource, ad_account_id, attribution, to_char(date, 'MM-DD') as day, method, left_out, run_id from pinterest_ads_loaded_days order by date",
    ),
  ).toEqual(
    ["02-28", "02-29", "03-01"].map((day) => ({
      resource: "campaign_analytics",
      ad_account_id: "1",
      attribution: DEFAULT,
      day,
      method: "report",
      left_out: ["impression_2"],
      run_id: runId,
    })),
  );
  expect(
    await read(
      "select scope_id, to_char(loaded_through, 'YYYY-MM-DD') as through from pinterest_ads_sync_cursors",
    ),
  ).toEqual([{ scope_id: "1", through: "2024-03-01" }]);
  expect(await read("select fingerprint from pinterest_ads_running_reports")).toEqual([]);
  expect(await read("select metric from pinterest_ads_refused_metrics")).toEqual([
    { metric: "IMPRESSION_2" },
  ]);
  expect(
    await read(
      `select status, method, attribution, to_char(window_from, 'MM-DD') as from, to_char(window_to, 'MM-DD') as to,
              records::int, records_rejected::int, rows_inserted::int from pinterest_ads_sync_slices`,
    ),
  ).toEqual([
    {
      status: "succeeded",
      method: "report",
      attribution: DEFAULT,
      from: "02-28",
      to: "03-01",
      records: 3,
      records_rejected: 2,
      rows_inserted: 1,
    },
  ]);
});

describe("nothing at all changes when", () => {
  let runId: string;

  beforeEach(async () => {
    await load(MIXED);
    runId = await beginRun(db.warehouse);
    await keepReport(runId);
  });

  async function expectNothingChanges(failure: object): Promise<void> {
    const before = await everything();
    await expect(load([], { runId, fingerprints: ["f"] })).rejects.toMatchObject(failure);
    expect(await everything()).toEqual(before);
  }

  test("the very last statement of the commit fails", async () => {
    await db.query(
      "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$",
    );
    await db.query(
      `create constraint trigger refuse after update on pinterest_ads_sync_slices
         deferrable initially deferred for each row when (new.status = 'succeeded') execute function refuse()`,
    );
    await expectNothingChanges({ message: "disk full" });
    await db.query("drop function refuse cascade");
  });

  test("the run counts as ended by now", async () => {
    await db.query("update pinterest_ads_sync_runs set status = 'interrupted' where id = $1", runId);
    await expectNothingChanges({ code: "run_superseded" });
  });
});

test("an earlier window adds its days and does not move the cursor back", async () => {
  await load([]);
  await load([], { window: { from: "2024-01-31", to: "2024-02-01" } });
  expect(await readLoadedDays(db.warehouse, resource.name, "1", DEFAULT)).toEqual([
    "2024-01-31",
    "2024-02-01",
    "2024-02-28",
    "2024-02-29",
    "2024-03-01",
  ]);
  expect(await db.query("select loaded_through::text from pinterest_ads_sync_cursors")).toEqual([
    { loaded_through: "2024-03-01" },
  ]);
});

test("loaded days are told apart by account and attribution", async () => {
  await load([]);
  const other = { ...DEFAULT_ATTRIBUTION, view: 7 };
  await load([], { attribution: other, adAccountId: "2", window: { from: "2024-02-28", to: "2024-02-28" } });
  expect(await readLoadedDays(db.warehouse, resource.name, "2", DEFAULT)).toEqual([]);
  expect(await readLoadedDays(db.warehouse, resource.name, "2", "30/30/7 TIME_OF_AD_ACTION")).toEqual([
    "2024-02-28",
  ]);
});

test("numbers count as asked for when their report was created, not when they were loaded", async () => {
  const runId = await beginRun(db.warehouse);
  await keepReport(runId);
  await db.query("update pinterest_ads_running_reports set created_at = now() - interval '50 minutes'");
  expect(await findRunningReport(db.warehouse, "1", "f", HOUR_MS)).toBe("t");
  await load([], { runId, fingerprints: ["f"] });
  const [day] = await db.query<{ minutes: number }>(
    "select round(extract(epoch from loaded_at - asked_at) / 60)::int as minutes from pinterest_ads_loaded_days limit 1",
  );
  expect(day?.minutes).toBeGreaterThanOrEqual(50);
});

test("a day that is loaded again is loaded by then and as then", async () => {
  await load([], { asked: [] });
  await load([], { method: "sync" });
  expect(await db.query("select distinct method, left_out from pinterest_ads_loaded_days")).toEqual([
    { method: "sync", left_out: null },
  ]);
});
