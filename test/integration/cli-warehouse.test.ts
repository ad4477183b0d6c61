import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { expectExit, listsEnvironmentFor, readLog, runCli } from "../support/cli.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";
import { migrateSchema } from "../support/migrate-schema.ts";
import { createRole } from "../support/role.ts";
import { findDifferences } from "../support/truth.ts";

let database: TestDatabase;
let simulator: Simulator;
let env: ReturnType<typeof listsEnvironmentFor>;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database.drop());

/** A world of its own per test: refresh tokens work once, and every schema keeps its own chain of them. */
async function startWorld(): Promise<void> {
  simulator = await startSimulator({ accounts: 1, campaigns: 2 });
  onTestFinished(() => simulator.close());
  env = listsEnvironmentFor(simulator, database.url);
}

async function listTables(schema: string): Promise<unknown[]> {
  const rows = await execute(
    database.url,
    `select relname from pg_class join pg_namespace n on n.oid = relnamespace where nspname = '${schema}'`,
  );
  return rows.map(({ relname }) => relname);
}

test("migrate --dry-run prints what migrate would do, and changes nothing", async () => {
  await startWorld();
  const result = await runCli(["migrate", "--dry-run"], { env });
  expectExit(result, 0);
  expect(result.stdout).toMatch(/^-- migrations\/\d+_bookkeeping\.ts$/m);
  expect(result.stdout).toMatch(/^create table "public"\."pinterest_ads_campaigns" \($/m);
  expect(await listTables("public")).toEqual([]);
});

test("a schema whose name needs quotes is created, used by every command, and public stays empty", async () => {
  await startWorld();
  const schema = "My Schema";
  const options = { env: { ...env, WAREHOUSE_SCHEMA: schema } };
  for (const args of [["migrate"], ["check"], ["sync"]]) expectExit(await runCli(args, options), 0);
  const status = await runCli(["status", "--json"], options);
  expect(JSON.parse(status.stdout).runs).toHaveLength(1);
  const again = await runCli(["migrate", "--dry-run"], options);
  expect(again.stdout).toBe("-- nothing to do\n");
  expect(await findDifferences(database.url, schema, simulator)).toEqual([]);
  expect(await listTables("public")).toEqual([]);
});

test("a role that may only read and write rows syncs after somebody else migrated", async () => {
  await startWorld();
  await migrateSchema(database.url, "shared");
  const role = await createRole(database.url);
  onTestFinished(() => role.drop());
  await execute(
    database.url,
    `grant usage on schema shared to ${role.name};
     grant select, insert, update, delete on all tables in schema shared to ${role.name}`,
  );
  const options = { env: { ...env, DATABASE_URL: role.url, WAREHOUSE_SCHEMA: "shared" } };
  expectExit(await runCli(["check"], options), 0);
  expectExit(await runCli(["sync"], options), 0);
  expectExit(await runCli(["status"], options), 0);
  simulator.advance();
  expectExit(await runCli(["sync"], options), 0);
  expect(await findDifferences(database.url, "shared", simulator)).toEqual([]);
});

test.each([
  ["nothing", "", /grant usage on schema "guarded"\n?.*grant select, insert, update, delete on all tables/],
  [
    "the schema",
    "grant usage on schema guarded to ROLE",
    /lacks SELECT, .*\bgrant select, insert, update, delete/,
  ],
  [
    "reading",
    "grant usage on schema guarded to ROLE; grant select on all tables in schema guarded to ROLE",
    /lacks (?!SELECT).*\bgrant select, insert, update, delete/,
  ],
])(
  "a role that has rights to %s alone is told by check and sync what to grant",
  async (_what, grants, answer) => {
    await startWorld();
    await migrateSchema(database.url, "guarded");
    const role = await createRole(database.url);
    onTestFinished(() => role.drop());
    await execute(database.url, grants.replaceAll("ROLE", role.name));
    const options = { env: { ...env, DATABASE_URL: role.url, WAREHOUSE_SCHEMA: "guarded" } };
    const check = await runCli(["check"], options);
    expectExit(check, 1);
    expect(check.stdout).toMatch(answer);
    const sync = await runCli(["sync"], options);
    expectExit(sync, 1);
    expect(sync.stderr).toMatch(answer);
    expect(sync.stderr).not.toMatch(/^ +at /m);
    expect(simulator.requests).toEqual([]);
  },
);

test("a role that may not create a schema is told who can migrate", async () => {
  await startWorld();
  const role = await createRole(database.url);
  onTestFinished(() => role.drop());
  const options = { env: { ...env, DATABASE_URL: role.url, WAREHOUSE_SCHEMA: "denied" } };
  const migrate = await runCli(["migrate"], options);
  expectExit(migrate, 1);
  expect(migrate.stderr).toMatch(/may not create.*\n.*role that owns/);
});

test.each(["sync", "sync --dry-run", "status", "migrate"])(
  "without its database, %s says so and how to mend it, without a stack and without the password",
  async (command) => {
    await startWorld();
    const url = new URL(database.url);
    url.port = "1";
    const result = await runCli(command.split(" "), { env: { ...env, DATABASE_URL: url.href } });
    expectExit(result, 1);
    expect(result.stdout).toBe("");
    expect(result.stderr).toBe(
      `pinterest-ads: Cannot use the database at 127.0.0.1:1${url.pathname}: connect ECONNREFUSED 127.0.0.1:1\n` +
        "Is Postgres running there, and is the port right?\n",
    );
  },
);

test("a sync into a schema that was not migrated asks for migrate and Pinterest for nothing", async () => {
  await startWorld();
  const result = await runCli(["sync"], { env: { ...env, WAREHOUSE_SCHEMA: "never_migrated" } });
  expectExit(result, 1);
  expect(result.stderr).toMatch(/lacks .*\nRun: pinterest-ads migrate\n$/);
  expect(readLog(result)).toEqual([]);
  expect(simulator.requests).toEqual([]);
});
