import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { FaultRule } from "../../src/simulator/faults.ts";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { listsEnvironmentFor, runCli } from "../support/cli.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";
import { dumpDatabase } from "../support/dump.ts";
import { findSecrets } from "../support/find-secrets.ts";
import { createRole, type TestRole } from "../support/role.ts";

/** Secrets that no simulator knows of. */
const FOREIGN = {
  token: "pinr_foreign_8f14e45fceea167a5a36dedd4bea2543",
  access: "pina_foreign_c9f0f895fb98ab9159f51fd0297e236d",
  appSecret: "foreign-app-secret-45c48cce2e2d7fbdea1afc51c7c6ad26",
  password: "foreign-password-d3d9446802a44259755d38e6d163e820",
};
const KEY = randomBytes(32);
const OTHER_KEY = randomBytes(32);

let database: TestDatabase;
let role: TestRole;
let simulator: Simulator;
let env: Record<string, string>;
const outputs: string[] = [];

beforeAll(async () => {
  database = await createDatabase();
  role = await createRole(database.url);
  await execute(database.url, `create schema "private data" authorization ${role.name}`);
  simulator = await startSimulator({ campaigns: 3 });
  env = {
    ...listsEnvironmentFor(simulator, role.url),
    TOKEN_ENCRYPTION_KEY: KEY.toString("base64"),
    WAREHOUSE_SCHEMA: "private data",
    LOG_LEVEL: "trace",
  };
  await run("migrate");
});

afterAll(async () => {
  await simulator.close();
  await role.drop();
  await database.drop();
});

async function run(command: string, changes: Readonly<Record<string, string>> = {}) {
  const result = await runCli(command.split(" "), { env: { ...env, ...changes } });
  outputs.push(`$ ${command}`, result.stdout, result.stderr);
  return result;
}

/** Those secrets that were said or stored. The names of what leaked, so that a failure shows where to look. */
async function findLeaks(): Promise<{ output: string[]; database: string[] }> {
  const secrets = [
    ...simulator.listSecrets(),
    `${simulator.appId}:${simulator.appSecret}`,
    role.password,
    env["TOKEN_ENCRYPTION_KEY"] ?? "",
    KEY.toString("latin1"),
    OTHER_KEY.toString("base64"),
    ...Object.values(FOREIGN),
  ];
  return {
    output: findSecrets(outputs.join("\n"), secrets),
    database: findSecrets(await dumpDatabase(database.url), secrets),
  };
}

const NO_LEAKS = { output: [], database: [] };

test("runs that meet every fault and poisoned feeds tell and store no secret", async () => {
  const faults: FaultRule[] = [
    { kind: "token_revoked", rate: 0.2 },
    { kind: "html", path: "/oauth/token", count: 1 },
    { kind: "cut_json", path: "/oauth/token", count: 1, skip: 1 },
    { kind: "cut_json", path: "/catalogs", count: 1 },
    { kind: "connection_reset", path: "/ads", count: 1 },
    { kind: "truncated_body", path: "/campaigns", count: 1 },
  ];
  spoilFeeds();
  // Two owners, hence two pages of feeds per sync.
  const poisons = (["wrong_type", "missing_id", "unknown_field", "not_an_object"] as const).map(
    (poison): FaultRule => ({ kind: "poisoned_record", path: "/feeds", poison, count: 1 }),
  );
  simulator.faults = [...poisons, ...faults];
  for (const LOG_FORMAT of ["json", "text"]) {
    const result = await run("sync", { LOG_FORMAT });
    expect(result.stdout).toMatch(/run finished/);
    simulator.advance();
  }
  expect(simulator.poisoned).toHaveLength(poisons.length);
  simulator.faults = [];
  for (const command of ["check", "status", "status --json", "sync --dry-run"]) await run(command);

  const dump = await dumpDatabase(database.url);
  expect(dump).toContain("pinterest_ads_rejected_records");
  expect(dump).toMatch(/feeds,.*(created_at|location|credentials)/);
  expect(dump).toContain("https://***@files.shop.example");
  expect(outputs.join("\n")).toMatch(/"level":"debug".*"msg":"pinterest request"/);
  expect(await findLeaks()).toEqual(NO_LEAKS);
});

/** Feeds as Pinterest does not document them, with secrets where a careless reader would keep them. */
function spoilFeeds(): void {
  const [password = "", urlPassword = "", urlToken = ""] = simulator.listSecrets().slice(-3);
  const feeds = simulator.world.owners.flatMap((owner) => owner.feeds);
  const spoilt = [
    { location: { url: `https://feeduser:${urlPassword}@files.shop.example/feed.xml` } },
    { location: [`https://files.shop.example/feed.xml?token=${urlToken}`] },
    { credentials: `feeduser:${password}`, created_at: "yesterday" },
    { credentials: [{ username: "feeduser", password }], status: { credentials: { password } } },
    { location: `https://files.shop.example/feed.xml?password=${password}`, created_at: {} },
  ];
  for (const [index, fields] of spoilt.entries()) Object.assign(feeds[index] ?? {}, fields);
}

test("refused permissions, tokens, keys and passwords are told without what was refused", async () => {
  const [account = "", other = ""] = simulator.world.accounts.map(({ id }) => id);
  simulator.denyAccount(account, "ads");
  simulator.denyAccount(other, "catalogs");
  await run("sync");
  const url = new URL(simulator.url);
  url.username = "somebody";
  url.password = FOREIGN.password;
  await run("sync", { PINTEREST_API_URL: url.href });
  simulator.setScopes(["ads:read"]);
  simulator.revokeAccessTokens();
  await run("sync");
  await run("check");
  await run("sync", { TOKEN_ENCRYPTION_KEY: OTHER_KEY.toString("base64") });
  await run("sync", { PINTEREST_ACCESS_TOKEN: FOREIGN.access });
  await run("check", { PINTEREST_ACCESS_TOKEN: FOREIGN.access });
  await run("sync", { PINTEREST_APP_ID: "2", PINTEREST_APP_SECRET: FOREIGN.appSecret });
  await run("sync", { PINTEREST_APP_ID: "3", PINTEREST_REFRESH_TOKEN: FOREIGN.token });
  simulator.revokeRefreshTokens();
  simulator.revokeAccessTokens();
  for (const command of ["sync", "sync", "check", "status --json"]) await run(command);
  expect(outputs.join("\n")).toMatch(/token_refused/);
  expect(await findLeaks()).toEqual(NO_LEAKS);
});

test("a database that cannot be used is told without its password", async () => {
  const unreachable = new URL(role.url);
  unreachable.port = "1";
  const wrong = new URL(role.url);
  wrong.password = FOREIGN.password;
  const unknown = new URL(wrong);
  unknown.pathname = "/no_such_database";
  const urls = [
    unreachable.href,
    wrong.href,
    unknown.href,
    `postgres://somebody:${FOREIGN.password}%zz@127.0.0.1:1/ads`,
    `postgres://somebody:${FOREIGN.password}#@127.0.0.1:1/ads`,
    `mysql://somebody:${FOREIGN.password}@127.0.0.1:1/ads`,
    `postgres://somebody@127.0.0.1:1/ads?password=${FOREIGN.password}`,
  ];
  // Both open the database the same way; each of them meets what is refused early and what late.
  for (const [index, url] of urls.entries())
    await run(index % 2 === 0 ? "sync" : "migrate", { DATABASE_URL: url });
  expect(await findLeaks()).toEqual(NO_LEAKS);
});

test("a wrong configuration is told without values that may be secret", async () => {
  const result = await run("sync", {
    PINTEREST_REFRESH_TOKN: FOREIGN.token,
    TOKEN_ENCRYPTION_KEY: `${OTHER_KEY.toString("base64")}AA`,
    PINTEREST_API_URL: `ftp://somebody:${FOREIGN.password}@proxy.example/v5`,
  });
  expect(result.code).toBe(2);
  expect(result.stderr).toContain("3 problems");
  expect(await findLeaks()).toEqual(NO_LEAKS);
});
