import { expect, test } from "vitest";
import type { PinterestRequest } from "../../src/pinterest/client.ts";
import { createPinterest } from "../../src/pinterest/client.ts";
import { createTokens } from "../../src/pinterest/tokens.ts";
import { createJumpingClock } from "../support/jumping-clock.ts";
import { createMemoryTokenStore } from "../support/memory-token-store.ts";
import { createMemoryLogger } from "../support/pinterest-client.ts";
import { type Reply, type Seen, startScriptedServer } from "../support/scripted-server.ts";

const REQUEST: PinterestRequest = { path: "/ad_accounts", category: "ads_read", oauthScopes: ["ads:read"] };
const UNAUTHORIZED: Reply = { status: 401, json: { code: 2, message: "Authentication failed." } };
const FORBIDDEN: Reply = { status: 403, json: { code: 403, message: "Forbidden" } };
const PAGE: Reply = { json: { items: [] } };

/** A Pinterest that issues tokens access-1, access-2, … and asks `answer` about everything else. */
async function open(answer: (token: string, seen: Seen) => Reply | Promise<Reply>) {
  let issued = 0;
  const server = await startScriptedServer((seen) => {
    if (!seen.url.pathname.endsWith("/oauth/token")) {
      return answer(seen.headers.authorization?.replace("Bearer ", "") ?? "", seen);
    }
    issued += 1;
    return {
      json: { access_token: `access-${issued}`, refresh_token: `refresh-${issued}`, expires_in: 2_592_000 },
    };
  });
  const shared = {
    baseUrl: server.url,
    version: "0",
    logger: createMemoryLogger().logger,
    clock: createJumpingClock(),
    random: () => 0,
  };
  const store = createMemoryTokenStore();
  const tokens = createTokens({
    ...shared,
    appId: "app",
    appSecret: "secret",
    seedRefreshToken: "seed",
    store,
  });
  const pinterest = createPinterest({ ...shared, tokens });
  return {
    pinterest,
    server,
    issued: () => issued,
    [Symbol.asyncDispose]: async () => {
      await pinterest.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test("many requests that meet one 401 cause one refresh and are repeated with the new token", async () => {
  const waiting: (() => void)[] = [];
  await using api = await open(async (token) => {
    if (token !== "access-1") return PAGE;
    // All are under way before the first is refused.
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (waiting.length === 8) for (const go of waiting) go();
    });
    return UNAUTHORIZED;
  });
  await Promise.all(Array.from({ length: 8 }, () => api.pinterest.get(REQUEST)));
  expect(api.issued()).toBe(2);
  expect(api.server.seen.filter(({ method }) => method === "GET")).toHaveLength(16);
});

test("tokens that are refused one after another end the run, and are not renewed for ever", async () => {
  await using api = await open(() => UNAUTHORIZED);
  await expect(api.pinterest.get(REQUEST)).rejects.toMatchObject({ code: "token_refused" });
  await expect(api.pinterest.get(REQUEST)).rejects.toMatchObject({ code: "token_refused" });
  expect(api.issued()).toBe(6);
});

test("a 401 of one endpoint alone is a missing permission and costs one refresh", async () => {
  await using api = await open(async (_token, seen) => {
    if (!seen.url.pathname.endsWith("/closed")) return PAGE;
    return UNAUTHORIZED;
  });
  await expect(api.pinterest.get({ ...REQUEST, path: "/closed" })).rejects.toMatchObject({
    code: "permission_missing",
  });
  expect(api.issued()).toBe(2);
});

test("a token that is revoked again before its first use costs another refresh, not the run", async () => {
  await using api = await open((token) => (token === "access-4" ? PAGE : UNAUTHORIZED));
  await expect(api.pinterest.get(REQUEST)).resolves.toBeDefined();
  expect(api.issued()).toBe(4);
});

test("a 403 without a reason renews the token once in the life of the process", async () => {
  await using api = await open(() => FORBIDDEN);
  const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => api.pinterest.get(REQUEST)));
  await expect(api.pinterest.get(REQUEST)).rejects.toMatchObject({ code: "permission_missing" });
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({ status: "rejected", reason: { code: "permission_missing" } });
  expect(api.issued()).toBe(2);
  expect(api.server.seen.filter(({ method }) => method === "GET")).toHaveLength(9);
});

test("a 403 where an earlier token was refused costs no refresh token", async () => {
  await using api = await open(() => FORBIDDEN);
  const asked = api.pinterest.get({ ...REQUEST, refusedBefore: true });
  await expect(asked).rejects.toMatchObject({ details: { status: 403 } });
  expect(api.issued()).toBe(1);
  expect(api.server.seen.filter(({ url }) => url.pathname.endsWith("/ad_accounts"))).toHaveLength(1);
});

test("a 403 that a new token cures goes unnoticed", async () => {
  await using api = await open((token) => (token === "access-1" ? FORBIDDEN : PAGE));
  expect(await api.pinterest.get(REQUEST)).toEqual({ items: [] });
});

test.each([
  [{ status: 403, json: { code: 2626, message: "Under review" } }, "pinterest_error"],
  [{ status: 401, json: { code: 2, message: "AdAccount not found" } }, "account_not_visible"],
])("%j concerns the account, so that the run goes on", async (reply, code) => {
  await using api = await open(() => reply);
  await expect(api.pinterest.get(REQUEST)).rejects.toMatchObject({ code });
  await expect(api.pinterest.get(REQUEST)).rejects.toMatchObject({ code });
  expect(api.issued()).toBe(2);
});
