import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { lockKey, sliceLock } from "../../src/warehouse/locks.ts";
import { holdTransaction } from "../support/hold-transaction.ts";
import {
  beginRun,
  type Load,
  load as loadSlice,
  openTestWarehouse,
  type TestWarehouse,
} from "../support/test-warehouse.ts";
import { things } from "../support/things.ts";
import { waitUntil } from "../support/wait-until.ts";

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([things]);
});

afterAll(() => db.close());

const DATA = ["things", "rejected_records", "schema_drift", "sync_cursors"].map(
  (name) => `pinterest_ads_${name}`,
);

beforeEach(async () => {
  await db.query(`truncate ${DATA.join(", ")}, pinterest_ads_sync_slices, pinterest_ads_sync_runs`);
});

const load = (records: readonly unknown[], options: Partial<Load> = {}) =>
  loadSlice(db.warehouse, { resource: things, scopeId: "1", records, ...options });
/** One of everything that a slice writes: a row, an undeclared field, a rejection with and one without a key. */
const MIXED = [{ id: 1, novel: true }, { id: 2, budget: "much" }, { name: "no id" }];

/** Everything that a slice may change, except that it is planned. */
async function everything(): Promise<unknown> {
  const tables = await Promise.all(DATA.map((name) => db.query(`select * from ${name} order by 1, 2`)));
  return [...tables, await db.query("select * from pinterest_ads_sync_slices where status <> 'planned'")];
}

async function expectNothingChanges(work: () => Promise<void>): Promise<void> {
  const before = await everything();
  await work();
  expect(await everything()).toEqual(before);
}

test("nothing is visible before the commit, everything after it", async () => {
  const merging = lockKey("public", `merge:${sliceLock("things", "1")}`);
  await holdTransaction(db.warehouse, async (holder) => {
    await holder.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [merging]);
    let pid = 0;
    let finished: Promise<unknown> = Promise.resolve();
    await expectNothingChanges(async () => {
      finished = load(MIXED, {
        async beforeCommit(client) {
          pid = (await client.query("select pg_backend_pid() as pid")).rows[0].pid;
        },
      });
      await waitUntil("the slice waits for its turn", async () => {
        const waiting = "select from pg_stat_activity where pid = $1 and wait_event = 'advisory'";
        return (await db.query(waiting, pid)).length === 1;
      });
    });
    await holder.query("commit");
    await finished;
    expect(await db.query("select id from pinterest_ads_things")).toHaveLength(1);
  });
});

test("a run cannot be declared dead in the middle of a commit", async () => {
  const blocked = () =>
    db.query("select from pg_stat_activity where wait_event_type = 'Lock' and query like '%update%'");
  await holdTransaction(db.warehouse, async (holder) => {
    const runId = await beginRun(db.warehouse);
    const loading = load(MIXED, {
      runId,
      beforeCommit: async () => void (await holder.query("select from pinterest_ads_sync_slices for update")),
    });
    await waitUntil("the commit waits to close its slice", async () => (await blocked()).length === 1);
    const declaring = db.query(
      "update pinterest_ads_sync_runs set status = 'interrupted' where id = $1",
      runId,
    );
    await waitUntil("the declaration waits for the commit", async () => (await blocked()).length === 2);
    await holder.query("commit");
    await Promise.all([loading, declaring]);
  });
  expect(await db.query("select id from pinterest_ads_things")).toHaveLength(1);
});
