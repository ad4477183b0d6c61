import { describe, expect, test } from "vitest";
import { describeMissingScopes } from "../../src/commands/scopes.ts";
import { renderFacts } from "../../src/commands/token-access.ts";
import { describeTokens, reportTokens } from "../../src/commands/token-report.ts";
import type { StoredTokens, TokenSet } from "../../src/pinterest/token-store.ts";
import { resources } from "../../src/resources/index.ts";
import { expectNarrow } from "../support/narrow.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 2, 1, 12);
const TOKENS: TokenSet = {
  accessToken: "pina_secret-access",
  refreshToken: "pinr_secret-refresh",
  accessExpiresAt: NOW + 27.5 * DAY_MS,
  refreshExpiresAt: NOW + 57.5 * DAY_MS,
  scopes: ["ads:read", "catalogs:read", "user_accounts:read"],
  refreshedAt: NOW - 2.5 * DAY_MS,
};

function storedWith(changes: Partial<TokenSet>, more: Partial<StoredTokens> = {}): StoredTokens {
  const tokens = { ...TOKENS, ...changes };
  return { seedFingerprint: "seed", tokens, refusal: undefined, unfinishedSince: undefined, ...more };
}

function tell(
  stored: StoredTokens | undefined,
  used: "stored" | "PINTEREST_ACCESS_TOKEN" = "stored",
): string {
  const text = renderFacts(describeTokens(reportTokens(stored, used, NOW), NOW));
  expectNarrow(text);
  expect(text).not.toMatch(/secret/);
  return text;
}

test("healthy tokens are told with their ends, their age and their scopes, and without a warning", () => {
  expect(tell(storedWith({}))).toBe(
    [
      "token (UTC)",
      "access token   27 days left, until 2026-03-29 00:00:00",
      "refresh token  57 days left, until 2026-04-28 00:00:00; each refresh renews it",
      "last refresh   2026-02-27 00:00:00, 2 days ago",
      "scopes         ads:read, catalogs:read, user_accounts:read",
    ].join("\n"),
  );
});

describe("the end of the refresh token", () => {
  test.each([
    [15, undefined],
    [14, /^warning .*ends in 14 days/m],
    [7, /^warning .*ends in 7 days/m],
    [1, /^warning .*ends in 1 day\b/m],
    [0.5, /^warning .*ends in less than a day/m],
    [-3, /^warning .*has ended/m],
  ])("in %d days is warned of as it deserves, with what to do", (days, warning) => {
    const text = tell(storedWith({ refreshExpiresAt: NOW + days * DAY_MS }));
    if (warning) expect(text.replace(/\n +/g, " ")).toMatch(warning);
    if (warning) expect(text.replace(/\n +/g, " ")).toMatch(/pinterest-ads auth login/);
    else expect(text).not.toMatch(/warning/);
  });
});

test.each([
  ["never stored ones", undefined, /^stored +nothing/m],
  ["unreadable ones", storedWith({}, { tokens: "unreadable" }), /^stored .*another TOKEN_ENCRYPTION_KEY/m],
  [
    "refused ones",
    storedWith({}, { refusal: { at: NOW - DAY_MS, fingerprint: "f", reason: "was revoked" } }),
    /^refused +on 2026-02-28 12:00:00 by Pinterest: was revoked/m,
  ],
  [
    "a broken refresh",
    storedWith({}, { unfinishedSince: NOW - DAY_MS }),
    /^unfinished .*2026-02-28 12:00:00/m,
  ],
  ["an ended access token", storedWith({ accessExpiresAt: NOW - 1 }), /^access token +ended on 2026-03-01/m],
  [
    "unknown ends and scopes",
    storedWith({ accessExpiresAt: undefined, refreshExpiresAt: undefined, scopes: undefined }),
    /^refresh token +Pinterest did not say when it ends[\s\S]*^scopes +Pinterest did not name them/m,
  ],
])("%s are told", (_what, stored, text) => {
  expect(tell(stored)).toMatch(text);
});

test("an access token that beats the stored ones is told", () => {
  expect(tell(storedWith({}), "PINTEREST_ACCESS_TOKEN")).toMatch(/^in use +PINTEREST_ACCESS_TOKEN/m);
});

test.each([
  ["catalogs:read", ["ads:read", "user_accounts:read"], /cannot be loaded: catalogs, feeds,/],
  ["ads:read", ["catalogs:read", "user_accounts:read"], /without it nothing can be loaded/],
  ["user_accounts:read", ["catalogs:read", "ads:read"], /nothing that is loaded needs it/],
])("a missing %s is told with what it costs", (missing, scopes, cost) => {
  const { missing_scopes } = reportTokens(storedWith({ scopes }), "stored", NOW);
  expect(missing_scopes).toEqual([missing]);
  expect(describeMissingScopes(missing_scopes, resources)[0]).toMatch(cost);
});
