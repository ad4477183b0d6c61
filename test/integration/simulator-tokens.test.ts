import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { ask, refresh } from "./simulator-client.ts";

let simulator: Simulator;
let time: number;

beforeEach(async () => {
  time = 1_800_000_000_000;
  simulator = await startSimulator({
    accessTokenSeconds: 60,
    now: () => time,
    rateLimits: { ads_read: { limit: 3, windowSeconds: 60 } },
  });
});

afterEach(async () => {
  await simulator.close();
});

describe("tokens", () => {
  test("a refresh answers with a working access token and a new refresh token", async () => {
    const { status, body } = await refresh(simulator, simulator.refreshToken);
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: "bearer", expires_in: 60, response_type: "refresh_token" });
    expect(body["refresh_token"]).not.toBe(simulator.refreshToken);
    const answer = await ask(simulator, "/user_account", { token: body["access_token"] ?? null });
    expect(answer.status).toBe(200);
    expect(simulator.requests.at(-1)?.tokenGeneration).toBe(1);
  });

  test("a refresh token works once, and a second use is counted", async () => {
    await refresh(simulator, simulator.refreshToken);
    expect((await refresh(simulator, simulator.refreshToken)).status).toBe(400);
    expect(simulator.refreshTokensUsed).toEqual([{ token: simulator.refreshToken, generation: 0, uses: 2 }]);
  });

  test.each([
    ["a wrong app secret", () => refresh(simulator, simulator.refreshToken, {}, "wrong"), 401],
    ["an unknown refresh token", () => refresh(simulator, "pinr_unknown"), 400],
    ["another grant", () => refresh(simulator, simulator.refreshToken, { grant_type: "password" }), 400],
    [
      "a scope that was not granted",
      () => refresh(simulator, simulator.refreshToken, { scope: "ads:write" }),
      400,
    ],
  ])("%s is refused and does not use up the refresh token", async (_, attempt, status) => {
    expect((await attempt()).status).toBe(status);
    expect((await refresh(simulator, simulator.refreshToken)).status).toBe(200);
  });

  test("after revocation no refresh token works", async () => {
    simulator.revokeRefreshTokens();
    expect((await refresh(simulator, simulator.refreshToken)).status).toBe(400);
  });

  test.each([
    ["missing", null, () => {}],
    ["unknown", "pina_other", () => {}],
    [
      "expired",
      undefined,
      () => {
        time += 60_000;
      },
    ],
    ["revoked", undefined, () => simulator.revokeAccessTokens()],
  ])("a token that is %s gets 401 code 2", async (_, token, prepare) => {
    prepare();
    const answer = await ask(simulator, "/user_account", token === undefined ? {} : { token });
    expect([answer.status, answer.body.code]).toEqual([401, 2]);
  });

  test("a missing scope gets 401 code 3", async () => {
    simulator.setScopes(["ads:read"]);
    const answer = await ask(simulator, "/catalogs");
    expect([answer.status, answer.body.code]).toEqual([401, 3]);
    expect((await ask(simulator, "/ad_accounts")).status).toBe(200);
  });

  test("recorded refreshes name generations instead of tokens", async () => {
    const { body } = await refresh(simulator, simulator.refreshToken);
    await refresh(simulator, body["refresh_token"] ?? "");
    expect(simulator.requests.map(({ form }) => form["refresh_token"])).toEqual([
      "generation 0",
      "generation 1",
    ]);
    const text = JSON.stringify(simulator.requests);
    expect(simulator.listSecrets().filter((secret) => text.includes(secret))).toEqual([]);
  });
});

describe("rate limits", () => {
  test("beyond the quota: 429 code 8 with the time to wait, until the window ends", async () => {
    const answers = [];
    for (let nth = 0; nth < 4; nth++) answers.push(await ask(simulator, "/ad_accounts"));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers.map(({ headers }) => headers.get("x-ratelimit-remaining"))).toEqual(["2", "1", "0", "0"]);
    const refused = answers.at(-1);
    expect(refused?.body.code).toBe(8);
    expect(refused?.headers.get("retry-after")).toBe("60");
    time += 30_000;
    expect((await ask(simulator, "/ad_accounts")).headers.get("x-ratelimit-reset")).toBe("30");
    time += 30_000;
    expect((await refresh(simulator, simulator.refreshToken)).status).toBe(200);
  });

  test("categories have separate quotas", async () => {
    for (let nth = 0; nth < 4; nth++) await ask(simulator, "/ad_accounts");
    expect((await ask(simulator, "/catalogs")).status).toBe(200);
  });

  test("every answer has a request id", async () => {
    const answers = [await ask(simulator, "/ad_accounts"), await ask(simulator, "/nowhere")];
    const ids = answers.map(({ headers }) => headers.get("x-pinterest-rid"));
    expect(new Set(ids).size).toBe(2);
    expect(ids).not.toContain(null);
  });
});
