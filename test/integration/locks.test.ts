import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ConnectorError } from "../../src/errors.ts";
import { openWarehouse } from "../../src/warehouse/database.ts";
import {
  lockKey,
  openLocks,
  type RunLocks,
  runLock,
  shareLocks,
  sliceLock,
} from "../../src/warehouse/locks.ts";
import { findRunHolding, finishRun, markKilledRuns, startRun } from "../../src/warehouse/runs.ts";
import { insertPlannedSlices } from "../../src/warehouse/slices.ts";
import { startFreezingProxy } from "../support/freezing-proxy.ts";
import { holdTransaction } from "../support/hold-transaction.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";
import { waitUntil } from "../support/wait-until.ts";

let db: TestWarehouse;
const opened: RunLocks[] = [];

beforeAll(async () => {
  db = await openTestWarehouse([]);
});

afterAll(async () => {
  await Promise.all(opened.map((locks) => locks.close()));
  await db.close();
});

beforeEach(async () => {
  await db.query("truncate pinterest_ads_sync_slices, pinterest_ads_sync_runs");
});

async function open(): Promise<RunLocks> {
  const locks = await openLocks(db.warehouse);
  opened.push(locks);
  return locks;
}

/** Backends that hold an advisory lock of this database. */
const holders = () =>
  db.query<{ pid: number }>(
    `select distinct pid from pg_locks where locktype = 'advisory' and granted
        and database = (select oid from pg_database where datname = current_database())`,
  );

describe("a lock", () => {
  test("belongs to one run at a time, until it is released", async () => {
    const [first, second] = [await open(), await open()];
    expect(await first.tryAcquire("a")).toBe(true);
    expect(await second.tryAcquire("a")).toBe(false);
    expect(await second.tryAcquire("b")).toBe(true);
    await first.release("a");
    expect(await second.tryAcquire("a")).toBe(true);
    await second.close();
    expect(await first.tryAcquire("a")).toBe(true);
    await first.close();
  });

  test("ends with its connection, and its run is told so once", async () => {
    const first = await open();
    const second = await open();
    await first.tryAcquire("a");
    const [holder] = await holders();
    await db.query("select pg_terminate_backend($1)", holder?.pid);
    await waitUntil("the other run gets the lock", () => second.tryAcquire("a"));
    await waitUntil("the loss is reported", () => first.lost.aborted);
    await first.close();
    await second.close();
    expect(first.lost.reason).toMatchObject({ code: "lock_lost" });
  });

  test("that is closed in order is not lost", async () => {
    const locks = await open();
    await locks.tryAcquire("a");
    await locks.close();
    await waitUntil("the lock is free", async () => (await holders()).length === 0);
    expect(locks.lost.aborted).toBe(false);
  });

  test("on a connection that hangs is lost, and nobody waits for it", async () => {
    await using proxy = await startFreezingProxy(db.url);
    const far = openWarehouse({ url: proxy.url, schema: "public", connections: 1 });
    const locks = await openLocks(far, 100);
    await locks.tryAcquire("a");
    await locks.check();
    proxy.freeze();
    for (const ask of [() => locks.check(), () => locks.tryAcquire("b"), () => locks.release("a")])
      await expect(ask()).rejects.toMatchObject({ code: "lock_lost" });
    expect(locks.lost.reason).toMatchObject({ code: "lock_lost" });
    await locks.close();
    await far.close();
  });

  test("of a run on a shared connection ends with the run, and no other does", async () => {
    const [shared, other] = [await open(), await open()];
    await shared.tryAcquire("kept");
    const run = shareLocks(shared);
    await run.tryAcquire("a");
    await run.tryAcquire("b");
    await run.release("b");
    await run.close();
    expect(await other.tryAcquire("a")).toBe(true);
    expect(await other.tryAcquire("b")).toBe(true);
    expect(await other.tryAcquire("kept")).toBe(false);
    await other.close();
    await shared.close();
  });

  test("of another schema is another lock", async () => {
    const other = openWarehouse({ url: db.url, schema: "other", connections: 1 });
    const [here, there] = [await open(), await openLocks(other)];
    expect([await here.tryAcquire("a"), await there.tryAcquire("a")]).toEqual([true, true]);
    await Promise.all([here.close(), there.close(), other.close()]);
    expect(lockKey("a", "b")).not.toBe(lockKey("b", "a"));
  });

  test("cannot be opened without a database, and the error hides the password", async () => {
    const url = new URL(db.url);
    url.pathname = "/not_there";
    url.password = "hunter2";
    const nowhere = openWarehouse({ url: url.href, schema: "public", connections: 1 });
    const error: ConnectorError = await openLocks(nowhere).then(
      () => expect.unreachable(),
      (reason) => reason,
    );
    expect(error.code).toBe("database_unreachable");
    expect(`${error.message} ${error.nextStep}`).not.toContain("hunter2");
    await nowhere.close();
  });
});

async function begin(locks: RunLocks | undefined, slices: readonly string[] = ["things"]): Promise<string> {
  const id = randomUUID();
  await locks?.tryAcquire(runLock(id));
  await startRun(db.warehouse, { id, trigger: "sync", request: { any: "thing" }, version: "0.0.0" });
  const planned = slices.map((resource) => ({ resource, adAccountId: "1", ownerUserId: undefined }));
  await insertPlannedSlices(db.warehouse, id, planned);
  return id;
}

const statusOf = async (id: string) =>
  (await db.query("select status from pinterest_ads_sync_runs where id = $1", id))[0]?.["status"];

describe("a run that is in the books as running", () => {
  test("is marked as interrupted with its slices when nobody holds its lock", async () => {
    const id = await begin(undefined, ["things", "places"]);
    await db.query("update pinterest_ads_sync_slices set status = 'succeeded' where resource = 'things'");
    const locks = await open();
    expect(await markKilledRuns(db.warehouse, locks)).toBe(1);
    expect(
      await db.query(
        "select status, error_code, finished_at is not null as ended from pinterest_ads_sync_runs",
      ),
    ).toEqual([{ status: "interrupted", error_code: "interrupted", ended: true }]);
    expect(
      await db.query("select resource, status from pinterest_ads_sync_slices order by resource desc"),
    ).toEqual([
      { resource: "things", status: "succeeded" },
      { resource: "places", status: "interrupted" },
    ]);
    expect(await markKilledRuns(db.warehouse, locks)).toBe(0);
    expect(await locks.tryAcquire(runLock(id))).toBe(true);
    await locks.close();
  });

  test("is left alone while its process lives", async () => {
    const [living, looking] = [await open(), await open()];
    const id = await begin(living);
    await begin(undefined);
    expect(await markKilledRuns(db.warehouse, looking)).toBe(1);
    expect(await statusOf(id)).toBe("running");
    await living.close();
    await waitUntil("its lock is free", async () => (await markKilledRuns(db.warehouse, looking)) === 1);
    expect(await statusOf(id)).toBe("interrupted");
    await looking.close();
  });

  test("and still merges is waited for, so that its successor does not meet it", async () => {
    const locks = await open();
    const id = await begin(undefined);
    await holdTransaction(db.warehouse, async (merging) => {
      await merging.query("select from pinterest_ads_sync_runs where id = $1 for share", [id]);
      let marked = false;
      const marking = markKilledRuns(db.warehouse, locks).then(() => (marked = true));
      await waitUntil("the mark waits", async () => {
        const blocked =
          "select from pg_stat_activity where wait_event_type = 'Lock' and query like 'update%'";
        return (await db.query(blocked)).length === 1;
      });
      expect(marked).toBe(false);
      await merging.query("commit");
      await marking;
    });
    expect(await statusOf(id)).toBe("interrupted");
    await locks.close();
  });

  test.each(["succeeded", "partial", "failed", "interrupted"] as const)(
    "is not touched once it %s",
    async (status) => {
      const locks = await open();
      const id = await begin(locks);
      await finishRun(db.warehouse, id, status, undefined);
      await locks.release(runLock(id));
      expect(await markKilledRuns(db.warehouse, locks)).toBe(0);
      expect(await statusOf(id)).toBe(status);
      await locks.close();
    },
  );
});

test("the run that holds a slice is the running one that planned it, not merely an older one", async () => {
  await begin(undefined, ["places"]);
  const planner = await begin(undefined, ["things"]);
  const me = await begin(undefined, ["things"]);
  expect((await findRunHolding(db.warehouse, "things", "1", me))?.id).toBe(planner);
  await finishRun(db.warehouse, planner, "succeeded", undefined);
  expect((await findRunHolding(db.warehouse, "things", "1", me))?.id).not.toBe(planner);
});

test("names of locks tell resources and scopes apart", () => {
  const names = [
    sliceLock("a", "1"),
    sliceLock("a", "2"),
    sliceLock("b", "1"),
    sliceLock("a", "*"),
    runLock("a"),
  ];
  expect(new Set(names).size).toBe(names.length);
});
