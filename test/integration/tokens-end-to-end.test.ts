import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import {
  type CliResult,
  expectExit,
  listsEnvironmentFor,
  readLog,
  runCli,
  startCli,
} from "../support/cli.ts";
import { createDatabase, execute, type TestDatabase } from "../support/database.ts";
import { migrateSchema } from "../support/migrate-schema.ts";
import { findDifferences } from "../support/truth.ts";
import { waitUntil } from "../support/wait-until.ts";

let database: TestDatabase;
let simulator: Simulator;
let env: ReturnType<typeof listsEnvironmentFor>;

beforeAll(async () => {
  database = await createDatabase();
  await migrateSchema(database.url);
});

afterAll(() => database.drop());

/** A user who authorised the app anew, so that the tests do not share a chain of tokens. */
beforeEach(async () => {
  simulator = await startSimulator({ campaigns: 3, refreshToken: `pinr_${randomUUID()}` });
  onTestFinished(() => simulator.close());
  env = listsEnvironmentFor(simulator, database.url);
});

/** One small sync. */
function sync(changes: Readonly<Record<string, string>> = {}): Promise<CliResult> {
  return runCli(["sync", "--resource", "campaigns"], { env: { ...env, ...changes } });
}

function refreshes(): number {
  return simulator.requests.filter(({ path }) => path === "/oauth/token").length;
}

function expectNoTokenUsedTwice(): void {
  for (const { uses } of simulator.refreshTokensUsed) expect(uses).toBe(1);
}

/** The refresh token that Pinterest would accept now, as a user gets it who authorises again. */
function newestRefreshToken(): string {
  return simulator.listSecrets().findLast((secret) => secret.startsWith("pinr_")) ?? "";
}

function expectRefused(result: CliResult, error: RegExp): void {
  expectExit(result, 1);
  const finished = readLog(result).find(({ msg }) => msg === "run finished");
  expect(finished).toMatchObject({ status: "failed", error_code: "token_refused" });
  expect(finished?.["error"]).toMatch(error);
  const failed = readLog(result).find(({ msg }) => msg === "slice failed");
  expect(failed?.["next_step"]).toMatch(/Authorise the app again with `pinterest-ads auth login`/);
}

test("a process killed between refresh and first use leaves the rotated token to the next one", async () => {
  simulator.faults = [{ kind: "hang", path: "/ad_accounts" }];
  const killed = await startCli(["sync"], { env });
  await waitUntil("the new token is used", () => simulator.requests.some(({ fault }) => fault === "hang"));
  killed.signal("SIGKILL");
  await killed.ended;

  simulator.faults = [];
  expectExit(await sync(), 0);
  expect(refreshes()).toBe(1);
  const generations = simulator.requests.filter(({ method }) => method === "GET");
  expect(new Set(generations.map(({ tokenGeneration }) => tokenGeneration))).toEqual(new Set([1]));

  simulator.revokeAccessTokens();
  expectExit(await sync(), 0);
  expect(refreshes()).toBe(2);
  expectNoTokenUsedTwice();
});

test("a process killed while the token endpoint does not answer leaves the token to the next one", async () => {
  simulator.faults = [{ kind: "hang", path: "/oauth/token" }];
  const killed = await startCli(["sync"], { env });
  await waitUntil("a token is asked for", () => refreshes() === 1);
  killed.signal("SIGKILL");
  await killed.ended;
  simulator.faults = [];
  expectExit(await sync(), 0);
  expectNoTokenUsedTwice();
});

test("a token that was issued and lost with its process is explained, and a new one cures it", async () => {
  expectExit(await sync(), 0);
  simulator.revokeAccessTokens();
  await delaySaving();
  const killed = await startCli(["sync"], { env });
  await waitUntil("a token is issued", () => simulator.refreshTokensUsed.length === 2);
  killed.signal("SIGKILL");
  await killed.ended;
  await stopDelaying();

  expectRefused(await sync(), /began on \d{4}-.*never finished; its new token may be lost/);
  const asked = refreshes();
  expectRefused(await sync(), /was not asked again/);
  expect(refreshes()).toBe(asked);
  expectExit(await sync({ PINTEREST_REFRESH_TOKEN: newestRefreshToken() }), 0);
});

/** Pinterest has answered, the transaction that saves the new token has not committed. */
async function delaySaving(): Promise<void> {
  onTestFinished(stopDelaying);
  await execute(
    database.url,
    `create function delay_saving() returns trigger language plpgsql as 'begin perform pg_sleep(60); return new; end';
     create trigger delay_saving before update on pinterest_ads_oauth_tokens for each row
       when (new.refresh_token is distinct from old.refresh_token) execute function delay_saving()`,
  );
}

async function stopDelaying(): Promise<void> {
  await execute(database.url, "drop function if exists delay_saving cascade");
}

test("a wrong encryption key stops the run before Pinterest is asked, and costs nothing", async () => {
  expectExit(await sync(), 0);
  const asked = simulator.requests.length;
  const result = await sync({ TOKEN_ENCRYPTION_KEY: randomBytes(32).toString("base64") });
  expectExit(result, 1);
  expect(readLog(result).at(-1)).toMatchObject({ status: "failed", error_code: "token_key_mismatch" });
  expect(readLog(result)[0]?.["next_step"]).toMatch(/Restore the former TOKEN_ENCRYPTION_KEY/);
  expect(simulator.requests).toHaveLength(asked);
  expectExit(await sync(), 0);
  expect(refreshes()).toBe(1);
});

test("an unchanged configured token never overrides the newer stored one; a changed one replaces it", async () => {
  for (const _ of [1, 2]) {
    simulator.revokeAccessTokens();
    expectExit(await sync(), 0);
  }
  expect(refreshes()).toBe(2);
  const changed = { PINTEREST_REFRESH_TOKEN: newestRefreshToken() };
  expectExit(await sync(changed), 0);
  expect(refreshes()).toBe(3);
  simulator.revokeAccessTokens();
  expectExit(await sync(changed), 0);
  expect(refreshes()).toBe(4);
  expectNoTokenUsedTwice();
});

test("without a configured token the stored one is used", async () => {
  expectExit(await sync(), 0);
  simulator.revokeAccessTokens();
  expectExit(await sync({ PINTEREST_REFRESH_TOKEN: "" }), 0);
  expectNoTokenUsedTwice();
});

test("a refused refresh token stops the run at once, and the next run does not even ask", async () => {
  simulator.revokeRefreshTokens();
  expectRefused(await sync(), /refused/);
  expect(simulator.requests.map(({ path }) => path)).toEqual(["/oauth/token"]);
  expectRefused(await sync(), /was not asked again/);
  expect(simulator.requests).toHaveLength(1);
});

test("a refresh token refused in the middle of a run stops all of it at once", async () => {
  expectExit(await sync(), 0);
  simulator.revokeRefreshTokens();
  simulator.revokeAccessTokens();
  const asked = simulator.requests.length;
  expectRefused(await sync(), /refused/);
  const paths = simulator.requests.slice(asked).map(({ path }) => path);
  expect(paths).toEqual(["/ad_accounts", "/oauth/token"]);
});

test("tokens revoked in the middle of a run cause one refresh, and everything is loaded", async () => {
  const run = await startCli(["sync"], { env });
  const isData = ({ path }: { path: string }) => path.includes("/ad_accounts/");
  await waitUntil("slices are loaded", () => run.hasEnded() || simulator.requests.some(isData));
  simulator.revokeAccessTokens();
  expectExit(await run.ended, 0);
  expect(simulator.requests.map(({ status }) => status)).toContain(401);
  expect(refreshes()).toBe(2);
  expectNoTokenUsedTwice();
  expect(await findDifferences(database.url, "public", simulator)).toEqual([]);
});

test.each([
  ["a first token", () => undefined],
  [
    "another token",
    async () => {
      expectExit(await sync(), 0);
      simulator.revokeAccessTokens();
    },
  ],
])("processes that need %s at once cause one refresh", async (_what, prepare) => {
  await prepare();
  const before = simulator.refreshTokensUsed.length;
  // Kept waiting for its answer, so that all of them come to need it.
  simulator.faults = [{ kind: "unavailable", path: "/oauth/token", count: 2 }];
  const checks = await Promise.all([1, 2, 3].map(() => runCli(["check"], { env })));
  for (const check of checks) expectExit(check, 0);
  expect(simulator.refreshTokensUsed).toHaveLength(before + 1);
  expectNoTokenUsedTwice();
});
