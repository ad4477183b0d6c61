import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { resources } from "../../src/resources/index.ts";
import { openWarehouse, type Warehouse } from "../../src/warehouse/database.ts";
import { assertMigrated, migrate } from "../../src/warehouse/migrate.ts";
import { assertPrivileges } from "../../src/warehouse/privileges.ts";
import { describeReadError } from "../../src/warehouse/read-error.ts";
import { readStoredToken } from "../../src/warehouse/stored-token.ts";
import { execute } from "../support/database.ts";
import { migrateSchema } from "../support/migrate-schema.ts";
import { createRole } from "../support/role.ts";
import { openRoles, type RoleName, type Roles, SCHEMA } from "../support/roles.ts";

let roles: Roles;

beforeAll(async () => {
  roles = await openRoles();
  await roles.apply();
  await migrateSchema(roles.urls.owner, SCHEMA);
  await roles.apply();
});

afterAll(() => roles?.[Symbol.asyncDispose]());

const as = (role: RoleName, sql: string) => roles.query(role, sql);

const DENIED = { code: "42501" };

describe("the owner", () => {
  test("owns all that it has migrated, and finds nothing to do the next time", async () => {
    const owners = await execute(
      roles.database.url,
      `select distinct tableowner from pg_tables where schemaname = '${SCHEMA}'`,
    );
    expect(owners).toEqual([{ tableowner: roles.names.owner }]);
    const again = await migrateSchema(roles.urls.owner, SCHEMA);
    expect(again).toEqual({ migrations: [], statements: [] });
  });

  test("takes tables over that who runs the script has made", async () => {
    await using other = await openRoles();
    await migrateSchema(other.database.url, SCHEMA);
    await other.apply();
    const warehouse = openWarehouse({ url: other.urls.owner, schema: SCHEMA, connections: 2 });
    await execute(
      other.database.url,
      `alter table ${SCHEMA}.pinterest_ads_campaigns drop column name cascade`,
    );
    expect((await migrate(warehouse, resources)).statements.length).toBeGreaterThan(0);
    await warehouse.close();
  });

  test("can be set up by a role that is no superuser, which has no part in it afterwards", async () => {
    await using other = await openRoles();
    const admin = await createRole(other.database.url);
    const database = new URL(other.database.url).pathname.slice(1);
    await execute(
      other.database.url,
      `alter role ${admin.name} createrole; alter database ${database} owner to ${admin.name}`,
    );
    const url = Object.assign(new URL(admin.url), { pathname: `/${database}` }).href;
    await other.apply(url);
    await migrateSchema(other.urls.owner, SCHEMA);
    await other.apply(url);
    const [row] = await execute(url, `select pg_has_role('${other.names.owner}', 'usage') as member`);
    expect(row).toEqual({ member: false });
    expect(await execute(other.urls.analyst, `select from ${SCHEMA}.pinterest_ads_campaigns`)).toEqual([]);
    await execute(other.database.url, `alter database ${database} owner to current_user`);
    await admin.drop();
  });
});

describe("the loader", () => {
  const open = (): Warehouse => {
    const warehouse = openWarehouse({ url: roles.urls.loader, schema: SCHEMA, connections: 2 });
    onTestFinished(() => warehouse.close());
    return warehouse;
  };

  test("has all the rights that a run checks for", async () => {
    await assertPrivileges(open());
  });

  test.each([
    "drop table pinterest_ads_campaigns",
    "alter table pinterest_ads_campaigns add column mine text",
    "truncate pinterest_ads_campaigns",
    "create table mine (id text)",
    "delete from pinterest_ads_migrations",
    "drop view pinterest_ads_campaign_performance",
  ])("may not: %s", async (sql) => {
    await expect(as("loader", sql)).rejects.toMatchObject(DENIED);
  });

  test("reads whatever pg_dump reads", async () => {
    const relations = await execute(
      roles.database.url,
      `select relname, relkind from pg_class join pg_namespace on pg_namespace.oid = relnamespace
        where nspname = '${SCHEMA}' and relkind in ('r', 'v', 'S')`,
    );
    expect(relations.map(({ relkind }) => relkind)).toContain("S");
    for (const { relname } of relations) await as("loader", `select from ${relname}`);
  });

  test("is told who migrates instead", async () => {
    const warehouse = open();
    await execute(roles.database.url, `alter table ${SCHEMA}.pinterest_ads_feeds drop column name`);
    await expect(migrate(warehouse, resources)).rejects.toMatchObject({
      code: "database_permission",
      nextStep: expect.stringMatching(/role that owns the schema/),
    });
    await migrateSchema(roles.urls.owner, SCHEMA);
  });

  test("that may only read by some setting is told so before anything is asked", async () => {
    const { loader } = roles.names;
    await execute(roles.database.url, `alter role ${loader} set default_transaction_read_only = on`);
    await expect(assertPrivileges(open())).rejects.toMatchObject({
      code: "database_permission",
      message: expect.stringMatching(/default_transaction_read_only is on/),
    });
    await execute(roles.database.url, `alter role ${loader} reset default_transaction_read_only`);
  });
});

describe("the analyst", () => {
  test("reads tables, views and books", async () => {
    for (const relation of ["campaigns", "campaign_performance", "sync_runs", "rejected_records", "alerts"])
      await as("analyst", `select * from pinterest_ads_${relation}`);
  });

  test.each([
    "select * from pinterest_ads_oauth_tokens",
    "select * from pinterest_ads_running_reports",
    "delete from pinterest_ads_campaigns",
    "update pinterest_ads_sync_runs set status = 'succeeded'",
    "insert into pinterest_ads_campaigns (ad_account_id, id) values ('1', '1')",
    "create table mine (id text)",
  ])("may not: %s", async (sql) => {
    await expect(as("analyst", sql)).rejects.toMatchObject(DENIED);
  });

  test("who asks for the status is told which role may", async () => {
    const warehouse = openWarehouse({ url: roles.urls.analyst, schema: SCHEMA, connections: 2 });
    onTestFinished(() => warehouse.close());
    await assertMigrated(warehouse, resources);
    const error = await readStoredToken(warehouse, undefined).catch((cause) =>
      describeReadError(cause, warehouse.url),
    );
    expect(error).toMatchObject({
      code: "database_permission",
      message: expect.stringMatching(
        /^The role in DATABASE_URL may not read table pinterest_ads_oauth_tokens at /,
      ),
      nextStep: expect.stringContaining("the owner or the loader"),
    });
  });
});

test("a table of a later version is the loader's to write and the analyst's to read", async () => {
  await as("owner", "create table pinterest_ads_later (id text)");
  await as("loader", "insert into pinterest_ads_later values ('1')");
  await as("analyst", "select * from pinterest_ads_later");
  await expect(as("analyst", "delete from pinterest_ads_later")).rejects.toMatchObject(DENIED);
});

test("before the tables are there the analyst is promised nothing, so that tokens never come to be read", async () => {
  await using other = await openRoles();
  await other.apply();
  await migrateSchema(other.urls.owner, SCHEMA);
  await expect(
    execute(other.urls.analyst, `select from ${SCHEMA}.pinterest_ads_oauth_tokens`),
  ).rejects.toMatchObject(DENIED);
});

describe("in a schema where everybody may create, as in public of Postgres 14,", () => {
  const allow = (url: string) => execute(url, "grant create on schema public to public");

  test("nobody but the owner may any longer", async () => {
    await using other = await openRoles("public");
    await allow(other.database.url);
    expect(await other.apply()).toEqual([]);
    await migrateSchema(other.urls.owner);
    await other.apply();
    for (const role of ["loader", "analyst"] as const)
      for (const made of ["table", "view"])
        await expect(other.query(role, `create ${made} pinterest_ads_zz as select 1`)).rejects.toMatchObject(
          DENIED,
        );
    await other.query("analyst", "select from pinterest_ads_campaigns");
    await expect(other.query("analyst", "select from pinterest_ads_oauth_tokens")).rejects.toMatchObject(
      DENIED,
    );
  });

  test("what somebody else made there stays theirs, and shows no tokens", async () => {
    await using other = await openRoles("public");
    await other.apply();
    await migrateSchema(other.urls.owner);
    await allow(other.database.url);
    await other.query("analyst", "create view pinterest_ads_zz as select * from pinterest_ads_oauth_tokens");
    await other.query("analyst", "create table pinterest_ads_theirs (id text)");
    const { analyst } = other.names;
    expect((await other.apply()).toSorted()).toEqual(
      ["theirs", "zz"].map((name) => `public.pinterest_ads_${name} belongs to ${analyst}: left alone.`),
    );
    await expect(other.query("analyst", "select from pinterest_ads_zz")).rejects.toMatchObject(DENIED);
    await expect(other.query("loader", "select from pinterest_ads_theirs")).rejects.toMatchObject(DENIED);
  });

  test("tables that somebody named like those with tokens do not pass for migrated", async () => {
    await using other = await openRoles("public");
    await other.apply();
    await allow(other.database.url);
    for (const name of ["oauth_tokens", "running_reports"])
      await other.query("analyst", `create table pinterest_ads_${name} (id text)`);
    await other.apply();
    for (const name of ["oauth_tokens", "running_reports"])
      await other.query("analyst", `drop table pinterest_ads_${name}`);
    await migrateSchema(other.urls.owner);
    await expect(other.query("analyst", "select from pinterest_ads_oauth_tokens")).rejects.toMatchObject(
      DENIED,
    );
  });

  test("who may not forbid it is told so", async () => {
    await using other = await openRoles("public");
    await allow(other.database.url);
    await execute(other.database.url, "alter schema public owner to current_user");
    const admin = await createRole(other.database.url);
    const database = new URL(other.database.url).pathname.slice(1);
    await execute(
      other.database.url,
      `alter role ${admin.name} createrole; alter database ${database} owner to ${admin.name}`,
    );
    const url = Object.assign(new URL(admin.url), { pathname: `/${database}` }).href;
    expect(await other.apply(url)).toContain(
      "Everybody may still create tables in schema public, because it is not yours.",
    );
    await execute(other.database.url, `alter database ${database} owner to current_user`);
    await admin.drop();
  });
});
