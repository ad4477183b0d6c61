import { describe, expect, test } from "vitest";
import { ConnectorError } from "../../src/errors.ts";
import { chainFingerprint, seedFingerprint } from "../../src/pinterest/token-chain.ts";
import type { TokenSettings } from "../../src/serve/health/judge-token.ts";
import type { Books } from "../../src/serve/health/observe.ts";
import { checkReadiness, type ReadinessOptions } from "../../src/serve/health/readiness.ts";
import type { SchedulerState } from "../../src/serve/schedule/scheduler-state.ts";

const NOW = Date.UTC(2026, 5, 15, 12);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const APP = { appId: "4711", appSecret: "app-secret" };
const SEED = seedFingerprint(APP.appId, "seed");
const OTHER_SEED = seedFingerprint(APP.appId, "another");
const SETTINGS: TokenSettings = { ...APP, accessToken: undefined, refreshToken: "seed" };

const STATE: SchedulerState = {
  role: "active",
  holder: undefined,
  running: undefined,
  blocked: undefined,
  lookedAt: NOW - MINUTE_MS,
};
const TOKEN = {
  refreshed_at: new Date(NOW - DAY_MS),
  access_token_expires_at: new Date(NOW + 29 * DAY_MS),
  refresh_token_expires_at: new Date(NOW + 59 * DAY_MS),
  seed_fingerprint: SEED,
  refused_at: null,
  refused_fingerprint: null,
  refused_reason: null,
  scopes: null,
};
const REFUSED = {
  refused_at: new Date(NOW),
  refused_fingerprint: chainFingerprint(APP, SEED),
  refused_reason: "Authentication failed.",
};
const BOOKS: Books = {
  freshness: [place("ad_accounts", "*", 3600), place("ads", "549755885175", 7200)],
  lacksAccounts: false,
  token: TOKEN,
  alerts: [],
  rejected: [],
  lastRuns: [],
};

function place(resource: string, scope_id: string, age_seconds: number | null): Books["freshness"][number] {
  return {
    resource,
    scope_id,
    age_seconds,
    fresh_at: age_seconds === null ? null : new Date(NOW - age_seconds * 1000),
    loaded_through: null,
  };
}

async function check(name: string, change: Partial<ReadinessOptions> = {}) {
  const { ready, checks } = await checkReadiness({
    observe: async () => ({ kind: "read", books: BOOKS }),
    scheduler: () => STATE,
    token: SETTINGS,
    maxStalenessMs: DAY_MS,
    now: () => NOW,
    ...change,
  });
  const found = checks.find((one) => one.check === name);
  expect(ready).toBe(checks.every(({ ok }) => ok));
  expect(checks.filter(({ ok }) => !ok).map((one) => one.check)).toEqual(found?.ok ? [] : [name]);
  return found;
}

test("all is well when all checks pass", async () => {
  expect(await check("freshness")).toMatchObject({ ok: true, detail: "nothing is older than 1 d" });
});

describe("the scheduler", () => {
  test.each<[string, Partial<SchedulerState>, boolean, RegExp]>([
    ["active", {}, true, /^active$/],
    [
      "active and waiting",
      { blocked: { code: "already_running", message: "A sync runs" } },
      true,
      /A sync runs/,
    ],
    ["a standby", { role: "standby", holder: "process 7 on a" }, true, /standby; process 7 on a runs/],
    ["starting", { role: "starting", lookedAt: undefined }, false, /not looked/],
    ["a standby that never looked", { role: "standby", lookedAt: undefined }, false, /not looked/],
    ["stopped", { role: "stopped" }, false, /stopped/],
    ["silent for three minutes", { lookedAt: NOW - 3 * MINUTE_MS }, true, /active/],
    ["silent for longer", { lookedAt: NOW - 4 * MINUTE_MS }, false, /for 4 min/],
    ["ahead of a clock that was set back a little", { lookedAt: NOW + 3 * MINUTE_MS }, true, /active/],
    ["ahead of a clock that was set back", { lookedAt: NOW + 4 * MINUTE_MS }, false, /for 4 min/],
  ])("%s", async (_name, change, ok, detail) => {
    const found = await check("scheduler", { scheduler: () => ({ ...STATE, ...change }) });
    expect(found).toMatchObject({ ok, detail: expect.stringMatching(detail) });
  });
});

describe("the token", () => {
  test.each<[string, Partial<TokenSettings>, object | undefined, boolean, RegExp]>([
    ["in use", {}, TOKEN, true, /lives until 2026-08-13/],
    [
      "in use, its end unknown",
      {},
      { ...TOKEN, refresh_token_expires_at: null },
      true,
      /refreshed on 2026-06-14/,
    ],
    ["ended", {}, { ...TOKEN, refresh_token_expires_at: new Date(NOW) }, false, /ended on 2026-06-15/],
    ["refused", {}, { ...TOKEN, ...REFUSED }, false, /refused it on 2026-06-15: Authentication failed/],
    [
      "refused at its first use",
      {},
      { ...REFUSED, refreshed_at: null, seed_fingerprint: null },
      false,
      /refused/,
    ],
    [
      "replaced by another in the configuration",
      { refreshToken: "another" },
      { ...TOKEN, ...REFUSED },
      true,
      /not used yet/,
    ],
    [
      "replaced, and the new one refused as well",
      { refreshToken: "another" },
      { ...TOKEN, ...REFUSED, refused_fingerprint: chainFingerprint(APP, OTHER_SEED) },
      false,
      /refused/,
    ],
    [
      "refused with another app secret",
      { appSecret: "rotated" },
      { ...TOKEN, ...REFUSED },
      true,
      /lives until/,
    ],
    ["configured and never used", {}, undefined, true, /not used yet/],
    ["stored alone", { refreshToken: undefined }, TOKEN, true, /lives until/],
    ["stored alone and refused", { refreshToken: undefined }, { ...TOKEN, ...REFUSED }, false, /refused/],
    ["nowhere", { refreshToken: undefined }, undefined, false, /there is none/],
    ["ready-made", { accessToken: "pina_x" }, undefined, true, /PINTEREST_ACCESS_TOKEN/],
  ])("%s", async (_name, settings, token, ok, detail) => {
    const found = await check("token", {
      token: { ...SETTINGS, ...settings },
      observe: async () => ({ kind: "read", books: { ...BOOKS, token: token as Books["token"] } }),
    });
    expect(found).toMatchObject({ ok, detail: expect.stringMatching(detail) });
  });

  test("that the scheduler could not use is not usable, whatever the books say", async () => {
    const blocked = { code: "token_key_mismatch", message: "encrypted with another key" };
    const found = await check("token", { scheduler: () => ({ ...STATE, blocked }) });
    expect(found).toMatchObject({ ok: false, detail: "encrypted with another key" });
  });
});

describe("freshness", () => {
  test.each<[string, Books["freshness"], boolean, string]>([
    ["just within the limit", [place("ads", "1", 86_400)], true, "nothing is older than 1 d"],
    [
      "one too old",
      [place("ads", "1", 3 * 86_400), place("feeds", "2", 60)],
      false,
      "ads of 1 is 3 d old; the limit is 1 d",
    ],
    [
      "the worst of several is named",
      [place("ads", "1", 100_000), place("campaigns", "2", 5 * 86_400), place("feeds", "2", 60)],
      false,
      "campaigns of 2 is 5 d old (2 of 3 are too old or missing); the limit is 1 d",
    ],
    [
      "what was never loaded is worse than anything old",
      [place("ads", "1", 9e9), place("ad_accounts", "*", null)],
      false,
      "ad_accounts was never loaded (2 of 2 are too old or missing); the limit is 1 d",
    ],
  ])("%s", async (_name, freshness, ok, detail) => {
    const found = await check("freshness", {
      observe: async () => ({ kind: "read", books: { ...BOOKS, freshness } }),
    });
    expect(found).toEqual({ check: "freshness", ok, detail });
  });
});

test("without any ad account nothing can be fresh", async () => {
  const freshness = [place("ad_accounts", "*", 60)];
  const found = await check("freshness", {
    observe: async () => ({ kind: "read", books: { ...BOOKS, freshness, lacksAccounts: true } }),
  });
  expect(found).toMatchObject({ ok: false, detail: expect.stringContaining("no ad account to copy") });
});

test("without the warehouse all that depends on it is said to be unknown, and nothing passes for well", async () => {
  const error = new ConnectorError("database_unreachable", "Cannot use it", { nextStep: "Start it." });
  const { ready, checks } = await checkReadiness({
    observe: async () => ({ kind: "unreachable", error }),
    scheduler: () => STATE,
    token: SETTINGS,
    maxStalenessMs: DAY_MS,
    now: () => NOW,
  });
  expect(ready).toBe(false);
  expect(checks.map(({ check: name, ok }) => [name, ok])).toEqual([
    ["database", false],
    ["schema", false],
    ["token", false],
    ["freshness", false],
    ["scheduler", true],
  ]);
  expect(checks[0]?.detail).toBe("Cannot use it. Start it.");
});
