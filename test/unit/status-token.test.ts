import { expect, test } from "vitest";
import { chainFingerprint, seedFingerprint } from "../../src/pinterest/token-chain.ts";
import { describeToken } from "../../src/serve/status/token.ts";
import type { StoredToken } from "../../src/warehouse/stored-token.ts";

const APP = { appId: "app", appSecret: "the-app-secret" };
const NOW = Date.UTC(2026, 1, 1);
const seed = seedFingerprint(APP.appId, "mistyped");
/** A configured token was refused at its first use: nothing else is stored. */
const REFUSED: StoredToken = {
  refreshed_at: null,
  access_token_expires_at: null,
  refresh_token_expires_at: null,
  scopes: null,
  seed_fingerprint: null,
  refused_at: new Date(NOW),
  refused_fingerprint: chainFingerprint(APP, seed),
  refused_reason: "Authentication failed",
};

test.each([
  ["still configured", "mistyped", "refused"],
  ["configured no more", undefined, undefined],
  ["replaced by another one", "right", undefined],
])("a token that was refused at once and is %s is told so", (_, refreshToken, state) => {
  const settings = { ...APP, accessToken: undefined, refreshToken };
  expect(describeToken(settings, REFUSED, NOW)?.state).toBe(state);
});

test("a stored token in whose place another one is configured is told as unused", () => {
  const stored = { ...REFUSED, refreshed_at: new Date(NOW), seed_fingerprint: "older" };
  const settings = { ...APP, accessToken: undefined, refreshToken: "right" };
  expect(describeToken(settings, stored, NOW)?.state).toBe("unused");
});
