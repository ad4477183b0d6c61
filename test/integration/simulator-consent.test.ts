import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/simulator.ts";
import { ask, refresh } from "./simulator-client.ts";

const REDIRECT_URI = "https://ads.example/callback?x=1";
const TEN_MINUTES_MS = 600_000;

let simulator: Simulator;
let time = 1_800_000_000_000;

beforeAll(async () => {
  simulator = await startSimulator({ campaigns: 1, now: () => time });
});

afterAll(() => simulator.close());

beforeEach(() => {
  simulator.setScopes(["ads:read", "catalogs:read", "user_accounts:read"]);
});

/** Opens the consent page and gives where it leads; null when it does not lead on. */
async function agree(changes: Readonly<Record<string, string>> = {}) {
  const query = new URLSearchParams({
    client_id: simulator.appId,
    redirect_uri: REDIRECT_URI,
    response_type: "code",
    scope: "ads:read,user_accounts:read",
    state: "the state",
    ...changes,
  });
  const page = await fetch(new URL(`/oauth/?${query}`, simulator.url), { redirect: "manual" });
  const location = page.headers.get("location");
  return { status: page.status, target: location === null ? undefined : new URL(location) };
}

async function newCode(): Promise<string> {
  return (await agree()).target?.searchParams.get("code") ?? "";
}

/** The form is sent as it is, whatever else a refresh would send. */
function exchange(code: string, redirectUri = REDIRECT_URI, secret?: string) {
  const form = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
  return refresh(simulator, "", form, secret);
}

test("consent leads back with code and state, and the code brings tokens of the scopes that were granted", async () => {
  const { status, target } = await agree();
  expect(status).toBe(302);
  expect(`${target?.origin}${target?.pathname}`).toBe("https://ads.example/callback");
  expect(target?.searchParams.get("x")).toBe("1");
  expect(target?.searchParams.get("state")).toBe("the state");
  simulator.setScopes(["ads:read", "catalogs:read"]);
  const { body } = await exchange(target?.searchParams.get("code") ?? "");
  expect(body).toMatchObject({ response_type: "authorization_code", scope: "ads:read" });
  expect((await ask(simulator, "/ad_accounts", { token: body["access_token"] ?? null })).status).toBe(200);
  expect((await refresh(simulator, body["refresh_token"] ?? "")).status).toBe(200);
});

test.each([
  ["a user who refuses", { deny: "true" }, "access_denied"],
  ["an unknown scope", { scope: "ads:read,everything" }, "invalid_scope"],
  ["no scope", { scope: "" }, "invalid_scope"],
  ["another response type", { response_type: "token" }, "unsupported_response_type"],
])("%s leads back with an error and the state", async (_what, changes, error) => {
  const { target } = await agree(changes);
  expect(target?.searchParams.get("error")).toBe(error);
  expect(target?.searchParams.get("state")).toBe("the state");
  expect(target?.searchParams.has("code")).toBe(false);
});

test.each([
  ["an unknown app", { client_id: "1" }],
  ["a redirect URI that is none", { redirect_uri: "callback" }],
  ["a redirect URI of another kind", { redirect_uri: "javascript:alert(1)" }],
])("%s leads nowhere", async (_what, changes) => {
  expect(await agree(changes)).toEqual({ status: 400, target: undefined });
});

test("a code works once, for ten minutes, for its redirect URI and with the app's secret", async () => {
  const code = await newCode();
  expect((await exchange(code, "https://ads.example/callback")).body["message"]).toMatch(/redirect_uri/);
  expect((await exchange(code, REDIRECT_URI, "wrong")).status).toBe(401);
  expect((await exchange(code)).status).toBe(200);
  expect((await exchange(code)).status).toBe(400);
  expect((await exchange("never-issued")).status).toBe(400);
  const late = await newCode();
  time += TEN_MINUTES_MS;
  expect((await exchange(late)).status).toBe(400);
});

test("codes are secrets: recorded requests say which one it was", async () => {
  const code = await newCode();
  await exchange(code);
  await exchange("never-issued");
  const forms = simulator.requests.slice(-2).map(({ form }) => form["code"]);
  expect(forms).toEqual([expect.stringMatching(/^code \d+$/), "unknown"]);
  expect(simulator.listSecrets()).toContain(code);
  expect(JSON.stringify(simulator.requests)).not.toContain(code);
});
