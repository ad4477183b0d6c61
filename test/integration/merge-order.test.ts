import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { lockKey, sliceLock } from "../../src/warehouse/locks.ts";
import { holdTransaction } from "../support/hold-transaction.ts";
import { load as loadSlice, openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";
import { things } from "../support/things.ts";
import { waitUntil } from "../support/wait-until.ts";

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([things]);
});

afterAll(() => db.close());

beforeEach(async () => {
  await db.query("truncate pinterest_ads_things");
});

const load = (records: readonly unknown[]) =>
  loadSlice(db.warehouse, { resource: things, scopeId: "1", records });
const record = (id: number | string, changes: object = {}) => ({ id: String(id), name: "one", ...changes });
const many = (count: number, from = 0) => Array.from({ length: count }, (_, index) => record(from + index));

/** Live ids of an account. */
async function live(scopeId = "1"): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    "select id from pinterest_ads_things where ad_account_id = $1 and _deleted_at is null order by id",
    scopeId,
  );
  return rows.map(({ id }) => id);
}

describe("of two records with one key the last one wins", () => {
  test.each<[string, string[]]>([
    ["side by side", ["1", "2", "2", "3"]],
    ["far apart", ["2", "1", "3", "2"]],
    ["against the order", ["3", "2", "1", "2"]],
    ["three times", ["2", "2", "1", "2"]],
  ])("%s", async (_, ids) => {
    const records = ids.map((id, index) => record(id, { name: `${id} at ${index}` }));
    const lasting = Object.fromEntries(records.map(({ id, name }) => [id, name]));
    const stored = async () =>
      Object.fromEntries(
        (await db.query("select id, name from pinterest_ads_things")).map(({ id, name }) => [id, name]),
      );
    const distinct = Object.keys(lasting).length;
    expect(await load(records)).toEqual({ inserted: distinct, updated: 0, unchanged: 0, deleted: 0 });
    expect(await stored()).toEqual(lasting);
    expect(await load(records)).toEqual({ inserted: 0, updated: 0, unchanged: distinct, deleted: 0 });
    expect(await load(records.map((one) => ({ ...one, name: `${one.name} again` })))).toMatchObject({
      updated: distinct,
    });
  });

  test("also beside a record that Postgres refuses", async () => {
    const refused = record("x", { labels: JSON.rawJSON("1e999999") });
    await load([refused, record(2, { name: "old" }), refused, record(2, { name: "new" })]);
    expect(await db.query("select id, name from pinterest_ads_things")).toEqual([{ id: "2", name: "new" }]);
  });
});

test("merges of one slice go one after the other, and both hold", async () => {
  const lock = lockKey(db.warehouse.schema, `merge:${sliceLock("things", "1")}`);
  const pids: number[] = [];
  const waiting = () =>
    db.query("select from pg_stat_activity where pid = any($1) and wait_event = 'advisory'", pids);
  await holdTransaction(db.warehouse, async (holder) => {
    await holder.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [lock]);
    const loads = [many(50), many(50, 25), [...many(50)].reverse()].map((records) =>
      loadSlice(db.warehouse, {
        resource: things,
        scopeId: "1",
        records,
        async beforeCommit(client) {
          pids.push((await client.query("select pg_backend_pid() as pid")).rows[0].pid);
        },
      }),
    );
    await waitUntil("all three wait for their turn", async () => (await waiting()).length === 3);
    expect(await live()).toEqual([]);
    expect(await loadSlice(db.warehouse, { resource: things, scopeId: "2", records: many(1) })).toMatchObject(
      {
        inserted: 1,
      },
    );
    await holder.query("commit");
    const inserted = (await Promise.all(loads)).map((counts) => counts.inserted);
    expect([50, 75]).toContain(inserted.reduce((sum, count) => sum + count, 0));
  });
});
