import { chainFingerprint, seedFingerprint } from "../../pinterest/token-chain.ts";
import { warnOfTokenEnd } from "../../token-life.ts";
import type { StoredToken } from "../../warehouse/stored-token.ts";
import type { SchedulerState } from "../schedule/scheduler-state.ts";
import { type Check, fail, pass } from "./check.ts";

/** What is configured of the way to a token. */
export interface TokenSettings {
  readonly accessToken: string | undefined;
  readonly appId: string | undefined;
  readonly appSecret: string | undefined;
  readonly refreshToken: string | undefined;
}

const AUTHORISE = "authorise the app again";

/**
 * Whether a run would find a usable token. Pinterest is not asked: what counts is what it last said, when the refresh
 * token ends, and what the scheduler met.
 */
export function checkToken(
  settings: TokenSettings,
  stored: StoredToken | undefined,
  { blocked }: SchedulerState,
  now: number,
): Check {
  // A wrong encryption key, for instance, shows when somebody opens the token, and the scheduler does.
  if (blocked?.code.startsWith("token_")) return fail("token", blocked.message);
  const { accessToken, appId = "", appSecret = "", refreshToken } = settings;
  if (accessToken !== undefined) return pass("token", "PINTEREST_ACCESS_TOKEN is used, which nothing renews");
  const seed = refreshToken === undefined ? stored?.seed_fingerprint : seedFingerprint(appId, refreshToken);
  if (stored?.refused_fingerprint === chainFingerprint({ appId, appSecret }, seed ?? ""))
    return fail("token", `Pinterest refused it on ${day(stored.refused_at)}: ${stored.refused_reason}`);
  if (stored?.refreshed_at && stored.seed_fingerprint === seed) return checkEnd(stored, now);
  return refreshToken === undefined
    ? fail("token", "there is none yet; set PINTEREST_REFRESH_TOKEN, or authorise the app")
    : pass("token", "PINTEREST_REFRESH_TOKEN is not used yet");
}

function checkEnd({ refreshed_at, refresh_token_expires_at: end }: StoredToken, now: number): Check {
  if (end === null) return pass("token", `refreshed on ${day(refreshed_at)}`);
  return warnOfTokenEnd(end, now)?.level === 0
    ? fail("token", `the refresh token ended on ${day(end)}; ${AUTHORISE}`)
    : pass("token", `refreshed on ${day(refreshed_at)}; the refresh token lives until ${day(end)}`);
}

/** In UTC. */
function day(date: Date | null): string {
  return date?.toISOString().slice(0, 10) ?? "an unknown day";
}
