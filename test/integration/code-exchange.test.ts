import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import type { Clock } from "../../src/pinterest/clock.ts";
import { signIn } from "../../src/pinterest/sign-in.ts";
import type { TokenStore } from "../../src/pinterest/token-store.ts";
import { createTokens } from "../../src/pinterest/tokens.ts";
import { createJumpingClock } from "../support/jumping-clock.ts";
import { createMemoryTokenStore } from "../support/memory-token-store.ts";
import { createMemoryLogger } from "../support/pinterest-client.ts";
import { inTurn, type Reply, startScriptedServer } from "../support/scripted-server.ts";
import { waitUntil } from "../support/wait-until.ts";

const CONSENT = { code: "the-authorization-code", redirectUri: "http://localhost:8085/" };
const SECRET = "the-app-secret";
const GRANT: Reply = {
  json: {
    access_token: "access-1",
    refresh_token: "refresh-1",
    expires_in: "2592000",
    refresh_token_expires_in: 5_184_000,
    scope: "ads:read catalogs:read",
  },
};

function login(baseUrl: string, options: { seed?: string; clock?: Clock; signal?: AbortSignal } = {}) {
  const store = createMemoryTokenStore();
  const { logger, log } = createMemoryLogger();
  const tokensOptions = {
    baseUrl,
    version: "0",
    appId: "app",
    appSecret: SECRET,
    seedRefreshToken: options.seed,
    store,
    logger,
    clock: options.clock ?? createJumpingClock(),
    random: () => 0,
  };
  const signal = options.signal ?? new AbortController().signal;
  return { store, log, tokensOptions, signedIn: () => signIn(tokensOptions, CONSENT, signal) };
}

test("the code goes out once, with its redirect URI and the wish for lasting refresh tokens", async () => {
  await using server = await startScriptedServer(inTurn(GRANT));
  const { signedIn, store, log } = login(server.url);
  const set = await signedIn();
  expect(server.seen).toHaveLength(1);
  const [{ form, headers } = { form: new URLSearchParams(), headers: {} }] = server.seen;
  expect(Object.fromEntries(form)).toEqual({
    grant_type: "authorization_code",
    code: CONSENT.code,
    redirect_uri: CONSENT.redirectUri,
    continuous_refresh: "true",
  });
  expect(headers.authorization).toBe(`Basic ${Buffer.from(`app:${SECRET}`).toString("base64")}`);
  expect(store.row?.tokens).toEqual(set);
  expect(set).toMatchObject({
    accessExpiresAt: set.refreshedAt + 30 * 86_400_000,
    refreshExpiresAt: set.refreshedAt + 60 * 86_400_000,
    scopes: ["ads:read", "catalogs:read"],
  });
  expect(log()).not.toMatch(/access-1|refresh-1|the-authorization-code|the-app-secret/);
});

const REFUSALS: readonly (readonly [what: string, reply: Reply, nextStep: RegExp])[] = [
  [
    "a wrong app secret",
    { status: 401, json: { code: 2, message: "Authentication failed." } },
    /Correct PINTEREST_APP_SECRET/,
  ],
  [
    "a code that was used or is too old",
    { status: 400, json: { code: 283, message: "Invalid code the-authorization-code" } },
    /auth login` again: a code works once and for some ten minutes/,
  ],
  [
    "another redirect URI",
    { status: 400, json: { error: "invalid_grant", error_description: "redirect_uri does not match" } },
    /Register the redirect URI .* exactly/,
  ],
];

test.each(REFUSALS)(
  "%s is told with what to do, once and without the code",
  async (_what, reply, nextStep) => {
    await using server = await startScriptedServer(inTurn(reply));
    const { signedIn, store, log } = login(server.url);
    const error = await signedIn().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "login_failed", nextStep: expect.stringMatching(nextStep) });
    expect(server.seen).toHaveLength(1);
    expect(store.row).toBeUndefined();
    expect(`${JSON.stringify(error)} ${error} ${log()}`).not.toMatch(/the-authorization-code|the-app-secret/);
  },
);

test.each([
  ["whose answer is lost", { fault: "reset" }, "pinterest_unreachable"],
  ["whose answer breaks off", { ...GRANT, fault: "cut" }, "pinterest_unreachable"],
  ["that fails at Pinterest", { status: 500, json: { code: 500, message: "Oops" } }, "pinterest_error"],
  ["that a web page answers", { text: "<html>" }, "invalid_response"],
  ["without a refresh token in its answer", { json: { access_token: "access-1" } }, "invalid_response"],
] as const)("a code %s is not sent again", async (_what, reply, code) => {
  await using server = await startScriptedServer(inTurn(reply, GRANT));
  const { signedIn, store } = login(server.url);
  await expect(signedIn()).rejects.toMatchObject({ code });
  expect(server.seen).toHaveLength(1);
  expect(store.row).toBeUndefined();
});

test("a code that a rate limit turned away is sent again after the wait", async () => {
  const limited = { status: 429, headers: { "retry-after": "7" }, json: { code: 8, message: "Slow down" } };
  await using server = await startScriptedServer(inTurn(limited, GRANT));
  const clock = createJumpingClock();
  await login(server.url, { clock }).signedIn();
  expect(server.seen).toHaveLength(2);
  expect(clock.sleeps).toEqual([7_000]);
});

test("a code that never left this machine is sent again", async () => {
  const reserved = createServer();
  await new Promise<void>((resolve) => reserved.listen(0, "127.0.0.1", resolve));
  const { port } = reserved.address() as AddressInfo;
  await new Promise((resolve) => reserved.close(resolve));
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(GRANT.json));
  });
  const { now, sleep } = createJumpingClock();
  const clock: Clock = {
    now,
    sleep: async (ms, signal) => {
      if (!server.listening) await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
      return sleep(ms, signal);
    },
  };
  try {
    await expect(login(`http://127.0.0.1:${port}/v5`, { clock }).signedIn()).resolves.toMatchObject({
      accessToken: "access-1",
    });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test.each([
  ["without a configured token", undefined],
  ["beside a configured token", "seed"],
])(
  "%s the tokens of a login are used at once, and renewed with their own refresh token",
  async (_what, seed) => {
    const renewed = { json: { access_token: "access-2", refresh_token: "refresh-2", expires_in: 2_592_000 } };
    await using server = await startScriptedServer(inTurn(GRANT, renewed));
    const { signedIn, store, tokensOptions } = login(server.url, seed === undefined ? {} : { seed });
    store.row = {
      seedFingerprint: "of an older chain",
      tokens: "unreadable",
      refusal: { at: 1, fingerprint: "of an older chain", reason: "revoked" },
      unfinishedSince: 1,
    };
    await signedIn();
    expect(store.row).toMatchObject({ refusal: undefined, unfinishedSince: undefined });
    const tokens = createTokens(tokensOptions);
    const { token, generation } = await tokens.access();
    expect(token).toBe("access-1");
    expect((await tokens.renew(generation, "unauthorized")).token).toBe("access-2");
    expect(server.seen.at(-1)?.form.get("refresh_token")).toBe("refresh-1");
    await tokens.close();
  },
);

test("a login waits for a refresh under way, so that its older tokens cannot replace the new ones", async () => {
  let refreshing = true;
  const asked: string[] = [];
  await using server = await startScriptedServer(() => {
    asked.push(refreshing ? "during the refresh" : "after the refresh");
    return GRANT;
  });
  const { store, tokensOptions } = login(server.url);
  const queue: string[] = [];
  const watched: TokenStore = {
    ...store,
    exclusively: (work, signal) => {
      queue.push("login");
      return store.exclusively(work, signal);
    },
  };
  const end = Promise.withResolvers<void>();
  const refresh = store.exclusively(() => end.promise, new AbortController().signal);
  const signingIn = signIn({ ...tokensOptions, store: watched }, CONSENT, new AbortController().signal);
  await waitUntil("the login waits or asks", () => queue.length + asked.length > 0);
  refreshing = false;
  end.resolve();
  await Promise.all([refresh, signingIn]);
  expect(asked).toEqual(["after the refresh"]);
});

test("a stop before the code is sent keeps it unused", async () => {
  await using server = await startScriptedServer(inTurn(GRANT));
  const { signedIn } = login(server.url, { signal: AbortSignal.abort() });
  await expect(signedIn()).rejects.toMatchObject({ code: "interrupted" });
  expect(server.seen).toHaveLength(0);
});
