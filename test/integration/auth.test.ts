import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { type CliProcess, expectExit, listsEnvironmentFor, runCli, startCli } from "../support/cli.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";
import { dumpDatabase } from "../support/dump.ts";
import { findSecrets } from "../support/find-secrets.ts";
import { migrateSchema } from "../support/migrate-schema.ts";
import { expectNarrow } from "../support/narrow.ts";
import { createRole } from "../support/role.ts";
import { waitUntil } from "../support/wait-until.ts";

let database: TestDatabase;
let simulator: Simulator;
let env: Record<string, string>;
/** Everything that was said, by all tests. */
const outputs: string[] = [];
const secrets = new Set<string>();

beforeAll(async () => {
  database = await createDatabase();
  await migrateSchema(database.url);
});

afterAll(() => database.drop());

/** An app of its own, so that the tests do not share stored tokens. */
beforeEach(async () => {
  const appId = String(Math.floor(Math.random() * 1e12));
  simulator = await startSimulator({ campaigns: 1, appId, refreshToken: `pinr_${randomUUID()}` });
  onTestFinished(async () => {
    for (const secret of simulator.listSecrets()) secrets.add(secret);
    await simulator.close();
  });
  env = { ...listsEnvironmentFor(simulator, database.url), PINTEREST_REFRESH_TOKEN: "" };
});

async function run(command: string, changes: Readonly<Record<string, string>> = {}) {
  const result = await runCli(command.split(" "), { env: { ...env, ...changes } });
  outputs.push(result.stdout, result.stderr);
  return result;
}

/** A login that has asked its question, and the address that it wants opened. */
async function beginLogin(flags: string, changes: Readonly<Record<string, string>> = {}) {
  const args = ["auth", "login", ...flags.split(" ")];
  const login = await startCli(args, { env: { ...env, LOG_LEVEL: "trace", ...changes }, attended: true });
  onTestFinished(() => login.signal("SIGKILL"));
  await waitUntil("the login asks", () => login.hasEnded() || /(?:Waiting|Enter)/.test(login.output()));
  return { login, consent: /^http\S+\/oauth\/\S+$/m.exec(login.output())?.[0] ?? "" };
}

async function finish(login: CliProcess) {
  const result = await login.ended;
  outputs.push(result.stdout, result.stderr);
  // The address to open is one word.
  expectNarrow(result.stdout.replace(/^http\S+\/oauth\/\S+$/m, ""));
  return result;
}

/** Somebody who opens the address in a browser and agrees. */
async function logIn(changes: Readonly<Record<string, string>> = {}) {
  const { login, consent } = await beginLogin("--port 0", changes);
  const page = await fetch(consent);
  outputs.push(await page.text());
  return finish(login);
}

function tokenRequests(): string[] {
  return simulator.requests
    .filter(({ path }) => path === "/oauth/token")
    .map(({ form }) => form["grant_type"] ?? "");
}

/** The refreshes and listings of a small sync: by which generation of tokens. */
async function syncWith(changes: Readonly<Record<string, string>>) {
  simulator.requests.length = 0;
  expectExit(await run("sync --resource campaigns", changes), 0);
  const listed = simulator.requests.filter(({ method }) => method === "GET");
  return {
    refreshes: tokenRequests().length,
    generations: [...new Set(listed.map((request) => request.tokenGeneration))],
  };
}

test("a login shows accounts and scopes, and sync uses and renews its tokens", async () => {
  const result = await logIn();
  expectExit(result, 0);
  expect(result.stdout).toMatch(/^scopes +ads:read, catalogs:read, user_accounts:read$/m);
  for (const { id } of simulator.world.accounts)
    expect(result.stdout).toMatch(new RegExp(`^${id} .*[A-Z]`, "m"));
  expect(await syncWith({})).toEqual({ refreshes: 0, generations: [1] });
  simulator.revokeAccessTokens();
  expect((await syncWith({})).generations).toContain(2);
});

test("a login ends a refusal, and its tokens are used although the refused one is still configured", async () => {
  const configured = { PINTEREST_REFRESH_TOKEN: simulator.refreshToken };
  simulator.revokeRefreshTokens();
  const refused = await run("auth status", configured);
  expectExit(refused, 1);
  expectNarrow(refused.stdout);
  expect(refused.stdout.match(/refused/g)).toHaveLength(1);
  expect(refused.stdout.replace(/\s+/g, " ")).toContain("pinterest-ads auth login");

  const result = await logIn(configured);
  expectExit(result, 0);
  expect(result.stdout).toMatch(/PINTEREST_REFRESH_TOKEN is no longer used/);
  expect(await syncWith(configured)).toEqual({ refreshes: 0, generations: [1] });
  simulator.revokeAccessTokens();
  expect((await syncWith(configured)).generations).toContain(2);
  const status = await run("auth status --json", configured);
  expectExit(status, 0);
  expect(JSON.parse(status.stdout)).toMatchObject({
    used: "stored",
    stored: "present",
    access_token_days_left: 29,
    refresh_token_days_left: 59,
    missing_scopes: [],
    refused_at: null,
    accounts: simulator.world.accounts.map(({ id }) => ({ id })),
    problem: null,
  });
});

test("--manual takes the pasted address, and says of other lines why not", async () => {
  const { login, consent } = await beginLogin(
    "--manual --redirect-uri https://ads.example/callback?from=pinterest",
  );
  const answer = await fetch(consent, { redirect: "manual" });
  const address = new URL(answer.headers.get("location") ?? "");
  login.type(address.searchParams.get("code") ?? "");
  login.type(address.href.replace(/state=./, "state="));
  login.type(address.href);
  const result = await finish(login);
  expectExit(result, 0);
  expect(result.stdout).toMatch(/not the code alone[\s\S]*state is missing or another/);
  expect(simulator.requests.find(({ path }) => path === "/oauth/token")?.form).toMatchObject({
    redirect_uri: "https://ads.example/callback?from=pinterest",
    code: "code 1",
  });
});

test("a user who refuses ends the login, and nothing is asked of Pinterest or stored", async () => {
  const { login, consent } = await beginLogin("--port 0");
  expect(await (await fetch(`${consent}&deny=true`)).text()).toContain("access_denied");
  const result = await finish(login);
  expectExit(result, 1);
  expect(result.stderr).toMatch(/Pinterest says: access_denied.*\n.*auth login/);
  expect(tokenRequests()).toEqual([]);
  const rows = `select 1 from pinterest_ads_oauth_tokens where app_id = '${simulator.appId}'`;
  expect(await execute(database.url, rows)).toEqual([]);
});

test("Ctrl-C ends a login at once", async () => {
  const { login } = await beginLogin("--port 0");
  login.signal("SIGINT");
  expect(await login.ended).toMatchObject({ code: 130, stderr: "" });
});

test("scopes that the user did not grant are named with what they cost", async () => {
  simulator.setScopes(["ads:read"]);
  const { stdout } = await logIn();
  const status = await run("auth status", { PINTEREST_ACCESS_TOKEN: simulator.accessToken });
  expectExit(status, 0);
  expect(status.stdout).toMatch(/^in use +PINTEREST_ACCESS_TOKEN/m);
  for (const text of [stdout, status.stdout])
    expect(text).toMatch(/^missing scope +catalogs:read: .*: catalogs,\n* *feeds/m);
});

test("nobody is asked to agree before the warehouse can keep the tokens", async () => {
  const unmigrated = await run("auth login --port 0", { WAREHOUSE_SCHEMA: "elsewhere" });
  expectExit(unmigrated, 1);
  expect(unmigrated.stderr).toMatch(/pinterest-ads migrate/);
  const incomplete = await run("auth login --manual", {
    PINTEREST_APP_SECRET: "",
    TOKEN_ENCRYPTION_KEY: "",
    PINTEREST_ACCESS_TOKEN: "pina_x",
  });
  expectExit(incomplete, 2);
  expect(incomplete.stderr).toMatch(/2 problems[\s\S]*PINTEREST_APP_SECRET[\s\S]*TOKEN_ENCRYPTION_KEY/);
  expect(unmigrated.stdout + incomplete.stdout).toBe("");
});

test("nobody is asked to agree before the role may write the tokens", async () => {
  const role = await createRole(database.url);
  onTestFinished(role.drop);
  await execute(database.url, `grant usage on schema public to ${role.name}`);
  await execute(database.url, `grant select on all tables in schema public to ${role.name}`);
  const refused = await run("auth login --port 0", { DATABASE_URL: role.url });
  expectExit(refused, 1);
  expect(refused.stdout).toBe("");
  expect(refused.stderr).toMatch(
    /may not do all that a sync needs[\s\S]*grant select, insert, update, delete/,
  );
});

test("a login whose user sees no ad account is stored and ends with 1, for nothing could be loaded", async () => {
  for (const { id } of simulator.world.accounts) simulator.denyAccount(id, "hidden");
  const result = await logIn();
  expectExit(result, 1);
  expect(result.stdout).toMatch(/Logged in\. The tokens are stored/);
  expect(result.stdout).toMatch(/The token sees no ad account/);
  const rows = `select refresh_token is not null as stored from pinterest_ads_oauth_tokens where app_id = '${simulator.appId}'`;
  expect(await execute(database.url, rows)).toEqual([{ stored: true }]);
  const status = await run("auth status");
  expectExit(status, 1);
  expect(status.stdout).toMatch(/The token sees no ad account/);
  const json = await run("auth status --json");
  expectExit(json, 1);
  expect(JSON.parse(json.stdout)).toMatchObject({ accounts: [], problem: { code: "account_not_visible" } });
});

test("nothing that was said or stored holds a token, a code or the app's secret", async () => {
  expect(outputs.join("\n").length).toBeGreaterThan(1_000);
  expect(findSecrets(outputs.join("\n"), secrets)).toEqual([]);
  expect(findSecrets(await dumpDatabase(database.url), secrets)).toEqual([]);
});
