import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_ATTRIBUTION } from "../../src/resources/attribution.ts";
import { openWarehouse } from "../../src/warehouse/database.ts";
import { DEFAULT, findAnalytics, loadMetrics, type MetricsLoad } from "../support/metrics.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

const resource = findAnalytics("campaign_analytics");
const WINDOW = { from: "2024-02-28", to: "2024-03-01" };
const OTHER = { ...DEFAULT_ATTRIBUTION, click: 7 };

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([resource]);
});

afterAll(() => db.close());

beforeEach(() => db.query("truncate pinterest_ads_campaign_analytics, pinterest_ads_rejected_records"));

const load = (records: readonly unknown[], options: Partial<MetricsLoad> = {}) =>
  loadMetrics(db.warehouse, { resource, window: WINDOW, records, ...options });
const record = (id: number, date: string, spend: unknown, more: object = {}) => ({
  CAMPAIGN_ID: String(id),
  DATE: date,
  SPEND_IN_MICRO_DOLLAR: spend,
  ...more,
});
const many = (count: number, date = "2024-02-29") =>
  Array.from({ length: count }, (_, id) => record(id, date, 1));

/** Day, campaign and spend of every row. */
async function spends(condition = "true"): Promise<unknown[]> {
  const rows = await db.query<{ row: unknown[] }>(
    `select json_build_array(to_char(date, 'YYYY-MM-DD'), campaign_id, spend_in_micro_dollar) as row
       from pinterest_ads_campaign_analytics where ${condition} order by ad_account_id, date, campaign_id, attribution`,
  );
  return rows.map(({ row }) => row);
}

/** Where and by which transaction each row was written; the same only if nothing touched it. */
const footprint = () =>
  db.query(
    `select ctid::text, xmin::text, xmax::text, t.* from pinterest_ads_campaign_analytics as t
      order by ad_account_id, date, campaign_id, attribution`,
  );

const rejected = () =>
  db.query(
    "select reason, record::jsonb as record, record_key from pinterest_ads_rejected_records order by id",
  );

test("new rows are inserted, changed ones updated, vanished ones deleted, the others not touched", async () => {
  const first = [record(1, "2024-02-28", 10), record(2, "2024-02-29", 20), record(3, "2024-03-01", 30)];
  expect(await load(first)).toEqual({ inserted: 3, updated: 0, unchanged: 0, deleted: 0 });
  const [untouched] = await footprint();
  const second = [record(1, "2024-02-28", 10), record(2, "2024-02-29", 21), record(4, "2024-03-01", 40)];
  expect(await load(second)).toEqual({ inserted: 1, updated: 1, unchanged: 1, deleted: 1 });
  expect(await spends()).toEqual([
    ["2024-02-28", "1", 10],
    ["2024-02-29", "2", 21],
    ["2024-03-01", "4", 40],
  ]);
  expect((await footprint())[0]).toEqual(untouched);
});

test("a window that has not changed is not touched, in whatever order its rows come", async () => {
  const records = [...many(20), ...many(20, "2024-03-01")];
  await load(records);
  const before = await footprint();
  expect(await load(records.toReversed())).toEqual({ inserted: 0, updated: 0, unchanged: 40, deleted: 0 });
  expect(await footprint()).toEqual(before);
});

test("other days, accounts and attributions stay as they are", async () => {
  await load([record(1, "2024-02-27", 1)], { window: { from: "2024-02-27", to: "2024-02-27" } });
  await load([record(1, "2024-03-02", 2)], { window: { from: "2024-03-02", to: "2024-03-02" } });
  await load([record(1, "2024-02-29", 3)], { adAccountId: "2" });
  await load([record(1, "2024-02-29", 4)], { attribution: OTHER });
  const before = await footprint();
  await load([record(1, "2024-02-29", 5)]);
  expect(await load([])).toMatchObject({ deleted: 1 });
  expect(await footprint()).toEqual(before);
});

describe("a metric that was not asked for", () => {
  const asked = ["spend_in_micro_dollar"];

  test("keeps its value when the row changes", async () => {
    await load([record(1, "2024-02-29", 1, { IMPRESSION_1: 7, NOVEL: 1 })]);
    expect(await load([record(1, "2024-02-29", 2)], { asked })).toMatchObject({ updated: 1 });
    expect(
      await db.query(
        "select spend_in_micro_dollar::int, impression_1::int, _extra from pinterest_ads_campaign_analytics",
      ),
    ).toEqual([{ spend_in_micro_dollar: 2, impression_1: 7, _extra: null }]);
  });

  test("is no reason to write the row", async () => {
    await load([record(1, "2024-02-29", 1, { IMPRESSION_1: 7 })]);
    expect(await load([record(1, "2024-02-29", 1)], { asked })).toMatchObject({ updated: 0, unchanged: 1 });
  });

  test("does not hide that one which was asked for is gone", async () => {
    await load([record(1, "2024-02-29", 1, { IMPRESSION_1: 7 })]);
    expect(await load([record(1, "2024-02-29", null, { IMPRESSION_1: 7 })])).toMatchObject({ updated: 1 });
    expect(await spends()).toEqual([["2024-02-29", "1", null]]);
  });
});

test("of two rows with one key the last one wins", async () => {
  const records = [record(1, "2024-02-29", 1), record(2, "2024-02-29", 2), record(1, "2024-02-29", 3)];
  expect(await load(records)).toMatchObject({ inserted: 2 });
  expect(await load(records)).toMatchObject({ updated: 0, unchanged: 2, deleted: 0 });
  expect(await spends("campaign_id = '1'")).toEqual([["2024-02-29", "1", 3]]);
});

describe("a row stays although it is missing", () => {
  beforeEach(() => load([record(1, "2024-02-29", 1), record(2, "2024-02-29", 2)]));

  test.each(["ISO,YMD", "SQL,DMY"])("when its record was rejected (DateStyle %s)", async (style) => {
    const url = new URL(db.url);
    url.searchParams.set("options", `-c datestyle=${style}`);
    const warehouse = openWarehouse({ url: url.href, schema: "public", connections: 2 });
    try {
      const records = [record(1, "2024-02-29", "much"), record(2, "2024-02-29", 2)];
      const merged = await loadMetrics(warehouse, { resource, window: WINDOW, records });
      expect(merged).toMatchObject({ deleted: 0, unchanged: 1 });
    } finally {
      await warehouse.close();
    }
    expect(await spends()).toHaveLength(2);
  });

  test("when a record without a readable key may be its own", async () => {
    const records = [...many(20, "2024-03-01"), record(1, "2024-02-29", 1), { DATE: "2024-02-29" }];
    expect(await load(records)).toMatchObject({ deleted: 0 });
  });

  test("when too much of what came cannot be read", async () => {
    await load(many(50));
    expect(await load([...many(5), {}, {}])).toMatchObject({ deleted: 0 });
  });
});

test("a row of a day that nobody asked for is set apart and never written", async () => {
  await load([record(1, "2024-03-02", 9)], { window: { from: "2024-03-02", to: "2024-03-02" } });
  const before = await footprint();
  await load([
    record(1, "2024-03-02", 1),
    record(2, "2024-02-27", 2, { NOVEL: "x" }),
    record(3, "2024-03-01", 3),
  ]);
  expect((await footprint()).filter(({ campaign_id }) => campaign_id !== "3")).toEqual(before);
  expect(await rejected()).toEqual(
    ["2024-03-02", "2024-02-27"].map((date, index) => ({
      reason: "the day is outside the asked window",
      record_key: { ad_account_id: "1", date, campaign_id: String(index + 1), attribution: DEFAULT },
      record: expect.objectContaining({ date, spend_in_micro_dollar: index + 1 }),
    })),
  );
});

describe("where many rows stand, nothing at all", () => {
  beforeEach(() => load(many(100)));

  test.each<[string, unknown[]]>([
    ["came", []],
    ["that can be identified came", [{}, { DATE: "2024-02-29" }]],
    ["of the window came", many(120, "2024-03-02")],
  ])("%s: the window is not emptied", async (_, records) => {
    const before = await footprint();
    await expect(load(records)).rejects.toMatchObject({
      code: "suspiciously_empty",
      message: expect.stringContaining("where 100 rows stand"),
    });
    expect(await footprint()).toEqual(before);
    expect(await rejected()).toEqual([]);
  });

  test("is believed where it is accepted", async () => {
    expect(await load([], { acceptEmpty: true })).toMatchObject({ deleted: 100 });
  });

  test("is believed of another window, account or attribution", async () => {
    expect(await load([], { window: { from: "2024-02-01", to: "2024-02-27" } })).toMatchObject({
      deleted: 0,
    });
    expect(await load([], { adAccountId: "2" })).toMatchObject({ deleted: 0 });
    expect(await load([], { attribution: OTHER })).toMatchObject({ deleted: 0 });
  });
});
