import { chainFingerprint, seedFingerprint } from "../../pinterest/token-chain.ts";
import { warnOfTokenEnd } from "../../token-life.ts";
import type { StoredToken } from "../../warehouse/stored-token.ts";

/** What is configured of the way to a token. */
export interface TokenSettings {
  readonly accessToken: string | undefined;
  readonly appId: string | undefined;
  readonly appSecret: string | undefined;
  readonly refreshToken: string | undefined;
}

/**
 * `given`: a ready-made access token, of which nothing is known. `missing`: nobody gave one yet. `unused`: one is
 * configured, and its first refresh is still to come. `refused` by Pinterest, `dead` of old age, about to be
 * (`expiring`), or `usable`.
 */
export type TokenState = "given" | "missing" | "unused" | "refused" | "dead" | "expiring" | "usable";

/**
 * How it stands with the token that a run would use. Pinterest is not asked: what counts is what it last said, and when
 * the refresh token ends. `now` is epoch milliseconds.
 */
export function judgeToken(
  settings: TokenSettings,
  stored: StoredToken | undefined,
  now: number,
): TokenState {
  if (settings.accessToken !== undefined) return "given";
  const seed = findSeed(settings, stored);
  if (isRefused(settings, stored, seed)) return "refused";
  if (!stored?.refreshed_at || stored.seed_fingerprint !== seed)
    return settings.refreshToken === undefined ? "missing" : "unused";
  const warning = warnOfTokenEnd(stored.refresh_token_expires_at, now);
  if (!warning) return "usable";
  return warning.level === 0 ? "dead" : "expiring";
}

/** Of the configured token, which replaces what is stored where that did not start from it. */
function findSeed(
  { appId, refreshToken }: TokenSettings,
  stored: StoredToken | undefined,
): string | null | undefined {
  if (appId === undefined || refreshToken === undefined) return stored?.seed_fingerprint;
  return seedFingerprint(appId, refreshToken);
}

/** Refused was this very combination of app, secret and token; who looks without the app's knows no other. */
function isRefused(
  { appId, appSecret }: TokenSettings,
  stored: StoredToken | undefined,
  seed: string | null | undefined,
): boolean {
  if (!stored?.refused_at) return false;
  if (appId === undefined || appSecret === undefined) return true;
  return stored.refused_fingerprint === chainFingerprint({ appId, appSecret }, seed ?? "");
}
