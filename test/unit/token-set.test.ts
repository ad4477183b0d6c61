import { expect, test } from "vitest";
import { isReplaced } from "../../src/pinterest/token-set.ts";
import type { StoredTokens, TokenSet } from "../../src/pinterest/token-store.ts";

const SET: TokenSet = {
  accessToken: "access",
  refreshToken: "refresh",
  accessExpiresAt: undefined,
  refreshExpiresAt: undefined,
  scopes: undefined,
  refreshedAt: 1,
};
const OTHER = { ...SET, refreshToken: "other" };

function row(tokens: StoredTokens["tokens"], changes: Partial<StoredTokens> = {}): StoredTokens {
  return { seedFingerprint: "seed", tokens, refusal: undefined, unfinishedSince: undefined, ...changes };
}

const REFUSAL = { at: 2, fingerprint: "f", reason: "void" };

test.each<[string, StoredTokens | undefined, StoredTokens | undefined, boolean]>([
  ["the same ones", row(SET), row(SET), false],
  ["the same ones, refused since", row(SET, { refusal: REFUSAL }), row(SET), false],
  ["the same ones, whose refresh began since", row(SET, { unfinishedSince: 2 }), row(SET), false],
  ["other ones", row(OTHER), row(SET), true],
  ["the first ones", row(SET), undefined, true],
  ["none, where a refresh began", row("absent", { unfinishedSince: 2 }), undefined, false],
  ["none any more", undefined, row(SET), false],
  ["ones of another key", row("unreadable"), row(SET), true],
  ["the same ones of another key", row("unreadable"), row("unreadable"), false],
  ["others of another key", row("unreadable", { seedFingerprint: "new" }), row("unreadable"), true],
  ["own ones in place of those of another key", row(SET), row("unreadable"), true],
])("%s: replaced or not", (_, now, before, replaced) => {
  expect(isReplaced(now, before)).toBe(replaced);
});
