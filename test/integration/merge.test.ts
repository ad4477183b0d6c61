import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { inTransaction, withConnection } from "../../src/warehouse/database.ts";
import { mergeStage } from "../../src/warehouse/merge.ts";
import { openStage } from "../../src/warehouse/stage.ts";
import { load as loadSlice, openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";
import { places, things, visits } from "../support/things.ts";

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([things, places, visits]);
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.query("truncate pinterest_ads_things, pinterest_ads_places, pinterest_ads_visits");
});

const FULL = {
  name: "one\ttwo\n\\N",
  budget: JSON.rawJSON("9007199254740993"),
  price: "12.340",
  rate: 0.1,
  active: true,
  created_at: 1_700_000_000,
  due: "2024-02-29",
  labels: { a: [1, null, "x"] },
  unknown: { x: 1 },
};

const load = (records: readonly unknown[], scopeId = "1") =>
  loadSlice(db.warehouse, { resource: things, scopeId, records });
const record = (id: number | string, changes: object = {}) => ({ ...FULL, id: String(id), ...changes });
const many = (count: number, from = 0) => Array.from({ length: count }, (_, index) => record(from + index));

/** Live ids of an account. */
async function live(scopeId = "1"): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    "select id from pinterest_ads_things where ad_account_id = $1 and _deleted_at is null order by id",
    scopeId,
  );
  return rows.map(({ id }) => id);
}

/** Where and by which transactions each row was written or locked; the same only if nothing touched it. */
const footprint = () =>
  db.query("select ctid::text, xmin::text, xmax::text, t.* from pinterest_ads_things as t order by 1");

describe("a first load", () => {
  test("stores every type as it is meant", async () => {
    expect(await load([record(1)])).toEqual({ inserted: 1, updated: 0, unchanged: 0, deleted: 0 });
    const [row] = await db.query(
      `select ad_account_id, id, name, budget::text, price::text, rate, active, created_at at time zone 'UTC' = '2023-11-14 22:13:20' as moment,
              due::text, labels, _extra, _deleted_at, _synced_at is not null as synced, _run_id is not null as run
         from pinterest_ads_things`,
    );
    expect(row).toEqual({
      ad_account_id: "1",
      id: "1",
      name: FULL.name,
      budget: "9007199254740993",
      price: "12.340",
      rate: 0.1,
      active: true,
      moment: true,
      due: "2024-02-29",
      labels: FULL.labels,
      _extra: { unknown: { x: 1 } },
      _deleted_at: null,
      synced: true,
      run: true,
    });
  });

  test("of nothing is no error", async () => {
    expect(await load([])).toEqual({ inserted: 0, updated: 0, unchanged: 0, deleted: 0 });
  });
});

describe("a second load", () => {
  test("of the same writes and locks no row, whatever the order and the spelling", async () => {
    await load([record(1), record(2, { name: null, labels: null }), record(3)]);
    const before = await footprint();
    const again = [
      record(3, { budget: "9007199254740993", labels: { a: [1, null, "x"] } }),
      record(1, { price: 12.34, created_at: "2023-11-15T00:13:20+02:00" }),
      record(2, { name: null, labels: null }),
    ];
    expect(await load(again)).toEqual({ inserted: 0, updated: 0, unchanged: 3, deleted: 0 });
    expect(await footprint()).toEqual(before);
  });

  test.each<[string, object]>([
    ["a text", { name: "three" }],
    ["a text to null", { name: null }],
    ["a number in its last digit", { budget: JSON.rawJSON("9007199254740992") }],
    ["a flag", { active: false }],
    ["something within an object", { labels: { a: [1, null, "y"] } }],
    ["an undeclared field", { unknown: { x: 2 } }],
    ["an undeclared field to nothing", { unknown: undefined }],
  ])("writes the row that changed and no other: %s", async (_, changes) => {
    await load([record(1), record(2)]);
    const [, second] = await footprint();
    expect(await load([record(1, changes), record(2)])).toEqual({
      inserted: 0,
      updated: 1,
      unchanged: 1,
      deleted: 0,
    });
    const after = await footprint();
    expect(after).toContainEqual(second);
    expect(after).toHaveLength(2);
    expect(await load([record(1, changes), record(2)])).toMatchObject({ updated: 0, unchanged: 2 });
  });

  test("stamps the rows it wrote with its run and moment", async () => {
    await load([record(1), record(2)]);
    await load([record(1), record(2, { name: "new" }), record(3)]);
    const stamps = await db.query(
      "select id, dense_rank() over (order by _synced_at)::int as moment, dense_rank() over (order by _run_id)::int as run from pinterest_ads_things order by id",
    );
    expect(stamps.map(({ moment }) => moment)).toEqual([1, 2, 2]);
    expect(stamps[1]?.["run"]).toBe(stamps[2]?.["run"]);
    expect(stamps[0]?.["run"]).not.toBe(stamps[1]?.["run"]);
  });
});

describe("what is missing from a complete list", () => {
  test("is marked once, keeps its content, and is back when it is listed again", async () => {
    await load([record(1), record(2)]);
    expect(await load([record(1)])).toEqual({ inserted: 0, updated: 0, unchanged: 1, deleted: 1 });
    const marked = await footprint();
    expect(marked.find(({ id }) => id === "2")).toMatchObject({
      name: FULL.name,
      _deleted_at: expect.any(Date),
    });
    expect(await load([record(1)])).toMatchObject({ unchanged: 1, deleted: 0 });
    expect(await footprint()).toEqual(marked);
    expect(await load([record(1), record(2)])).toEqual({ inserted: 0, updated: 1, unchanged: 1, deleted: 0 });
    expect(await live()).toEqual(["1", "2"]);
  });

  test("is left alone in other accounts", async () => {
    await load([record(1), record(2)], "1");
    await load([record(1), record(3)], "2");
    const before = (await footprint()).filter((row) => row["ad_account_id"] === "2");
    await load([record(2)], "1");
    expect((await footprint()).filter((row) => row["ad_account_id"] === "2")).toEqual(before);
    expect(await live("1")).toEqual(["2"]);
  });

  test("is marked over all rows of a list that the token gives", async () => {
    const loadPlaces = (ids: string[]) =>
      loadSlice(db.warehouse, { resource: places, scopeId: undefined, records: ids.map((id) => ({ id })) });
    await loadPlaces(["1", "2", "3"]);
    expect(await loadPlaces(["3", "1"])).toEqual({ inserted: 0, updated: 0, unchanged: 2, deleted: 1 });
  });

  test("stays as it is in a history that only grows, whose key has three parts", async () => {
    const loadVisits = (shop: string, ids: string[], owner = "u") =>
      loadSlice(db.warehouse, {
        resource: visits,
        scopeId: owner,
        given: { shop_id: shop },
        records: ids.map((id) => ({ id, note: shop })),
      });
    await loadVisits("s1", ["1", "2"]);
    expect(await loadVisits("s2", ["2", "3"])).toMatchObject({ inserted: 2, deleted: 0 });
    expect(await loadVisits("s1", ["2", "4"], "v")).toMatchObject({ inserted: 2 });
    expect(await loadVisits("s1", ["2", "4"])).toEqual({ inserted: 1, updated: 0, unchanged: 1, deleted: 0 });
    const rows = await db.query(
      "select owner_user_id as o, shop_id as s, id from pinterest_ads_visits order by 1, 2, 3",
    );
    expect(rows.map(({ o, s, id }) => `${o}/${s}/${id}`)).toEqual([
      ...["u/s1/1", "u/s1/2", "u/s1/4", "u/s2/2", "u/s2/3"],
      ...["v/s1/2", "v/s1/4"],
    ]);
  });
});

describe("rejected records", () => {
  test("keep the row that stands, as it stands", async () => {
    await load([record(1), record(2), record('odd "\\,{}')]);
    const before = await footprint();
    const rejected = [record(2, { budget: "much" }), record('odd "\\,{}', { active: "perhaps" })];
    expect(await load([record(1), ...rejected])).toEqual({
      inserted: 0,
      updated: 0,
      unchanged: 1,
      deleted: 0,
    });
    expect(await footprint()).toEqual(before);
  });

  test("do not bring a deleted row back", async () => {
    await load([record(1), record(2)]);
    await load([record(1)]);
    await load([record(1), record(2, { budget: "much" })]);
    expect(await live()).toEqual(["1"]);
  });

  test("without a readable key leave everything that they may stand for", async () => {
    await load(many(3));
    expect(await load([record(0), record("", {}), { name: "no id" }])).toMatchObject({
      unchanged: 1,
      deleted: 0,
    });
    expect(await live()).toEqual(["0", "1", "2"]);
    expect(await load([record(0)])).toMatchObject({ deleted: 2 });
  });

  test("that are no records at all may stand for rows as well", async () => {
    await load(many(3));
    expect(await load([record(0), null, "text", 7])).toMatchObject({ deleted: 0 });
  });

  test("that cannot be read are few enough for the rest to count as the list: what is missing is marked", async () => {
    await load(many(15));
    expect(await load([...many(13), null])).toMatchObject({ deleted: 2 });
    expect(await load(many(15))).toMatchObject({ updated: 2 });
    expect(await load([...many(9), null])).toMatchObject({ deleted: 0 });
  });

  test("however many rows they could wipe, they wipe none: a list of garbage marks nothing", async () => {
    await load(many(60));
    for (const garbage of [[null], [{ name: "x" }], many(60).map(({ id, ...rest }) => ({ ID: id, ...rest }))])
      expect(await load(garbage)).toMatchObject({ deleted: 0 });
  });

  test("of one account do not keep rows of another with the same id", async () => {
    await load([record(1), record(2)], "1");
    await load([record(1), record(2)], "2");
    await load([record(1), record(2, { budget: "much" })], "2");
    await load([record(1)], "1");
    expect([await live("1"), await live("2")]).toEqual([["1"], ["1", "2"]]);
  });
});

test("a merge plans without nested loops, and leaves the connection as it was", async () => {
  await withConnection(db.warehouse, async (client) => {
    const setting = async () => (await client.query("show enable_nestloop")).rows[0].enable_nestloop;
    const stage = await openStage(client, things);
    const staged = await stage.flush();
    const during = await inTransaction(client, async () => {
      await mergeStage(client, things, staged, { runId: randomUUID(), scopeId: "1", complete: true });
      return setting();
    });
    await stage.drop();
    expect([during, await setting()]).toEqual(["off", "on"]);
  });
});
