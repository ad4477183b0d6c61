import { afterAll, beforeAll, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { startAlteredPinterest } from "../support/altered-pinterest.ts";
import { environmentFor, expectExit, runCli } from "../support/cli.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";
import { migrateSchema } from "../support/migrate-schema.ts";

let database: TestDatabase;
let simulator: Simulator;
let env: ReturnType<typeof environmentFor>;

beforeAll(async () => {
  database = await createDatabase();
  simulator = await startSimulator({ campaigns: 1 });
  await migrateSchema(database.url);
  env = environmentFor(simulator, database.url);
});

afterAll(async () => {
  await simulator.close();
  await database.drop();
});

/** Runs `check` with these changes and gives its lines. */
async function check(changes: Readonly<Record<string, string>>, code: number): Promise<string> {
  const result = await runCli(["check"], { env: { ...env, ...changes } });
  expectExit(result, code);
  return result.stdout;
}

test("a warehouse that is ready passes every check, and nothing is loaded", async () => {
  const output = await check({}, 0);
  for (const subject of ["configuration", "database", "tables", "token", "accounts", "scopes"])
    expect(output).toMatch(new RegExp(`^ok +${subject} `, "m"));
  expect(output).not.toContain("FAIL");
  expect(output).toContain("2 accounts visible");
  const counts = await execute(
    database.url,
    "select (select count(*) from pinterest_ads_ad_accounts) + (select count(*) from pinterest_ads_sync_runs) as rows",
  );
  expect(counts).toEqual([{ rows: "0" }]);
});

test("ids that come as numbers, too long for a double, are told digit by digit", async () => {
  const ids = simulator.world.accounts.map(({ id }) => id);
  const longer = ids.map((id, index) => `${id}${index}1`);
  await using altered = await startAlteredPinterest(simulator, ({ url }, text) =>
    url.pathname.endsWith("/ad_accounts")
      ? ids.reduce((all, id, index) => all.replace(`"id":"${id}"`, `"id":${longer[index]}`), text)
      : undefined,
  );
  const output = await check({ PINTEREST_API_URL: altered.simulator.url }, 0);
  for (const id of longer) expect(output).toContain(id);
});

test("a token that Pinterest does not accept is a problem with its fix", async () => {
  const output = await check({ PINTEREST_ACCESS_TOKEN: "pina_of_somebody_else" }, 1);
  expect(output).toMatch(/^FAIL +token +.*PINTEREST_ACCESS_TOKEN.*Create a new access token/m);
  expect(output).not.toContain("pina_of_somebody_else");
});

test("a refresh token that Pinterest refuses is a problem with its fix", async () => {
  const changes = { PINTEREST_APP_ID: "77", PINTEREST_REFRESH_TOKEN: "pinr_of_somebody_else" };
  const output = await check(changes, 1);
  expect(output).toMatch(/^FAIL +token +.*refused.*Authorise the app again/m);
});

test("a warehouse that was not migrated is a problem with its fix, and the token is not used up for it", async () => {
  const before = simulator.requests.length;
  const output = await check({ WAREHOUSE_SCHEMA: "empty" }, 1);
  expect(output).toMatch(/^FAIL +tables .*pinterest-ads migrate/m);
  expect(output).toMatch(/^-- +token +not tested/m);
  expect(simulator.requests).toHaveLength(before);
});

test("a database that nobody serves is a problem with its fix", async () => {
  const output = await check({ DATABASE_URL: unreachable() }, 1);
  expect(output).toMatch(/^FAIL +database .*127\.0\.0\.1:1\/.*Is Postgres running there/m);
});

test("a password that the database does not accept is a problem with its fix", async () => {
  const url = new URL(database.url);
  url.username = "pinterest_ads_nobody";
  url.password = "not-the-password";
  const output = await check({ DATABASE_URL: url.href }, 1);
  expect(output).toMatch(/^FAIL +database .*(?:password|role) in DATABASE_URL/m);
  expect(output).not.toContain("not-the-password");
});

test("an account that the token does not see is a problem with its fix", async () => {
  const seen = simulator.world.accounts[0]?.id ?? "";
  const output = await check({ PINTEREST_AD_ACCOUNT_IDS: `${seen},999` }, 1);
  expect(output).toMatch(/^FAIL +accounts +ad account 999 is not visible; give the token's user a role/m);
  expect(output).not.toContain(`${seen} is not visible`);
});

test("several problems are told at once, a wrong configuration with exit code 2", async () => {
  const changes = { DATABASE_URL: unreachable(), PINTEREST_APP_SECRET: "", PINTEREST_APP_IDD: "1" };
  const output = await check(changes, 2);
  expect(output).toMatch(/^FAIL +configuration +PINTEREST_APP_IDD.*did you mean PINTEREST_APP_ID/m);
  expect(output).toMatch(/^FAIL +configuration +PINTEREST_APP_SECRET is not set/m);
  expect(output).toMatch(/^FAIL +database /m);
  expect(output).toContain("3 problems found.");
});

test("a missing scope is a problem that names the scope", async () => {
  simulator.setScopes(["ads:read"]);
  simulator.revokeAccessTokens();
  const output = await check({}, 1);
  expect(output).toMatch(/^ok +token /m);
  expect(output).toMatch(/^FAIL +scopes +the token lacks catalogs:read/m);
});

function unreachable(): string {
  const url = new URL(database.url);
  url.port = "1";
  return url.href;
}
