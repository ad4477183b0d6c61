import { Client } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { resources } from "../../src/resources/index.ts";
import { readConnections } from "../support/books.ts";
import { ENCRYPTION_KEY, expectExit, readLog, runCli, startCli } from "../support/cli.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";
import { migrateSchema } from "../support/migrate-schema.ts";
import { waitUntil } from "../support/wait-until.ts";

const PROCESSES = 3;
const IN_THIS_PROCESS = 7;

/** Complete, so that a command comes as far as the database; never used. */
const CREDENTIALS = {
  PINTEREST_APP_ID: "1",
  PINTEREST_APP_SECRET: "unused",
  PINTEREST_REFRESH_TOKEN: "unused",
  TOKEN_ENCRYPTION_KEY: ENCRYPTION_KEY,
};

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(() => database.drop());

function migrate(schema: string, ...flags: readonly string[]) {
  return runCli(["migrate", ...flags], { env: { DATABASE_URL: database.url, WAREHOUSE_SCHEMA: schema } });
}

/** The columns of a schema's tables and indexes with types and comments, in no order that depends on history. */
async function describeColumns(schema: string): Promise<unknown[]> {
  return execute(
    database.url,
    `select c.relname, a.attname, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull,
            col_description(c.oid, a.attnum) as comment
       from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = '${schema}'::regnamespace and a.attnum > 0 and not a.attisdropped order by 1, 2`,
  );
}

test("ten migrations at once are safe: one works, the others find nothing to do", async () => {
  const processes = Array.from({ length: PROCESSES }, () => migrate("crowded"));
  const here = Array.from({ length: IN_THIS_PROCESS }, () => migrateSchema(database.url, "crowded"));
  const results = await Promise.all(processes);
  for (const result of results) expectExit(result, 0);
  const reports = [
    ...results.map((result) => ({ ...readLog(result)[0] })),
    ...(await Promise.all(here)).map((report) => ({ ...report, statements: report.statements.length })),
  ];
  const workers = reports.filter(({ statements }) => statements !== 0);
  expect(workers).toHaveLength(1);
  const names = await execute(database.url, "select name from crowded.pinterest_ads_migrations order by id");
  expect(names.map(({ name }) => name)).toEqual(workers[0]?.["migrations"]);
  const tables = await execute(database.url, "select from pg_tables where schemaname = 'crowded'");
  expect(tables.length).toBeGreaterThan(resources.length);
});

test("a database newer than the code is refused by every command, and nothing is changed", async () => {
  await migrateSchema(database.url, "newer");
  await execute(
    database.url,
    "insert into newer.pinterest_ads_migrations (name, batch, migration_time) values ('29991231000000_future.ts', 9, now())",
  );
  const before = await describeColumns("newer");
  for (const args of [["migrate"], ["migrate", "--dry-run"], ["sync"], ["status"], ["check"]]) {
    const result = await runCli(args, {
      env: { ...CREDENTIALS, DATABASE_URL: database.url, WAREHOUSE_SCHEMA: "newer" },
    });
    expectExit(result, 1);
    expect(result.stdout + result.stderr).toMatch(
      /newer version of the connector \(29991231000000_future\.ts\)/,
    );
    expect(result.stdout + result.stderr).toContain("Use that version or a later one");
  }
  expect(await describeColumns("newer")).toEqual(before);
});

test("columns of another type stop migrate and sync with a list, and nothing is changed", async () => {
  await migrateSchema(database.url, "differing");
  await execute(
    database.url,
    `alter table differing.pinterest_ads_ads alter column destination_url type varchar(10);
     alter table differing.pinterest_ads_campaigns alter column daily_spend_cap type integer;
     alter table differing.pinterest_ads_campaigns drop column tracking_urls;
     drop table differing.pinterest_ads_feeds`,
  );
  const before = await describeColumns("differing");
  for (const args of [["migrate"], ["migrate", "--dry-run"], ["sync"]]) {
    const result = await runCli(args, {
      env: { ...CREDENTIALS, DATABASE_URL: database.url, WAREHOUSE_SCHEMA: "differing" },
    });
    expectExit(result, 1);
    expect(result.stdout).toBe("");
    expect(result.stderr).toContain(
      "pinterest_ads_ads.destination_url is character varying(10), expected text",
    );
    expect(result.stderr).toContain("pinterest_ads_campaigns.daily_spend_cap is integer, expected bigint");
  }
  expect(await describeColumns("differing")).toEqual(before);
});

test("Ctrl-C ends a migration that waits for another one", async () => {
  const other = new Client({ connectionString: database.url });
  await other.connect();
  onTestFinished(() => other.end());
  await other.query("select pg_advisory_lock(hashtextextended('pinterest-ads:waiting:migrate', 0))");
  const waiting = await startCli(["migrate"], {
    env: { DATABASE_URL: database.url, WAREHOUSE_SCHEMA: "waiting" },
  });
  await waitUntil("it waits", async () => (await readConnections(database.url)).length > 0);
  waiting.signal("SIGINT");
  await waitUntil("it has ended", waiting.hasEnded);
  expectExit(await waiting.ended, 130);
});
