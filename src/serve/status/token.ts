import type { StoredToken } from "../../warehouse/stored-token.ts";
import { judgeToken, type TokenSettings, type TokenState } from "../health/judge-token.ts";

/** The stored token as it may be shown: ages and lifetimes, never the token, and whether anything loads with it. */
export interface TokenStatus
  extends Pick<
    StoredToken,
    | "refreshed_at"
    | "access_token_expires_at"
    | "refresh_token_expires_at"
    | "scopes"
    | "refused_at"
    | "refused_reason"
  > {
  /** Until it ends; negative afterwards, null when Pinterest did not tell. */
  readonly access_token_seconds_left: number | null;
  readonly refresh_token_seconds_left: number | null;
  /** `unused`: another one is configured, and takes the place of the stored one with its first refresh. */
  readonly state: TokenState;
}

/** Null where no token is stored that is used or was refused. `now` is epoch milliseconds. */
export function describeToken(
  settings: TokenSettings,
  stored: StoredToken | undefined,
  now: number,
): TokenStatus | null {
  if (!stored || settings.accessToken !== undefined) return null;
  const state = judgeToken(settings, stored, now);
  // A refusal may be all that is stored, of a token that is configured no more, or another one by now.
  if (stored.refreshed_at === null && state !== "refused") return null;
  const { seed_fingerprint, refused_fingerprint, ...shown } = stored;
  const secondsLeft = (end: Date | null) => (end === null ? null : Math.floor((end.getTime() - now) / 1000));
  return {
    ...shown,
    access_token_seconds_left: secondsLeft(stored.access_token_expires_at),
    refresh_token_seconds_left: secondsLeft(stored.refresh_token_expires_at),
    state,
  };
}
