import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withMetrics } from "../../src/resources/analytics.ts";
import { DEFAULT_ATTRIBUTION } from "../../src/resources/attribution.ts";
import { metrics } from "../../src/resources/metrics.ts";
import { recordAttributions } from "../../src/warehouse/attributions.ts";
import { assertMigrated, migrate } from "../../src/warehouse/migrate.ts";
import { readViews } from "../../src/warehouse/view-catalog.ts";
import { findAnalytics, findList, loadMetrics, type MetricsLoad, measured } from "../support/metrics.ts";
import { createRole } from "../support/role.ts";
import { load, openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

const VIEW = "pinterest_ads_ad_performance";
const ads = findAnalytics("ad_analytics");
const WEEK = { ...DEFAULT_ATTRIBUTION, click: 7 };
const WINDOW = { from: "2024-02-29", to: "2024-02-29" };

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse(measured);
});

afterAll(() => db.close());

const measure = (values: object, options: Partial<MetricsLoad> = {}) =>
  loadMetrics(db.warehouse, {
    resource: ads,
    window: WINDOW,
    records: [{ AD_ID: "30", AD_GROUP_ID: "20", CAMPAIGN_ID: "10", DATE: WINDOW.from, ...values }],
    ...options,
  });

test("there is one view per plain level and none per breakdown", async () => {
  const views = await readViews(db.warehouse.knex, "public");
  expect([...views.keys()]).toEqual(
    ["ad_account", "ad_group", "ad", "campaign", "keyword", "product_group"].map(
      (level) => `pinterest_ads_${level}_performance`,
    ),
  );
});

describe("a view shows", () => {
  beforeEach(async () => {
    await db.query("truncate pinterest_ads_ad_analytics, pinterest_ads_ads, pinterest_ads_campaigns");
    await recordAttributions(db.warehouse, [DEFAULT_ATTRIBUTION, WEEK]);
  });

  test("rows of the default attribution setting alone", async () => {
    await measure({ SPEND_IN_MICRO_DOLLAR: 1 });
    await measure({ SPEND_IN_MICRO_DOLLAR: 2 }, { attribution: WEEK });
    const read = () => db.query(`select spend_in_micro_dollar::int as micro from ${VIEW}`);
    expect(await read()).toEqual([{ micro: 1 }]);
    await recordAttributions(db.warehouse, [WEEK, DEFAULT_ATTRIBUTION]);
    expect(await read()).toEqual([{ micro: 2 }]);
  });

  test("names and states beside ids, a row without them all the same", async () => {
    await measure({ SPEND_IN_MICRO_DOLLAR: 1 });
    const names = () =>
      db.query(`select ad_account_name, campaign_name, ad_group_name, ad_name, ad_status from ${VIEW}`);
    expect(await names()).toEqual([
      { ad_account_name: null, campaign_name: null, ad_group_name: null, ad_name: null, ad_status: null },
    ]);
    const list = (name: string, record: object, scopeId: string | undefined = "1") =>
      load(db.warehouse, { resource: findList(name), scopeId, records: [record] });
    await load(db.warehouse, {
      resource: findList("ad_accounts"),
      scopeId: undefined,
      records: [{ id: "1", name: "Account" }],
    });
    await list("campaigns", { id: "10", name: "Campaign" });
    await list("ad_groups", { id: "20", name: "Group" });
    await list("ads", { id: "30", name: "Ad", status: "PAUSED" });
    await load(db.warehouse, {
      resource: findList("ads"),
      scopeId: "2",
      records: [{ id: "30", name: "Other" }],
    });
    expect(await names()).toEqual([
      {
        ad_account_name: "Account",
        campaign_name: "Campaign",
        ad_group_name: "Group",
        ad_name: "Ad",
        ad_status: "PAUSED",
      },
    ]);
  });

  test("amounts in the account's currency, exactly, and ratios", async () => {
    await measure({
      SPEND_IN_MICRO_DOLLAR: JSON.rawJSON("9007199254740993"),
      TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR: JSON.rawJSON("18014398509481986"),
      IMPRESSION_1: 1500,
      IMPRESSION_2: 500,
      CLICKTHROUGH_1: 4,
      TOTAL_CONVERSIONS: 2,
    });
    expect(
      await db.query(
        `select spend::text, total_checkout_value::text, impressions::int, clicks::int, click_through_rate, cost_per_click::text,
                cost_per_thousand_impressions::text, conversion_rate, cost_per_conversion::text, cost_per_checkout, return_on_ad_spend
           from ${VIEW}`,
      ),
    ).toEqual([
      {
        spend: "9007199254.740993",
        total_checkout_value: "18014398509.481986",
        impressions: 2000,
        clicks: 4,
        click_through_rate: 0.002,
        cost_per_click: "2251799813.685248",
        cost_per_thousand_impressions: "4503599627.370497",
        conversion_rate: 0.5,
        cost_per_conversion: "4503599627.370497",
        cost_per_checkout: null,
        return_on_ad_spend: 2,
      },
    ]);
  });

  test("no ratio where there is nothing to divide by", async () => {
    await measure({ SPEND_IN_MICRO_DOLLAR: 0, IMPRESSION_1: 0, CLICKTHROUGH_1: 0, TOTAL_CONVERSIONS: 0 });
    const [row] = await db.query(
      `select click_through_rate, cost_per_click, cost_per_thousand_impressions, conversion_rate, cost_per_conversion,
              cost_per_checkout, return_on_ad_spend from ${VIEW}`,
    );
    expect(Object.values(row ?? {})).toEqual(Array(7).fill(null));
  });
});

test.each<[string, readonly string[]]>([
  ["all metrics that there are", [...metrics.keys()]],
  ["one metric", ["IMPRESSION_1"]],
])("views can be made of %s, with a comment on every column", async (_, names) => {
  const wide = await openTestWarehouse(withMetrics(measured, names));
  try {
    for (const { comment, columns } of (await readViews(wide.warehouse.knex, "public")).values())
      expect([comment, ...columns.map((column) => column.comment)]).not.toContain("");
  } finally {
    await wide.close();
  }
});

describe("when a definition has changed", () => {
  const wider = withMetrics(measured, ["SPEND_IN_MICRO_DOLLAR", "IMPRESSION_1", "TOTAL_LEAD"]);
  const columns = async () =>
    (await readViews(db.warehouse.knex, "public")).get(VIEW)?.columns.map(({ name }) => name);

  beforeEach(async () => {
    await migrate(db.warehouse, measured);
  });

  test("a sync refuses to run before the view is made anew, which keeps who may read it", async () => {
    const analyst = await createRole(db.url);
    await db.query(`grant select on ${VIEW} to ${analyst.name}, public`);
    await expect(assertMigrated(db.warehouse, wider)).rejects.toMatchObject({
      code: "schema_missing",
      details: { lacking: expect.arrayContaining([`${VIEW} in its present form`]) },
    });
    await migrate(db.warehouse, wider);
    expect(await columns()).toContain("total_lead");
    expect(await columns()).not.toContain("clicks");
    expect(
      await db.query(
        "select has_table_privilege($1, $2, 'select') and has_table_privilege('public', $2, 'select') as read",
        analyst.name,
        VIEW,
      ),
    ).toEqual([{ read: true }]);
    expect((await migrate(db.warehouse, wider)).statements).toEqual([]);
    await analyst.drop();
  });

  test("a view that somebody else's reads is left alone, and said so", async () => {
    await db.query(`create view report as select ad_id from ${VIEW}`);
    await expect(migrate(db.warehouse, wider)).rejects.toMatchObject({
      code: "schema_differs",
      message: expect.stringContaining(`${VIEW} must be made anew, but report reads it`),
    });
    expect(await columns()).toContain("clicks");
    await db.query("drop view report");
  });

  test("one that was dropped or made by somebody else comes back", async () => {
    await db.query(`drop view ${VIEW}`);
    await expect(assertMigrated(db.warehouse, measured)).rejects.toMatchObject({ code: "schema_missing" });
    await db.query(`create view ${VIEW} as select 1 as one`);
    await migrate(db.warehouse, measured);
    expect(await columns()).toContain("clicks");
    await assertMigrated(db.warehouse, measured);
  });
});
