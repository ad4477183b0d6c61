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

/** Whether a run would find a token, as far as the books tell; in words. */
export interface TokenState {
  readonly usable: boolean;
  readonly detail: string;
}

const AUTHORISE = "authorise the app again";

/** Judges without asking Pinterest: by what it last said of the token, and by when the refresh token ends. */
export function judgeToken(settings: TokenSettings, stored: StoredToken | undefined, now: number): TokenState {
  const { accessToken, appId = "", appSecret = "", refreshToken } = settings;
  if (accessToken !== undefined)
    return usable("PINTEREST_ACCESS_TOKEN is used; whether it still lives, the next run tells");
  const seed = refreshToken === undefined ? stored?.seed_fingerprint : seedFingerprint(appId, refreshToken);
  if (stored?.refused_fingerprint === chainFingerprint({ appId, appSecret }, seed ?? ""))
    return unusable(`Pinterest refused it on ${day(stored.refused_at)}: ${stored.refused_reason}`);
  if (!stored?.refreshed_at || stored.seed_fingerprint !== seed)
    return refreshToken === undefined
      ? unusable(`there is none; set PINTEREST_REFRESH_TOKEN, or ${AUTHORISE}`)
      : usable("PINTEREST_REFRESH_TOKEN is not used yet");
  return judgeEnd(stored, now);
}

function judgeEnd({ refreshed_at, refresh_token_expires_at: end }: StoredToken, now: number): TokenState {
  if (end === null) return usable(`refreshed on ${day(refreshed_at)}`);
  const warning = warnOfTokenEnd(end, now);
  if (warning?.level === 0) return unusable(`the refresh token ended on ${day(end)}; ${AUTHORISE}`);
  return usable(`refreshed on ${day(refreshed_at)}; the refresh token lives until ${day(end)}`);
}

function usable(detail: string): TokenState {
  return { usable: true, detail };
}

function unusable(detail: string): TokenState {
  return { usable: false, detail };
}

function day(date: Date | null): string {
  return date?.toISOString().slice(0, 10) ?? "an unknown day";
}
