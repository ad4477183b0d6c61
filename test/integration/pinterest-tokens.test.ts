import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { up } from "../../migrations/20261120000002_oauth_tokens.ts";
import { createTokens, type TokensOptions } from "../../src/pinterest/tokens.ts";
import { openWarehouse, type Warehouse } from "../../src/warehouse/database.ts";
import { openTokenStore } from "../../src/warehouse/oauth-tokens.ts";
import { createDatabase, type TestDatabase } from "../support/database.ts";
import { createHeldClock } from "../support/held-clock.ts";
import { createJumpingClock } from "../support/jumping-clock.ts";
import { createMemoryLogger } from "../support/pinterest-client.ts";
import { type Reply, startScriptedServer } from "../support/scripted-server.ts";
import { waitUntil } from "../support/wait-until.ts";

const SCHEMA = "ads data";
const DAY_MS = 86_400_000;
const KEY = randomBytes(32);
let database: TestDatabase;
let warehouse: Warehouse;

beforeAll(async () => {
  database = await createDatabase();
  warehouse = openWarehouse({ url: database.url, schema: SCHEMA, connections: 6 });
  await warehouse.knex.schema.createSchema(SCHEMA);
  await up(warehouse.knex);
});

afterAll(async () => {
  await warehouse.close();
  await database.drop();
});

beforeEach(async () => {
  await warehouse.knex("pinterest_ads_oauth_tokens").delete();
});

/** A token endpoint with single-use refresh tokens: seed, then refresh-1, refresh-2, … */
async function openPinterest(
  script: (asked: number) => Reply | undefined | Promise<Reply | undefined> = () => undefined,
) {
  let valid = "seed";
  let issued = 0;
  const server = await startScriptedServer(async ({ form }, index) => {
    const reply = await script(index);
    if (reply) return reply;
    if (form.get("refresh_token") !== valid)
      return { status: 400, json: { code: 283, message: `Token ${form.get("refresh_token")} is spent` } };
    issued += 1;
    valid = `refresh-${issued}`;
    return {
      json: {
        access_token: `access-${issued}`,
        refresh_token: valid,
        expires_in: "2592000",
        refresh_token_expires_in: 5_184_000,
        scope: "ads:read,catalogs:read",
      },
    };
  });
  return {
    server,
    accept: (token: string) => (valid = token),
    [Symbol.asyncDispose]: server[Symbol.asyncDispose],
  };
}

/** What a process of the connector would open. */
function openProcess(url: string, changes: Partial<TokensOptions> & { key?: Buffer; clockAt?: number } = {}) {
  const { key = KEY, clockAt, ...options } = changes;
  const appId = options.appId ?? "app";
  const clock = createJumpingClock(clockAt);
  const { logger, log } = createMemoryLogger();
  const store = openTokenStore({ knex: warehouse.knex, schema: SCHEMA, encryptionKey: key, appId });
  const tokens = createTokens({
    baseUrl: url,
    version: "0",
    appId,
    appSecret: "the-app-secret",
    seedRefreshToken: "seed",
    store,
    logger,
    clock,
    random: () => 0,
    ...options,
  });
  return { tokens, clock, store, log, [Symbol.asyncDispose]: () => tokens.close() };
}

async function readRow() {
  return warehouse.knex("pinterest_ads_oauth_tokens").first();
}

test("a refresh is asked for as Pinterest documents it", async () => {
  await using pinterest = await openPinterest();
  await using first = openProcess(pinterest.server.url);
  expect(await first.tokens.access()).toEqual({ token: "access-1", generation: 1 });
  const [asked] = pinterest.server.seen;
  expect(asked?.method).toBe("POST");
  expect(asked?.url.pathname).toBe("/v5/oauth/token");
  expect(asked?.headers).toMatchObject({
    authorization: `Basic ${btoa("app:the-app-secret")}`,
    "content-type": "application/x-www-form-urlencoded",
  });
  expect(Object.fromEntries(asked?.form ?? [])).toEqual({
    grant_type: "refresh_token",
    refresh_token: "seed",
    scope: "ads:read,catalogs:read,user_accounts:read",
    continuous_refresh: "true",
  });
});

test("tokens are stored encrypted, with what is known about them", async () => {
  await using pinterest = await openPinterest();
  await using first = openProcess(pinterest.server.url);
  await first.tokens.access();
  const row = await readRow();
  expect(row).toMatchObject({
    app_id: "app",
    access_token_expires_at: new Date(first.clock.now() + 30 * DAY_MS),
    refresh_token_expires_at: new Date(first.clock.now() + 60 * DAY_MS),
    scopes: ["ads:read", "catalogs:read"],
    refreshed_at: new Date(first.clock.now()),
    refresh_started_at: null,
    refused_at: null,
  });
  const text = [
    JSON.stringify(row),
    row.access_token.toString("latin1"),
    row.refresh_token.toString("latin1"),
  ];
  for (const secret of ["access-1", "refresh-1", 'seed"', "the-app-secret"])
    expect(text.join("\n") + first.log()).not.toContain(secret);
});

test("the next process uses a stored token that is still valid, and refreshes a day before it ends", async () => {
  await using pinterest = await openPinterest();
  await using first = openProcess(pinterest.server.url);
  await first.tokens.access();
  await using second = openProcess(pinterest.server.url);
  expect((await second.tokens.access()).token).toBe("access-1");
  second.clock.advance(29 * DAY_MS - 1_000);
  expect((await second.tokens.access()).token).toBe("access-1");
  second.clock.advance(1_000);
  expect(await second.tokens.access()).toEqual({ token: "access-2", generation: 2 });
  expect(pinterest.server.seen[1]?.form.get("refresh_token")).toBe("refresh-1");
  expect(pinterest.server.seen[1]?.form.get("scope")).toBe("ads:read,catalogs:read");
});

test("a refresh token in no other use is kept alive: refreshed after 20 days, and daily when it ends soon", async () => {
  await using pinterest = await openPinterest();
  const clock = createJumpingClock();
  const keepAlive = async (days: number) => {
    clock.advance(days * DAY_MS);
    await using started = openProcess(pinterest.server.url, { clock });
    await started.tokens.keepAlive(20 * DAY_MS);
    return pinterest.server.seen.length;
  };
  expect(await keepAlive(0)).toBe(1);
  expect(await keepAlive(19)).toBe(1);
  expect(await keepAlive(1)).toBe(2);
  expect(await keepAlive(0)).toBe(2);
  // As if Pinterest had not replaced it for long.
  await warehouse
    .knex("pinterest_ads_oauth_tokens")
    .update({ refresh_token_expires_at: new Date(clock.now() + 14 * DAY_MS) });
  expect(await keepAlive(0.5)).toBe(2);
  expect(await keepAlive(0.5)).toBe(3);
});

test("the rotated token is committed before its access token is handed out", async () => {
  await using pinterest = await openPinterest();
  await using first = openProcess(pinterest.server.url);
  await warehouse.knex.raw(
    "create function refuse() returns trigger language plpgsql as $$ begin raise 'disk full'; end $$",
  );
  await warehouse.knex.raw(
    "create trigger refuse before update on pinterest_ads_oauth_tokens for each row when (new.access_token is not null) execute function refuse()",
  );
  await expect(first.tokens.access()).rejects.toMatchObject({
    code: "token_not_saved",
    message: expect.stringContaining("disk full"),
  });
  await warehouse.knex.raw("drop trigger refuse on pinterest_ads_oauth_tokens; drop function refuse()");
  // The token is saved as soon as that works, without asking Pinterest again.
  expect((await first.tokens.access()).token).toBe("access-1");
  expect(pinterest.server.seen).toHaveLength(1);
  await using second = openProcess(pinterest.server.url);
  expect((await second.tokens.access()).token).toBe("access-1");
});

test("a store that cannot be written is noticed before the refresh token is spent", async () => {
  await using pinterest = await openPinterest();
  await using first = openProcess(pinterest.server.url);
  await warehouse.knex.raw("alter table pinterest_ads_oauth_tokens rename column refresh_started_at to gone");
  await expect(first.tokens.access()).rejects.toMatchObject({ code: "schema_missing" });
  await warehouse.knex.raw("alter table pinterest_ads_oauth_tokens rename column gone to refresh_started_at");
  expect(pinterest.server.seen).toHaveLength(0);
});

test("processes that start together refresh once", async () => {
  await using pinterest = await openPinterest();
  const processes = Array.from({ length: 4 }, () => openProcess(pinterest.server.url));
  const all = await Promise.all(processes.map(({ tokens }) => tokens.access()));
  expect(all.map(({ token }) => token)).toEqual(["access-1", "access-1", "access-1", "access-1"]);
  expect(pinterest.server.seen).toHaveLength(1);
  await Promise.all(processes.map(({ tokens }) => tokens.close()));
});

test("processes whose token is refused together refresh once", async () => {
  await using pinterest = await openPinterest();
  const processes = Array.from({ length: 3 }, () => openProcess(pinterest.server.url));
  await Promise.all(processes.map(({ tokens }) => tokens.access()));
  const renewed = await Promise.all(processes.map(({ tokens }) => tokens.renew(1, "unauthorized")));
  expect(new Set(renewed.map(({ token }) => token))).toEqual(new Set(["access-2"]));
  expect(pinterest.server.seen).toHaveLength(2);
  await Promise.all(processes.map(({ tokens }) => tokens.close()));
});

test("a refresh that lost its lock while it waited for a rate limit does not send the token again: another process may have used it", async () => {
  await using pinterest = await openPinterest((index) =>
    index === 0
      ? { status: 429, headers: { "retry-after": "150" }, json: { code: 8, message: "later" } }
      : undefined,
  );
  const clock = createHeldClock();
  await using first = openProcess(pinterest.server.url, { clock });
  const waiting = first.tokens.access().catch((error: unknown) => error);
  await waitUntil("it waits for the rate limit", () => clock.sleepers() === 1);
  await warehouse.knex.raw(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())`,
  );
  await using second = openProcess(pinterest.server.url);
  expect((await second.tokens.access()).token).toBe("access-1");
  clock.advance(150_000);
  expect(await waiting).toMatchObject({ code: "database_unreachable" });
  expect(pinterest.server.seen.map(({ form }) => form.get("refresh_token"))).toEqual(["seed", "seed"]);
  expect((await first.tokens.access()).token).toBe("access-1");
  expect(pinterest.server.seen).toHaveLength(2);
});

test("no transaction is open while Pinterest is asked", async () => {
  await using pinterest = await openPinterest(async () => {
    const { rows } = await warehouse.knex.raw(
      "select count(*)::int as open from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
    );
    expect(rows[0].open).toBe(0);
    return undefined;
  });
  await using first = openProcess(pinterest.server.url);
  expect((await first.tokens.access()).token).toBe("access-1");
});

test("a changed configured token replaces the stored chain; an unchanged one never does", async () => {
  await using pinterest = await openPinterest();
  await using first = openProcess(pinterest.server.url);
  await first.tokens.access();
  await first.tokens.renew(1, "unauthorized");
  pinterest.accept("new seed");
  await using second = openProcess(pinterest.server.url, { seedRefreshToken: "new seed" });
  expect((await second.tokens.access()).token).toBe("access-3");
  await using third = openProcess(pinterest.server.url, { seedRefreshToken: "new seed" });
  expect((await third.tokens.access()).token).toBe("access-3");
  expect(pinterest.server.seen.map(({ form }) => form.get("refresh_token"))).toEqual([
    "seed",
    "refresh-1",
    "new seed",
  ]);
});

test("without a configured token the stored one is used; without either there is an error", async () => {
  await using pinterest = await openPinterest();
  await using none = openProcess(pinterest.server.url, { seedRefreshToken: undefined });
  await expect(none.tokens.access()).rejects.toMatchObject({ code: "token_missing" });
  await using first = openProcess(pinterest.server.url);
  await first.tokens.access();
  expect((await none.tokens.access()).token).toBe("access-1");
});

test("a wrong encryption key is told apart from a changed token", async () => {
  await using pinterest = await openPinterest();
  await using first = openProcess(pinterest.server.url);
  await first.tokens.access();
  const key = randomBytes(32);
  await using wrong = openProcess(pinterest.server.url, { key });
  await expect(wrong.tokens.access()).rejects.toMatchObject({
    code: "token_key_mismatch",
    nextStep: expect.stringContaining("TOKEN_ENCRYPTION_KEY"),
  });
  expect(pinterest.server.seen).toHaveLength(1);
  pinterest.accept("new seed");
  await using changed = openProcess(pinterest.server.url, { key, seedRefreshToken: "new seed" });
  expect((await changed.tokens.access()).token).toBe("access-2");
});

test("a refused refresh token is not asked about again, by no later process, until something changes", async () => {
  await using pinterest = await openPinterest();
  pinterest.accept("another");
  await using first = openProcess(pinterest.server.url);
  const refused = { code: "token_refused", message: expect.not.stringContaining("seed") };
  await expect(first.tokens.access()).rejects.toMatchObject(refused);
  await expect(first.tokens.access()).rejects.toMatchObject(refused);
  await using second = openProcess(pinterest.server.url);
  await expect(second.tokens.access()).rejects.toMatchObject({
    ...refused,
    message: expect.stringContaining("was not asked again"),
  });
  expect(pinterest.server.seen).toHaveLength(1);
  await using newSecret = openProcess(pinterest.server.url, { appSecret: "new" });
  await expect(newSecret.tokens.access()).rejects.toMatchObject(refused);
  expect(pinterest.server.seen).toHaveLength(2);
  await using newToken = openProcess(pinterest.server.url, { seedRefreshToken: "another" });
  expect((await newToken.tokens.access()).token).toBe("access-1");
  expect((await readRow()).refused_at).toBeNull();
});

test("a refresh that was cut off is named when the old token is refused afterwards", async () => {
  await using pinterest = await openPinterest();
  await using first = openProcess(pinterest.server.url);
  await first.store.begin(Date.UTC(2026, 0, 1));
  pinterest.accept("the answer that was lost");
  await expect(first.tokens.access()).rejects.toMatchObject({
    code: "token_refused",
    message: expect.stringContaining("2026-01-01T00:00:00.000Z never finished"),
  });
});

test.each<[string, Reply]>([
  ["500", { status: 500 }],
  ["429", { status: 429, headers: { "retry-after": "2" } }],
  ["a broken connection", { fault: "reset" }],
  ["a body without token", { json: {} }],
])("%s of the token endpoint is asked again", async (_name, fault) => {
  await using pinterest = await openPinterest((index) => (index < 3 ? fault : undefined));
  await using first = openProcess(pinterest.server.url);
  expect((await first.tokens.access()).token).toBe("access-1");
});

test("a token endpoint that stays down is no refusal", async () => {
  await using pinterest = await openPinterest((index) => (index < 6 ? { status: 503 } : undefined));
  await using first = openProcess(pinterest.server.url);
  await expect(first.tokens.access()).rejects.toMatchObject({ code: "pinterest_error" });
  expect((await first.tokens.access()).token).toBe("access-1");
});

test("while the token endpoint is down, a token that has not ended yet goes on", async () => {
  await using pinterest = await openPinterest((index) => (index === 0 ? undefined : { status: 503 }));
  await using first = openProcess(pinterest.server.url);
  await first.tokens.access();
  first.clock.advance(29.5 * DAY_MS);
  expect(await first.tokens.access()).toEqual({ token: "access-1", generation: 1 });
  expect(pinterest.server.seen).toHaveLength(7);
  expect(await first.tokens.access()).toEqual({ token: "access-1", generation: 1 });
  expect(pinterest.server.seen).toHaveLength(7);
  first.clock.advance(DAY_MS);
  await expect(first.tokens.access()).rejects.toMatchObject({ code: "pinterest_error" });
});

test("a refusal that names the scope is tried once without asking for scopes", async () => {
  const refusal: Reply = { status: 400, json: { error: "invalid_scope", error_description: "too wide" } };
  await using pinterest = await openPinterest((index) => (index === 0 ? refusal : undefined));
  await using first = openProcess(pinterest.server.url);
  expect((await first.tokens.access()).token).toBe("access-1");
  expect(pinterest.server.seen.map(({ form }) => form.has("scope"))).toEqual([true, false]);
});

test("a refresh token that is not replaced stays in use", async () => {
  const same: Reply = { json: { access_token: "same", expires_in: 100 } };
  await using pinterest = await openPinterest((index) => (index === 0 ? same : undefined));
  await using first = openProcess(pinterest.server.url);
  expect((await first.tokens.access()).token).toBe("same");
  first.clock.advance(90_000);
  expect((await first.tokens.access()).token).toBe("access-1");
});

test("a refusal after an answer that was lost says that the new token may be lost, and one before it does not", async () => {
  await using losing = await openPinterest((index) =>
    index === 0 ? { fault: "reset" } : { status: 400, json: { code: 283, message: "Invalid refresh token" } },
  );
  await using first = openProcess(losing.server.url);
  await expect(first.tokens.access()).rejects.toMatchObject({
    code: "token_refused",
    message: expect.stringMatching(/Invalid refresh token\. A refresh that began on .* may be lost$/),
  });
  expect(first.log()).toContain("pinterest token refresh got no usable answer");

  await warehouse.knex("pinterest_ads_oauth_tokens").delete();
  await using refusing = await openPinterest((index) =>
    index === 0 ? { status: 500 } : { status: 400, json: { code: 283, message: "Invalid refresh token" } },
  );
  await using second = openProcess(refusing.server.url);
  await expect(second.tokens.access()).rejects.toMatchObject({
    message: expect.stringMatching(/Invalid refresh token$/),
  });
});

test("closing waits for an answer that does not come as long as the request may last, and asks no more", async () => {
  await using pinterest = await openPinterest(() => ({ fault: "hang" }));
  await using first = openProcess(pinterest.server.url, {
    timeouts: { connect: 1000, response: 500, request: 500 },
  });
  const waiting = first.tokens.access().catch((error: unknown) => error);
  await waitUntil("it is asked", () => pinterest.server.seen.length > 0);
  await first.tokens.close();
  expect(await waiting).toMatchObject({ code: "interrupted" });
  expect(first.log()).toContain("pinterest token refresh under way is waited for");
});

test("aborting ends the caller's wait, and closing lets the refresh finish and saves it", async () => {
  const gate = Promise.withResolvers<void>();
  await using pinterest = await openPinterest(async () => {
    await gate.promise;
    return undefined;
  });
  const first = openProcess(pinterest.server.url);
  const controller = new AbortController();
  const outcome = expect(first.tokens.access(controller.signal)).rejects.toMatchObject({
    code: "interrupted",
  });
  await waitUntil("the refresh is under way", () => pinterest.server.seen.length === 1);
  controller.abort();
  await outcome;
  const closed = first.tokens.close();
  gate.resolve();
  await closed;
  await expect(first.tokens.access()).rejects.toMatchObject({ code: "interrupted" });
  await using second = openProcess(pinterest.server.url);
  expect((await second.tokens.access()).token).toBe("access-1");
  expect(pinterest.server.seen).toHaveLength(1);
});

test("a refresh needs no second connection", async () => {
  await using pinterest = await openPinterest();
  const narrow = openWarehouse({ url: database.url, schema: SCHEMA, connections: 1 });
  const store = openTokenStore({ knex: narrow.knex, schema: SCHEMA, encryptionKey: KEY, appId: "app" });
  await using first = openProcess(pinterest.server.url, { store });
  expect((await first.tokens.access()).token).toBe("access-1");
  await narrow.close();
});

test("tokens moved to another app's row do not open", async () => {
  await using pinterest = await openPinterest();
  await using first = openProcess(pinterest.server.url);
  await first.tokens.access();
  await warehouse.knex("pinterest_ads_oauth_tokens").update({ app_id: "other" });
  const store = openTokenStore({ knex: warehouse.knex, schema: SCHEMA, encryptionKey: KEY, appId: "other" });
  expect(await store.read()).toMatchObject({ tokens: "unreadable" });
});
