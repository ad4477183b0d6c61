import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  beginRun,
  type Load,
  load as loadSlice,
  openTestWarehouse,
  type TestWarehouse,
} from "../support/test-warehouse.ts";
import { things, visits } from "../support/things.ts";

let db: TestWarehouse;

beforeAll(async () => {
  db = await openTestWarehouse([things, visits]);
});

afterAll(() => db.close());

const DATA = ["things", "visits", "rejected_records", "schema_drift", "sync_cursors"].map(
  (name) => `pinterest_ads_${name}`,
);

beforeEach(async () => {
  await db.query(`truncate ${DATA.join(", ")}, pinterest_ads_sync_slices, pinterest_ads_sync_runs`);
});

const load = (records: readonly unknown[], options: Partial<Load> = {}) =>
  loadSlice(db.warehouse, { resource: things, scopeId: "1", records, ...options });
const many = (count: number) => Array.from({ length: count }, (_, id) => ({ id: id + 1, name: "n" }));
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

test("a slice's rows, rejections, drift, cursor and books become visible together", async () => {
  const runId = await beginRun(db.warehouse);
  await load(MIXED, { runId });
  expect(await db.query("select id, _run_id from pinterest_ads_things")).toEqual([
    { id: "1", _run_id: runId },
  ]);
  expect(
    await db.query(
      "select run_id, resource, scope_id, record_key, reason, record from pinterest_ads_rejected_records order by id",
    ),
  ).toEqual([
    {
      run_id: runId,
      resource: "things",
      scope_id: "1",
      record_key: { ad_account_id: "1", id: "2" },
      reason: 'budget: expected a whole number, got "much"',
      record: '{"id":2,"budget":"much"}',
    },
    {
      run_id: runId,
      resource: "things",
      scope_id: "1",
      record_key: null,
      reason: "id is missing",
      record: '{"name":"no id"}',
    },
  ]);
  expect(
    await db.query(
      "select resource, field, json_type, records::int, last_run_id from pinterest_ads_schema_drift",
    ),
  ).toEqual([{ resource: "things", field: "novel", json_type: "boolean", records: 1, last_run_id: runId }]);
  expect(
    await db.query("select resource, scope_id, run_id, loaded_through from pinterest_ads_sync_cursors"),
  ).toEqual([{ resource: "things", scope_id: "1", run_id: runId, loaded_through: null }]);
  const [slice] = await db.query(
    `select status, records::int, records_rejected::int, rows_inserted::int, rows_updated::int, rows_unchanged::int,
            rows_deleted::int, finished_at >= started_at or started_at is null as in_order from pinterest_ads_sync_slices`,
  );
  expect(slice).toEqual({
    status: "succeeded",
    records: 3,
    records_rejected: 2,
    rows_inserted: 1,
    rows_updated: 0,
    rows_unchanged: 0,
    rows_deleted: 0,
    in_order: true,
  });
});

test("a record that Postgres refused is kept with its key, its values and the reason", async () => {
  await load([{ id: 1 }, { id: 2, name: "kept", labels: JSON.rawJSON("1e999999") }]);
  const [rejected] = await db.query("select record_key, reason, record from pinterest_ads_rejected_records");
  expect(rejected?.["record_key"]).toEqual({ ad_account_id: "1", id: "2" });
  expect(rejected?.["reason"]).toMatch(/^Postgres: /);
  expect(JSON.parse(rejected?.["record"] as string)).toMatchObject({
    id: "2",
    name: "kept",
    labels: "1e999999",
  });
  expect(await db.query("select id from pinterest_ads_things")).toEqual([{ id: "1" }]);
});

test("an undeclared field seen again is counted anew and keeps its first moment", async () => {
  await load([{ id: 1, novel: true }]);
  const [first] = await db.query("select first_seen_at, last_seen_at from pinterest_ads_schema_drift");
  await load([{ id: 1, novel: "text" }]);
  const [again] = await db.query(
    "select first_seen_at, last_seen_at, json_type from pinterest_ads_schema_drift",
  );
  expect(again).toMatchObject({ first_seen_at: first?.["first_seen_at"], json_type: "string" });
  expect(Number(again?.["last_seen_at"])).toBeGreaterThan(Number(first?.["last_seen_at"]));
});

test("an undeclared field with an endless name does not stand in the way of its slice", async () => {
  let field = "";
  while (field.length < 6000) field += randomUUID();
  await load([{ id: 1, [field]: 1 }]);
  expect(await db.query("select _extra from pinterest_ads_things")).toEqual([{ _extra: { [field]: 1 } }]);
});

describe("nothing at all changes when", () => {
  beforeEach(async () => {
    await load([...many(120), { id: 500, budget: "much" }]);
  });

  test("the very last statement of the commit fails", async () => {
    await db.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise exception 'disk full'; end $$`,
    );
    await db.query(
      `create constraint trigger refuse after update on pinterest_ads_sync_slices
         deferrable initially deferred for each row execute function refuse()`,
    );
    await expectNothingChanges(async () => {
      await expect(load(MIXED)).rejects.toThrow("disk full");
    });
    await db.query("drop function refuse cascade");
    expect(await load(many(120))).toMatchObject({ unchanged: 120 });
  });

  test("the connection is lost during the commit", async () => {
    await expectNothingChanges(async () => {
      const broken = load(MIXED, {
        async beforeCommit(client) {
          await client.query("begin");
          await client.query("update pinterest_ads_things set name = 'half way'");
          const { rows } = await client.query("select pg_backend_pid() as pid");
          await db.query("select pg_terminate_backend($1)", rows[0].pid);
        },
      });
      await expect(broken).rejects.toThrow();
    });
    expect(await load([...many(120), ...MIXED])).toMatchObject({ deleted: 0 });
  });

  test.each(["interrupted", "failed", "succeeded"])("the run counts as %s by now", async (status) => {
    const runId = await beginRun(db.warehouse);
    await db.query("update pinterest_ads_sync_runs set status = $1 where id = $2", status, runId);
    await expectNothingChanges(async () => {
      await expect(load(MIXED, { runId })).rejects.toMatchObject({ code: "run_superseded" });
    });
  });

  test("the run is not in the books", async () => {
    const runId = await beginRun(db.warehouse);
    const gone = load(MIXED, {
      runId,
      beforeCommit: async () =>
        void (await db.query("delete from pinterest_ads_sync_runs where id = $1", runId)),
    });
    await expect(gone).rejects.toMatchObject({ code: "run_superseded" });
    expect(await db.query("select id from pinterest_ads_things where _deleted_at is null")).toHaveLength(120);
  });

  test("an empty list comes where many rows stand", async () => {
    await expectNothingChanges(async () => {
      await expect(load([])).rejects.toMatchObject({
        code: "suspiciously_empty",
        message: expect.stringContaining("things where 120 rows stand"),
        nextStep: expect.stringContaining("--accept-empty"),
      });
    });
  });
});

describe("an empty list is believed", () => {
  test("where it is accepted", async () => {
    await load(many(120));
    expect(await load([], { acceptEmpty: true })).toMatchObject({ deleted: 120 });
  });

  test("where few rows stand", async () => {
    await load(many(99));
    expect(await load([])).toMatchObject({ deleted: 99 });
  });

  test("where the rows that stand are marked already", async () => {
    await load(many(120));
    await load(many(99));
    expect(await load([])).toMatchObject({ deleted: 99 });
  });

  test("where the rows that stand are another account's", async () => {
    await load(many(120), { scopeId: "2" });
    expect(await load([])).toMatchObject({ deleted: 0 });
  });

  test("where a history is listed, which only grows", async () => {
    const history = { resource: visits, scopeId: "u", given: { shop_id: "s" } };
    await load(many(120), history);
    expect(await load([], history)).toEqual({ inserted: 0, updated: 0, unchanged: 0, deleted: 0 });
  });
});

test("a list of which nothing could be read is not an empty list", async () => {
  await load(many(120));
  const unreadable = many(120).map(({ id }) => ({ id, budget: "much" }));
  expect(await load(unreadable)).toEqual({ inserted: 0, updated: 0, unchanged: 0, deleted: 0 });
});

test("a cursor does not move back", async () => {
  await load(many(1));
  await db.query("update pinterest_ads_sync_cursors set loaded_at = now() + interval '1 hour'");
  const before = await db.query("select loaded_at from pinterest_ads_sync_cursors");
  await load(many(2));
  expect(await db.query("select loaded_at from pinterest_ads_sync_cursors")).toEqual(before);
});
