import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_ATTRIBUTION } from "../../src/resources/attribution.ts";
import type { AnalyticsResource, ListResource } from "../../src/resources/define.ts";
import { withConnection } from "../../src/warehouse/database.ts";
import { countEntityIds, readEntityIds } from "../../src/warehouse/entity-ids.ts";
import { findOrphans, insertStubs } from "../../src/warehouse/orphans.ts";
import { readParentValues } from "../../src/warehouse/parents.ts";
import { findAnalytics, findList, loadMetrics, type MetricsLoad } from "../support/metrics.ts";
import { load, openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

const campaigns = findList("campaigns");
const adGroups = findList("ad_groups");
const ads = findList("ads");
const promotions = findList("product_group_promotions");
const adAnalytics = findAnalytics("ad_analytics");
const productGroupAnalytics = findAnalytics("product_group_analytics");
const RUN = randomUUID();
const WINDOW = { from: "2024-01-01", to: "2024-01-31" };

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([campaigns, adGroups, ads, promotions, adAnalytics, productGroupAnalytics]);
});

afterAll(() => db.close());

beforeEach(() =>
  db.query(
    `truncate pinterest_ads_campaigns, pinterest_ads_ad_groups, pinterest_ads_ads, pinterest_ads_ad_analytics,
       pinterest_ads_product_group_promotions, pinterest_ads_product_group_analytics, pinterest_ads_sync_cursors`,
  ),
);

const list = (resource: ListResource, ...records: object[]) =>
  load(db.warehouse, { resource, scopeId: "1", records });
const measure = (ids: Record<string, string>, options: Partial<MetricsLoad> = {}) => {
  const date = options.window?.from ?? "2024-01-02";
  return loadMetrics(db.warehouse, {
    resource: adAnalytics,
    window: { from: date, to: date },
    records: [{ DATE: date, SPEND_IN_MICRO_DOLLAR: 1, ...ids }],
    ...options,
  });
};
const AD = { AD_ID: "30", AD_GROUP_ID: "20", CAMPAIGN_ID: "10" };
const find = async (entity: ListResource, analytics: AnalyticsResource = adAnalytics) =>
  (await findOrphans(db.warehouse, analytics, [entity], "1", WINDOW)).get(entity.name) ?? [];
const stub = (entity: ListResource, ids: readonly string[], analytics: AnalyticsResource = adAnalytics) =>
  insertStubs(db.warehouse, { analytics, entity, adAccountId: "1", window: WINDOW, ids, runId: RUN });

/** What `readEntityIds` is asked with for an entity of the ads' metrics. */
const measuredBy = (column: string, resource: string) => ({
  analytics: adAnalytics,
  entity: { column, resource },
  adAccountId: "1",
  window: WINDOW,
});

describe("an orphan", () => {
  test("is an entity with metrics on these days, of any attribution, that has no row", async () => {
    await measure(AD);
    await measure({ ...AD, AD_ID: "9" }, { attribution: { ...DEFAULT_ATTRIBUTION, click: 7 } });
    await measure({ ...AD, AD_ID: "31" }, { window: { from: "2024-01-31", to: "2024-01-31" } });
    await measure({ ...AD, AD_ID: "33" }, { window: { from: "2024-02-01", to: "2024-02-01" } });
    await measure({ ...AD, AD_ID: "32" }, { adAccountId: "2" });
    expect(await find(ads)).toEqual(["30", "31", "9"]);
  });

  test("may be a parent that only stands on the rows of its children", async () => {
    await measure(AD);
    expect([await find(campaigns), await find(adGroups), await find(promotions)]).toEqual([
      ["10"],
      ["20"],
      [],
    ]);
  });

  test("is not what has a row, deleted ones and stubs included", async () => {
    await list(ads, { id: "30" });
    await list(ads);
    await measure(AD);
    await stub(campaigns, await find(campaigns));
    expect([await find(ads), await find(campaigns)]).toEqual([[], []]);
  });

  test("is found by the column of its own, whatever it is called", async () => {
    const ids = { PRODUCT_GROUP_ID: "7", AD_GROUP_ID: "20", CAMPAIGN_ID: "10" };
    await measure(ids, { resource: productGroupAnalytics });
    expect(await find(promotions, productGroupAnalytics)).toEqual(["7"]);
    await stub(promotions, ["7"], productGroupAnalytics);
    expect(
      await db.query("select id, ad_group_id, _stub from pinterest_ads_product_group_promotions"),
    ).toEqual([{ id: "7", ad_group_id: "20", _stub: true }]);
  });
});

describe("a stub", () => {
  test("holds its ids, those of its parents by the latest metrics, and that it is one", async () => {
    await measure({ ...AD, CAMPAIGN_ID: "11" }, { window: { from: "2024-01-01", to: "2024-01-01" } });
    await measure(AD);
    expect(await stub(ads, ["30"])).toBe(1);
    expect(
      await db.query(
        `select ad_account_id, id, ad_group_id, campaign_id, name, _run_id, _stub, _deleted_at is not null as deleted
           from pinterest_ads_ads`,
      ),
    ).toEqual([
      {
        ad_account_id: "1",
        id: "30",
        ad_group_id: "20",
        campaign_id: "10",
        name: null,
        _run_id: RUN,
        _stub: true,
        deleted: true,
      },
    ]);
  });

  test("does not replace a row that came meanwhile", async () => {
    await measure(AD);
    await list(ads, { id: "30", name: "found" });
    expect(await stub(ads, ["30"])).toBe(0);
    expect(await db.query("select name, _stub from pinterest_ads_ads")).toEqual([
      { name: "found", _stub: null },
    ]);
  });

  test("becomes an ordinary row when its record comes, and only then", async () => {
    await measure(AD);
    await stub(ads, ["30"]);
    expect(await list(ads, { id: "31" })).toMatchObject({ inserted: 1, deleted: 0 });
    const read = () => db.query("select _stub, _deleted_at from pinterest_ads_ads where id = '30'");
    expect(await read()).toMatchObject([{ _stub: true }]);
    expect(await list(ads, { id: "30", ad_group_id: "20", campaign_id: "10" }, { id: "31" })).toMatchObject({
      updated: 1,
      unchanged: 1,
    });
    expect(await read()).toEqual([{ _stub: null, _deleted_at: null }]);
  });

  test("is asked for metrics, but not for children", async () => {
    await measure(AD);
    await stub(adGroups, ["20"]);
    expect(await readEntityIds(db.warehouse, measuredBy("ad_group_id", "ad_groups"))).toEqual(["20"]);
    const child = {
      ...promotions,
      parent: { resource: "ad_groups", column: "id", parameter: "ad_group_id" },
    };
    expect(await withConnection(db.warehouse, (client) => readParentValues(client, child, "1"))).toEqual([]);
  });
});

test("entities asked by id leave the others, the guard against empty lists and the cursor alone", async () => {
  const hundred = Array.from({ length: 100 }, (_, id) => ({ id: `a${id}` }));
  await list(ads, ...hundred);
  const cursor = await db.query("select * from pinterest_ads_sync_cursors");
  const byId = (...records: object[]) =>
    load(db.warehouse, { resource: ads, scopeId: "1", records, complete: false });
  expect(await byId({ id: "30" })).toMatchObject({ inserted: 1, deleted: 0 });
  expect(await byId()).toMatchObject({ deleted: 0 });
  expect(await db.query("select * from pinterest_ads_sync_cursors")).toEqual(cursor);
});

test("all ids of an account are read, deleted ones included, in one order", async () => {
  await list(ads, { id: "9" }, { id: "10" });
  await list(ads, { id: "10" }, { id: "8" });
  await load(db.warehouse, { resource: ads, scopeId: "2", records: [{ id: "7" }] });
  expect(await readEntityIds(db.warehouse, measuredBy("ad_id", "ads"))).toEqual(["10", "8", "9"]);
  await measure(AD);
  expect(await readEntityIds(db.warehouse, measuredBy("ad_id", "ads"))).toEqual(["10", "30", "8", "9"]);
  expect(await countEntityIds(db.warehouse, "ads", "1")).toBe(3);
});
