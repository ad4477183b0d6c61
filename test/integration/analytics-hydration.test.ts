import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ApiRecord } from "../../src/simulator/json.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { type MetricsUnderTest, openMetrics } from "../support/metrics-run.ts";
import { METRIC_TABLES } from "../support/metrics-truth.ts";

/** Lists of entities with the parameter that asks for some by id. */
const ID_FILTERS: Readonly<Record<string, string>> = {
  campaigns: "campaign_ids",
  ad_groups: "ad_group_ids",
  ads: "ad_ids",
  product_group_promotions: "product_group_promotion_ids",
};
const LISTS = Object.keys(ID_FILTERS);
const LEVELS = ["CAMPAIGN", "AD_GROUP", "PIN_PROMOTION", "PRODUCT_GROUP"] as const;
const IDS_AT_MOST = 250;

let database: TestDatabase;
let world: MetricsUnderTest;
/** Ids that lists leave out, although they are given when asked for by id. */
let unlisted: Set<string>;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database?.drop());

beforeEach(() => {
  unlisted = new Set();
});

afterEach(() => world?.[Symbol.asyncDispose]());

async function open(options: Parameters<typeof openMetrics>[0] = {}): Promise<void> {
  world = await openMetrics({
    url: database.url,
    ...options,
    alter: ({ url }, text) => {
      const filter = ID_FILTERS[url.pathname.split("/").at(-1) ?? ""];
      if (filter === undefined || url.searchParams.has(filter)) return undefined;
      const { items, ...page } = JSON.parse(text) as { items: ApiRecord[] };
      return JSON.stringify({ items: items.filter(({ id }) => !unlisted.has(id)), ...page });
    },
  });
}

const account = () => {
  const [first] = world.simulator.world.accounts;
  if (!first) throw new Error("the world is empty");
  return first;
};

/** Ids on rows of metrics that have no row of their own, by table of metrics and of entities. */
async function findOrphans(): Promise<string[]> {
  const orphans: string[] = [];
  for (const table of METRIC_TABLES)
    for (const [column, list] of Object.entries({
      campaign_id: "campaigns",
      ad_group_id: "ad_groups",
      ad_id: "ads",
      product_group_id: "product_group_promotions",
    })) {
      const has = await world.subject.query(
        `select from pg_attribute where attrelid = 'pinterest_ads_${table}'::regclass and attname = '${column}'`,
      );
      if (has.length === 0) continue;
      const rows = await world.subject.query(
        `select distinct ${column} as id from pinterest_ads_${table} as t where ${column} <> 'none' and not exists
           (select from pinterest_ads_${list} as e where e.ad_account_id = t.ad_account_id and e.id = t.${column})`,
      );
      orphans.push(...rows.map(({ id }) => `${table} ${list} ${id}`));
    }
  return orphans;
}

const readEntities = (list: string, condition: string) =>
  world.subject.query(
    `select id, _stub, _deleted_at is not null as deleted from pinterest_ads_${list} where ${condition} order by id collate "C"`,
  );

describe("entities with metrics that no list holds", () => {
  test("are asked for by id and land in their tables as they are", async () => {
    await open();
    const [from, to] = [world.daysAgo(4), world.daysAgo(0)];
    const request = { adAccountId: account().id, from, to, columns: world.settings.metrics };
    for (const level of LEVELS) {
      const [last] = world.simulator.truth({ ...request, level }).toReversed();
      if (last) unlisted.add(last.id);
    }
    expect(unlisted.size).toBe(LISTS.length);
    // The synchronous endpoints, asked by id, would not be asked for them.
    const report = await world.run(METRIC_TABLES, { method: "report" });
    expect(report).toMatchObject({ status: "succeeded", failures: [] });
    expect(await findOrphans()).toEqual([]);
    const differences = await world.subject.findDifferences(LISTS);
    expect(differences.filter((line) => [...unlisted].some((id) => line.includes(id)))).toEqual([]);
    for (const list of LISTS) expect(await readEntities(list, "_stub")).toEqual([]);
  });

  test("are kept by the runs that follow, marked as deleted, and not asked for again", async () => {
    await open();
    unlisted = new Set(account().ads.map(({ id }) => id));
    await world.run(["ad_analytics"], { method: "report" });
    const [before] = await world.subject.query("select count(*)::int as count from pinterest_ads_ads");
    expect(before?.["count"]).toBeGreaterThan(0);
    world.forget();
    await world.run(["ad_analytics"], { method: "report" });
    expect(await readEntities("ads", "_deleted_at is null")).toEqual([]);
    expect(await world.subject.query("select count(*)::int as count from pinterest_ads_ads")).toEqual([
      before,
    ]);
    expect(world.asked().filter(({ query }) => query["ad_ids"])).toEqual([]);
  });

  test("are asked for at most 250 at a time", async () => {
    await open({ world: { adsPerAdGroup: 80, deliveringShare: 1 }, settings: { startDate: "2024-03-04" } });
    unlisted = new Set(account().ads.map(({ id }) => id));
    await world.run(["ad_analytics"], { metrics: ["SPEND_IN_MICRO_DOLLAR"] });
    const asked = world
      .asked()
      .flatMap(({ path, query }) =>
        path.endsWith("/ads") && query["ad_ids"] ? [query["ad_ids"].flatMap((ids) => ids.split(","))] : [],
      );
    expect(asked.length).toBeGreaterThan(1);
    for (const ids of asked) expect(ids.length).toBeLessThanOrEqual(IDS_AT_MOST);
    expect(new Set(asked.flat()).size).toBe(asked.flat().length);
    expect(await findOrphans()).toEqual([]);
  });
});

describe("entities that Pinterest no longer gives", () => {
  let gone: { ads: ApiRecord[]; campaigns: ApiRecord[] };

  beforeEach(async () => {
    await open();
    const { ads, campaigns } = account();
    gone = { ads: ads.splice(0), campaigns: campaigns.splice(0, 3) };
    expect(await world.run(["ad_analytics", "campaign_analytics"], { method: "report" })).toMatchObject({
      status: "succeeded",
      failures: [],
    });
  });

  test("become rows with their ids alone, marked as such and as deleted", async () => {
    expect(await findOrphans()).toEqual([]);
    const stubs = await readEntities("ads", "_stub");
    expect(stubs.length).toBeGreaterThan(0);
    for (const stub of stubs) expect(stub).toMatchObject({ _stub: true, deleted: true });
    const names = await world.subject.query(
      `select distinct e.ad_group_id = t.ad_group_id and e.campaign_id = t.campaign_id as placed, e.name
         from pinterest_ads_ads as e join pinterest_ads_ad_analytics as t on t.ad_id = e.id`,
    );
    expect(names).toEqual([{ placed: true, name: null }]);
    const delivering = await world.subject.query(
      `select distinct campaign_id as id from pinterest_ads_campaign_analytics order by 1`,
    );
    const lost = new Set(gone.campaigns.map(({ id }) => id));
    expect((await readEntities("campaigns", "_stub")).map(({ id }) => id)).toEqual(
      delivering.map(({ id }) => String(id)).filter((id) => lost.has(id)),
    );
  });

  test("are whole again when they come back", async () => {
    account().ads.push(...gone.ads);
    account().campaigns.unshift(...gone.campaigns);
    await world.run(["ad_analytics", "campaign_analytics"]);
    expect(await readEntities("ads", "_stub or _deleted_at is not null")).toEqual([]);
    expect(await world.subject.findDifferences(["campaigns", "ads"])).toEqual([]);
  });

  test("are not asked for again as long as they are known", async () => {
    world.forget();
    expect(await world.run(["ad_analytics", "campaign_analytics"], { method: "report" })).toMatchObject({
      status: "succeeded",
    });
    expect(world.asked().filter(({ query }) => query["ad_ids"] ?? query["campaign_ids"])).toEqual([]);
  });
});
