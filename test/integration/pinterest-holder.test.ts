import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { createPinterestHolder, type PinterestHolder } from "../../src/commands/pinterest-holder.ts";
import type { Config } from "../../src/config.ts";
import { readConfigFile } from "../../src/config-file.ts";
import { parseEnvironment } from "../../src/environment.ts";
import type { PinterestRequest } from "../../src/pinterest/client.ts";
import type { Clock } from "../../src/pinterest/clock.ts";
import { seedFingerprint } from "../../src/pinterest/token-chain.ts";
import { ENCRYPTION_KEY } from "../support/cli.ts";
import { createJumpingClock } from "../support/jumping-clock.ts";
import { createMemoryLogger } from "../support/pinterest-client.ts";
import { type Reply, type Seen, startScriptedServer } from "../support/scripted-server.ts";
import { openTestWarehouse, type TestWarehouse } from "../support/test-warehouse.ts";

const REQUEST: PinterestRequest = { path: "/ad_accounts", category: "ads_read", oauthScopes: ["ads:read"] };
const UNAUTHORIZED: Reply = { status: 401, json: { code: 2, message: "Authentication failed." } };
const GRANT = {
  access_token: "pina_1",
  refresh_token: "pinr_1",
  expires_in: 2_592_000,
  scope: "ads:read",
};
const TOKENS: Reply = { json: GRANT };
const NEVER_MS = 1e12;
const NOBODY = new AbortController().signal;
/** A patience that is over at once, and one that is never. */
const [IMPATIENT_MS, PATIENT_MS] = [20, 60_000];

let db: TestWarehouse;
let busy: boolean;

beforeAll(async () => {
  db = await openTestWarehouse([]);
});

afterAll(() => db.close());

beforeEach(async () => {
  busy = false;
  await db.query("truncate pinterest_ads_oauth_tokens");
});

const asksForToken = ({ url }: Seen) => url.pathname.endsWith("/oauth/token");

/** A holder in front of a Pinterest that answers as told. */
async function hold(
  answer: (seen: Seen) => Reply | Promise<Reply>,
  {
    patienceMs = PATIENT_MS,
    clock,
    ...changes
  }: Partial<Config> & { patienceMs?: number; clock?: Clock } = {},
) {
  const server = await startScriptedServer(answer);
  const variables = {
    PINTEREST_API_URL: server.url,
    PINTEREST_APP_ID: "4711",
    PINTEREST_APP_SECRET: "the-app-secret",
    PINTEREST_REFRESH_TOKEN: "pinr_0",
    DATABASE_URL: db.url,
    TOKEN_ENCRYPTION_KEY: ENCRYPTION_KEY,
  };
  const problems: string[] = [];
  const environment = parseEnvironment(variables, new Set(), problems);
  expect(problems).toEqual([]);
  const config = { ...environment, file: readConfigFile("", "", []), ...changes };
  const open = { warehouse: db.warehouse, embedded: undefined, close: async () => undefined };
  const { logger } = createMemoryLogger();
  const holder: PinterestHolder = createPinterestHolder(
    config,
    open,
    { logger, ...(clock && { clock }) },
    () => busy,
    patienceMs,
  );
  onTestFinished(async () => {
    await holder.close();
    await server[Symbol.asyncDispose]();
  });
  return { holder, server };
}

test("a refused token ends its client, so that the next one reads what tokens there are; a run under way keeps its own", async () => {
  const { holder, server } = await hold(() => UNAUTHORIZED);
  const refused = { code: "token_refused" };
  const first = holder.get();
  busy = true;
  await expect(holder.ensureToken(NEVER_MS, NOBODY)).rejects.toMatchObject(refused);
  expect(holder.get()).toBe(first);
  await expect(first.get(REQUEST)).rejects.toMatchObject(refused);
  busy = false;
  await expect(holder.ensureToken(NEVER_MS, NOBODY)).rejects.toMatchObject(refused);
  expect(holder.get()).not.toBe(first);
  // The same token is not sent again.
  expect(server.seen).toHaveLength(1);
});

test("a client with a token that could not be saved is kept, for nothing else has it", async () => {
  let issued = 0;
  const { holder, server } = await hold(
    () => {
      issued += 1;
      return { json: { ...GRANT, access_token: `pina_${issued}`, refresh_token: `pinr_${issued}` } };
    },
    { clock: createJumpingClock(Date.now()) },
  );
  const first = holder.get();
  await db.query(
    "alter table pinterest_ads_oauth_tokens add constraint full_disk check (refresh_token is null)",
  );
  await expect(holder.ensureToken(NEVER_MS, NOBODY)).rejects.toMatchObject({ code: "token_not_saved" });
  await db.query("alter table pinterest_ads_oauth_tokens drop constraint full_disk");
  expect(holder.get()).toBe(first);
  await holder.ensureToken(NEVER_MS, NOBODY);
  expect(server.seen.map(({ form }) => form.get("refresh_token"))).toEqual(["pinr_0"]);
});

test("a token that was stored since another one was refused is used at the next asking, not at the one after", async () => {
  let answer: Reply = UNAUTHORIZED;
  const { holder } = await hold(() => answer);
  const { holder: login } = await hold(() => answer, { refreshToken: "pinr_new" });
  busy = true;
  await expect(holder.ensureToken(NEVER_MS, NOBODY)).rejects.toMatchObject({ code: "token_refused" });
  busy = false;
  answer = TOKENS;
  await login.ensureToken(NEVER_MS, NOBODY);
  // As a login does: the new tokens count as those of the configured chain.
  await db.query(
    "update pinterest_ads_oauth_tokens set seed_fingerprint = $1, refused_at = null, refused_fingerprint = null",
    seedFingerprint("4711", "pinr_0"),
  );
  await holder.ensureToken(NEVER_MS, NOBODY);
});

test("a ready-made access token stays as it is, and so does its client", async () => {
  const { holder } = await hold(() => UNAUTHORIZED, { accessToken: "pina_given" });
  const first = holder.get();
  await expect(first.get(REQUEST)).rejects.toMatchObject({ code: "token_refused" });
  await expect(holder.ensureToken(NEVER_MS, NOBODY)).rejects.toMatchObject({ code: "token_refused" });
  expect(holder.get()).toBe(first);
});

test("a refresh that takes longer than the patience is not waited for, goes on, and serves whoever needs its token", async () => {
  const gate = Promise.withResolvers<void>();
  const { holder, server } = await hold(
    async (seen) => {
      if (!asksForToken(seen)) return { json: { items: [] } };
      await gate.promise;
      return TOKENS;
    },
    { patienceMs: IMPATIENT_MS },
  );
  const client = holder.get();
  await holder.ensureToken(NEVER_MS, NOBODY);
  await holder.ensureToken(NEVER_MS, NOBODY);
  expect(holder.get()).toBe(client);
  const answer = holder.get().get(REQUEST);
  gate.resolve();
  expect(await answer).toEqual({ items: [] });
  expect(server.seen.filter(asksForToken)).toHaveLength(1);
  expect(server.seen.at(-1)?.headers.authorization).toBe("Bearer pina_1");
});

test("a stop ends the waiting as a stop, not as patience that is over", async () => {
  const gate = Promise.withResolvers<void>();
  const stop = new AbortController();
  const { holder } = await hold(async () => {
    stop.abort();
    await gate.promise;
    return TOKENS;
  });
  await expect(holder.ensureToken(NEVER_MS, stop.signal)).rejects.toMatchObject({ code: "interrupted" });
  gate.resolve();
});
