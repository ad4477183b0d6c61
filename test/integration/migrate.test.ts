import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { text } from "../../src/resources/column.ts";
import { defineResource, type ListResource } from "../../src/resources/define.ts";
import { resources } from "../../src/resources/index.ts";
import { readTables } from "../../src/warehouse/catalog.ts";
import { openWarehouse, type Warehouse } from "../../src/warehouse/database.ts";
import { defineTable } from "../../src/warehouse/ddl.ts";
import { assertMigrated, migrate } from "../../src/warehouse/migrate.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";
import { load } from "../support/test-warehouse.ts";
import { things } from "../support/things.ts";

const SCHEMA = 'Ads, "raw" data; it\'s';
const QUOTED = `"${SCHEMA.replaceAll('"', '""')}"`;
let database: TestDatabase;
let warehouse: Warehouse;

beforeEach(async () => {
  database = await createDatabase();
  warehouse = openWarehouse({ url: database.url, schema: SCHEMA, connections: 4 });
});

afterEach(async () => {
  await warehouse.close();
  await database.drop();
});

const run = (sql: string) => execute(database.url, sql);
const table = (name: string) => `${QUOTED}.pinterest_ads_${name}`;

/** Every table, column, type and comment of the database, and what knex keeps of migrations. */
async function everything(): Promise<unknown> {
  const catalog = await run(
    `select n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            col_description(c.oid, a.attnum), obj_description(c.oid, 'pg_class'), c.xmin::text, a.xmin::text as column_xmin
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
      where n.nspname !~ '^pg_|^information_schema' order by 1, 2, 3`,
  );
  return [catalog, await run("select nspname from pg_namespace where nspname !~ '^pg_' order by 1")];
}

const changed = (changes: Partial<ListResource>): ListResource => defineResource({ ...things, ...changes });

test("an empty database gets every table, and then equals what is declared", async () => {
  const { migrations, statements } = await migrate(warehouse, [...resources, things]);
  expect(migrations.length).toBeGreaterThan(0);
  expect(statements.filter((statement) => statement.startsWith("create table"))).toHaveLength(
    resources.length + 1,
  );
  const live = await readTables(warehouse.knex, SCHEMA);
  for (const resource of [...resources, things])
    expect(live.get(`pinterest_ads_${resource.name}`)).toEqual(defineTable(resource));
  await assertMigrated(warehouse, [...resources, things]);
});

test("a second time there is nothing to do", async () => {
  await migrate(warehouse, [things]);
  const before = await everything();
  expect(await migrate(warehouse, [things])).toEqual({ migrations: [], statements: [] });
  expect(await everything()).toEqual(before);
});

describe("a dry run says what would be done and changes nothing", () => {
  test("in an empty database", async () => {
    const before = await everything();
    const planned = await migrate(warehouse, [things], { dryRun: true });
    expect(await everything()).toEqual(before);
    expect(await migrate(warehouse, [things])).toEqual(planned);
  });

  test("in one that lags behind", async () => {
    await migrate(warehouse, [things]);
    const wider = changed({ columns: [...things.columns, text("colour", "Colour.")] });
    const before = await everything();
    const planned = await migrate(warehouse, [wider], { dryRun: true });
    expect(planned).toEqual({
      migrations: [],
      statements: [expect.stringContaining('"colour" text'), expect.any(String)],
    });
    expect(await everything()).toEqual(before);
    expect(await migrate(warehouse, [wider])).toEqual(planned);
  });
});

test("missing columns and comments are added, rows stay", async () => {
  await migrate(warehouse, [things]);
  await load(warehouse, { resource: things, scopeId: "1", records: [{ id: 1, colour: "red" }] });
  const comment = `Colour, in % of what? It's "odd"; \\back\\slash and $1 {} :name ?| ??.`;
  const wider = changed({
    description: "Things; one row per thing? Yes.",
    columns: [...things.columns, text("colour", comment)],
  });
  await expect(assertMigrated(warehouse, [wider])).rejects.toMatchObject({
    code: "schema_missing",
    message: expect.stringContaining("pinterest_ads_things.colour"),
  });
  expect((await migrate(warehouse, [wider])).statements).toHaveLength(3);
  const live = (await readTables(warehouse.knex, SCHEMA)).get("pinterest_ads_things");
  expect(live?.comment).toBe("Things; one row per thing? Yes.");
  expect(live?.columns.find(({ name }) => name === "colour")).toMatchObject({ type: "text", comment });
  // What was kept in _extra meanwhile moves into the column with the next load.
  await load(warehouse, { resource: wider, scopeId: "1", records: [{ id: 1, colour: "red" }] });
  expect(await run(`select colour, _extra from ${table("things")}`)).toEqual([
    { colour: "red", _extra: null },
  ]);
});

describe("what adding cannot mend is listed, and nothing changes", () => {
  test.each<[string, string[], string[]]>([
    [
      "types and keys",
      [
        `alter table ${table("things")} alter column budget type numeric`,
        `alter table ${table("things")} drop constraint pinterest_ads_things_pkey`,
        `alter table ${table("things")} drop column name`,
      ],
      [
        "pinterest_ads_things.budget is numeric, expected bigint",
        "pinterest_ads_things has the key (), expected (ad_account_id, id)",
      ],
    ],
    [
      "a foreign column that refuses nulls",
      [`alter table ${table("things")} add column mine int not null`],
      ["pinterest_ads_things.mine is not known to this version and refuses nulls"],
    ],
  ])("%s", async (_, statements, conflicts) => {
    await migrate(warehouse, [things]);
    for (const statement of statements) await run(statement);
    const before = await everything();
    const refusal = { code: "schema_differs", details: { conflicts } };
    await expect(migrate(warehouse, [things])).rejects.toMatchObject(refusal);
    await expect(migrate(warehouse, [things], { dryRun: true })).rejects.toMatchObject(refusal);
    await expect(assertMigrated(warehouse, [things])).rejects.toMatchObject({ code: "schema_differs" });
    expect(await everything()).toEqual(before);
  });

  test("in a new warehouse, where somebody else has a table of that name", async () => {
    await run(`create schema ${QUOTED}`);
    await run(`create table ${table("things")} (id int)`);
    const before = await everything();
    await expect(migrate(warehouse, [things])).rejects.toMatchObject({ code: "schema_differs" });
    expect(await everything()).toEqual(before);
  });
});

test("tables are compared as versioned migrations left them, not as they found them", async () => {
  await migrate(warehouse, [things]);
  // As after an update of the connector whose last migration makes this table.
  await run(`drop table ${table("oauth_tokens")}`);
  await run(`delete from ${table("migrations")} where name like '%oauth_tokens%'`);
  const made = changed({ name: "oauth_tokens", path: "/made" });
  await expect(migrate(warehouse, [things, made])).rejects.toMatchObject({
    code: "schema_differs",
    message: expect.stringContaining("pinterest_ads_oauth_tokens has the key (app_id)"),
  });
  expect(await run(`select name from ${table("migrations")} where name like '%oauth_tokens%'`)).toHaveLength(
    1,
  );
  expect(await migrate(warehouse, [things])).toEqual({ migrations: [], statements: [] });
});

test("a column that somebody added is tolerated and left alone, rows are loaded beside it", async () => {
  await migrate(warehouse, [things]);
  await run(`alter table ${table("things")} add column mine text default 'x'`);
  expect(await migrate(warehouse, [things])).toEqual({ migrations: [], statements: [] });
  await assertMigrated(warehouse, [things]);
  await load(warehouse, { resource: things, scopeId: "1", records: [{ id: 1 }] });
  await run(`update ${table("things")} set mine = 'y'`);
  await load(warehouse, { resource: things, scopeId: "1", records: [{ id: 1, name: "new" }] });
  expect(await run(`select name, mine from ${table("things")}`)).toEqual([{ name: "new", mine: "y" }]);
});

test("the lock that a killed migration left is freed, and what it had not done is done", async () => {
  await migrate(warehouse, [things]);
  await run(`update ${table("migrations_lock")} set is_locked = 1`);
  await run(`drop table ${table("oauth_tokens")}`);
  await run(`delete from ${table("migrations")} where name like '%oauth_tokens%'`);
  await expect(assertMigrated(warehouse, [things])).rejects.toMatchObject({ code: "schema_missing" });
  expect(await migrate(warehouse, [things])).toMatchObject({
    migrations: [expect.stringContaining("oauth_tokens")],
  });
  await assertMigrated(warehouse, [things]);
  expect(await run(`select is_locked from ${table("migrations_lock")}`)).toEqual([{ is_locked: 0 }]);
});

test("a database that a newer version migrated is refused, by migrate and by sync", async () => {
  await migrate(warehouse, [things]);
  await run(
    `insert into ${table("migrations")} (name, batch, migration_time) values ('29990101000000_future.ts', 9, now())`,
  );
  const before = await everything();
  const refusal = { code: "schema_newer", message: expect.stringContaining("29990101000000_future.ts") };
  await expect(migrate(warehouse, [things])).rejects.toMatchObject(refusal);
  await expect(assertMigrated(warehouse, [things])).rejects.toMatchObject(refusal);
  expect(await everything()).toEqual(before);
});

test("a database that was never migrated is refused by sync, which says what to run", async () => {
  const before = await everything();
  await expect(assertMigrated(warehouse, [things])).rejects.toMatchObject({
    code: "schema_missing",
    nextStep: "Run: pinterest-ads migrate",
  });
  expect(await everything()).toEqual(before);
});

test("two warehouses in one database do not see each other", async () => {
  const other = openWarehouse({ url: database.url, schema: "public", connections: 4 });
  try {
    await migrate(warehouse, [things]);
    await migrate(other, [things]);
    await load(other, { resource: things, scopeId: "1", records: [{ id: 1 }] });
    expect(await run(`select id from ${table("things")}`)).toEqual([]);
    expect(await run("select id from public.pinterest_ads_things")).toHaveLength(1);
  } finally {
    await other.close();
  }
});
