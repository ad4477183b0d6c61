import { seedFingerprint } from "../../pinterest/token-chain.ts";
import { warnOfTokenEnd } from "../../token-life.ts";
import type { StoredToken } from "../../warehouse/stored-token.ts";
import { checkToken, type TokenSettings } from "../health/check-token.ts";
import type { SchedulerState } from "../scheduler-state.ts";
import { type Condition, type Findings, NOTHING } from "./condition.ts";
import { flatten } from "./plain-text.ts";

const SUBJECT = "refresh_token";
const REASON_MAX = 400;
const AUTHORISE =
  "Authorise the app again with `pinterest-ads auth login`, or set a new PINTEREST_REFRESH_TOKEN and restart.";

export interface TokenInput {
  readonly settings: TokenSettings;
  /** Undefined when nothing was ever stored, or nothing stored is used. */
  readonly stored: StoredToken | undefined;
  readonly state: SchedulerState;
  /** Of the last run that came to its end. */
  readonly lastErrorCode: string | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Whether there is a token to work with, and whether the one there is will last. Without one nothing is loaded, so data
 * that grows old meanwhile is no news, nor is the end of the token's days.
 */
export function findTokenTrouble(input: TokenInput): Findings {
  const refusal = describeRefusal(input);
  if (refusal) return { conditions: [refusal], held: [{ kind: "token_expiring" }, { kind: "stale" }] };
  const end = describeEnd(input);
  return end ? { conditions: [end], held: [] } : NOTHING;
}

function describeRefusal({ settings, stored, state, lastErrorCode, now }: TokenInput): Condition | undefined {
  // Nothing is kept about a ready-made access token but how runs with it ended.
  if (settings.accessToken !== undefined && lastErrorCode === "token_refused")
    return {
      kind: "token_refused",
      subject: "access_token",
      summary: "Pinterest does not accept PINTEREST_ACCESS_TOKEN any more. Nothing can be loaded.",
      nextStep:
        "Set a new PINTEREST_ACCESS_TOKEN (they last 30 days) and restart; or use one that renews itself, by `pinterest-ads auth login`.",
    };
  const { ok, detail } = checkToken(settings, stored, state, now);
  if (ok) return undefined;
  return {
    kind: "token_refused",
    subject: SUBJECT,
    summary: "There is no token that Pinterest accepts. Nothing can be loaded.",
    details: flatten(detail, REASON_MAX),
    nextStep: `${AUTHORISE} What was missed is loaded by itself.`,
  };
}

function describeEnd({ settings, stored, now }: TokenInput): Condition | undefined {
  const { accessToken, appId = "", refreshToken } = settings;
  if (accessToken !== undefined || !stored) return undefined;
  // Another token was configured since, and is used from the next refresh on.
  if (refreshToken !== undefined && stored.seed_fingerprint !== seedFingerprint(appId, refreshToken))
    return undefined;
  const end = stored.refresh_token_expires_at;
  const warning = warnOfTokenEnd(end, now);
  if (!end || !warning) return undefined;
  return {
    kind: "token_expiring",
    subject: SUBJECT,
    level: warning.level,
    summary: `The refresh token ends on ${end.toISOString().slice(0, 10)}: less than ${warning.level === 1 ? "a day" : `${warning.level} days`} left.`,
    details: `It was last replaced on ${stored.refreshed_at?.toISOString().slice(0, 10) ?? "an unknown day"}; normally that happens at least every 20 days.`,
    nextStep: `The log tells why it could not be refreshed ("pinterest token refresh postponed"). If that cannot be mended in time: ${AUTHORISE}`,
  };
}
