import type { Chain } from "./token-chain.ts";
import type { Grant } from "./token-grant.ts";
import type { StoredTokens, TokenSet } from "./token-store.ts";

const LONGEST_MARGIN_MS = 24 * 3_600_000;
const MARGIN_SHARE = 0.1;

/** Far enough from expiry: refreshed a day, or a tenth of the lifetime if that is less, before it. */
export function isFresh(set: TokenSet, now: number): boolean {
  if (set.accessExpiresAt === undefined) return true;
  const lifetime = Math.max(0, set.accessExpiresAt - set.refreshedAt);
  return now < set.accessExpiresAt - Math.min(LONGEST_MARGIN_MS, lifetime * MARGIN_SHARE);
}

/** A person is told 14 days before the end; what can be done without one is tried a day earlier. */
const ENDING_MS = 15 * 24 * 3_600_000;
/** Pinterest may not replace a refresh token, and its end then stays: once a day is often enough to ask. */
const RETRY_MS = 24 * 3_600_000;

/** Not refreshed for `olderThanMs`, or not today although the refresh token ends soon. */
export function isNeglected(set: TokenSet, olderThanMs: number, now: number): boolean {
  const age = now - set.refreshedAt;
  const ends = set.refreshExpiresAt !== undefined && set.refreshExpiresAt - now < ENDING_MS;
  return age >= olderThanMs || (ends && age >= RETRY_MS);
}

export function isUnexpired(set: TokenSet, now: number): boolean {
  return set.accessExpiresAt === undefined || now < set.accessExpiresAt;
}

/** The same rotation. Access tokens alone do not tell: two refreshes within a second may bring the same one. */
export function sameSet(left: TokenSet, right: TokenSet): boolean {
  return (
    left.accessToken === right.accessToken &&
    left.refreshToken === right.refreshToken &&
    left.refreshedAt === right.refreshedAt
  );
}

/** Whether other tokens were saved meanwhile; a refusal, or a refresh that began, replaces none. */
export function isReplaced(now: StoredTokens | undefined, before: StoredTokens | undefined): boolean {
  const saved = now?.tokens ?? "absent";
  const former = before?.tokens ?? "absent";
  if (saved === "absent") return false;
  if (typeof saved === "object" && typeof former === "object") return !sameSet(saved, former);
  // Without the key they were sealed with, only what they started from tells them apart.
  return saved !== former || (saved === "unreadable" && now?.seedFingerprint !== before?.seedFingerprint);
}

export function isStored(stored: StoredTokens | undefined, set: TokenSet): boolean {
  return typeof stored?.tokens === "object" && sameSet(stored.tokens, set);
}

/** A refresh may ask for the granted scopes or fewer, so what was granted bounds what is wanted. */
export function scopesToAsk(wanted: readonly string[], tokens: TokenSet | undefined): readonly string[] {
  const granted = tokens?.scopes;
  return granted ? wanted.filter((scope) => granted.includes(scope)) : wanted;
}

/** What to store after a refresh; a refresh token that was not replaced stays valid with its expiry. */
export function nextSet(grant: Grant, chain: Pick<Chain, "refreshToken" | "tokens">, now: number): TokenSet {
  const kept = grant.refreshToken === undefined;
  return {
    accessToken: grant.accessToken,
    refreshToken: grant.refreshToken ?? chain.refreshToken,
    accessExpiresAt: grant.accessLifetimeMs === undefined ? undefined : now + grant.accessLifetimeMs,
    refreshExpiresAt: grant.refreshExpiresAt ?? (kept ? chain.tokens?.refreshExpiresAt : undefined),
    scopes: grant.scopes ?? chain.tokens?.scopes,
    refreshedAt: now,
  };
}
