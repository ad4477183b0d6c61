import { warnOfTokenEnd } from "../../token-life.ts";
import type { StatusRun } from "../../warehouse/status-runs.ts";
import type { TokenStatus as StoredToken } from "../../warehouse/status-token.ts";

/** The token as it may be shown, and whether anything loads with it. */
export interface TokenStatus extends StoredToken {
  /** Until it ends; negative afterwards, null when Pinterest did not tell. */
  readonly access_token_seconds_left: number | null;
  readonly refresh_token_seconds_left: number | null;
  /** `refused` by Pinterest, `dead` of old age, about to be (`expiring`), or `usable`. */
  readonly state: "usable" | "expiring" | "dead" | "refused";
}

/** `now` is epoch milliseconds; `runs` are the last ones. */
export function describeToken(
  token: StoredToken | undefined,
  runs: readonly StatusRun[],
  now: number,
): TokenStatus | null {
  if (!token) return null;
  const secondsLeft = (end: Date | null) => (end === null ? null : Math.floor((end.getTime() - now) / 1000));
  return {
    ...token,
    access_token_seconds_left: secondsLeft(token.access_token_expires_at),
    refresh_token_seconds_left: secondsLeft(token.refresh_token_expires_at),
    state: judge(token, runs, now),
  };
}

function judge(token: StoredToken, runs: readonly StatusRun[], now: number): TokenStatus["state"] {
  const { refused_at } = token;
  // A run that loaded something later had a token that works: another one was refused.
  const hasWorkedSince = (moment: Date) =>
    runs.some(
      ({ started_at, status }) => started_at > moment && (status === "succeeded" || status === "partial"),
    );
  if (refused_at && !hasWorkedSince(refused_at)) return "refused";
  const warning = warnOfTokenEnd(token.refresh_token_expires_at, now);
  if (!warning) return "usable";
  return warning.level === 0 ? "dead" : "expiring";
}
