import { warnOfTokenEnd } from "../../token-life.ts";
import type { StoredToken } from "../../warehouse/stored-token.ts";
import { checkToken } from "../health/check-token.ts";
import { judgeToken, type TokenSettings } from "../health/judge-token.ts";
import type { SchedulerState } from "../schedule/scheduler-state.ts";
import { type Condition, type Findings, NOTHING } from "./condition.ts";
import { flatten } from "./plain-text.ts";

const SUBJECT = "refresh_token";
const REASON_MAX = 400;
const AUTHORISE =
  "Authorise the app again with `pinterest-ads auth login`, or set a new PINTEREST_REFRESH_TOKEN and restart.";
const CAUGHT_UP = "What was missed is loaded by itself.";

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
  if (refusal)
    return { ...NOTHING, conditions: [refusal], held: [{ kind: "token_expiring" }, { kind: "stale" }] };
  const end = describeEnd(input);
  return end ? { ...NOTHING, conditions: [end] } : NOTHING;
}

function describeRefusal(input: TokenInput): Condition | undefined {
  const { settings, stored, state, lastErrorCode, now } = input;
  // Nothing is kept about a ready-made access token but how runs with it ended.
  if (settings.accessToken !== undefined && lastErrorCode === "token_refused")
    return {
      kind: "token_refused",
      subject: "access_token",
      summary: "Pinterest does not accept PINTEREST_ACCESS_TOKEN any more. Nothing can be loaded.",
      nextStep:
        "Set a new PINTEREST_ACCESS_TOKEN (they last 30 days) and restart; or remove it, and get one that renews itself by `pinterest-ads auth login`.",
    };
  const { ok, detail } = checkToken(settings, stored, state, now);
  if (ok) return undefined;
  if (isMissing(input)) return MISSING;
  return {
    kind: "token_refused",
    subject: SUBJECT,
    summary: "There is no token that Pinterest accepts. Nothing can be loaded.",
    details: flatten(detail, REASON_MAX),
    nextStep: `${adviseOnRefusal(state.blocked?.code, stored, now)}${AUTHORISE} ${CAUGHT_UP}`,
  };
}

/** What may do in place of another token. */
function adviseOnRefusal(
  blockedBy: string | undefined,
  stored: StoredToken | undefined,
  now: number,
): string {
  if (blockedBy === "token_key_mismatch")
    return "Restore the former TOKEN_ENCRYPTION_KEY and restart. If it is lost: ";
  if (warnOfTokenEnd(stored?.refresh_token_expires_at ?? null, now)?.level === 0) return "";
  // Pinterest refuses a token in the same way whether it is void or the app is not the one that it was given to.
  return "Check PINTEREST_APP_ID and PINTEREST_APP_SECRET, and restart after a correction. If they are right: ";
}

/** Under the kind of a refusal, whose meaning it shares: nothing is loaded until somebody authorises the app. */
const MISSING: Condition = {
  kind: "token_refused",
  subject: SUBJECT,
  summary: "There is no Pinterest token yet. Nothing can be loaded.",
  nextStep: `Authorise the app with \`pinterest-ads auth login\`, or set PINTEREST_REFRESH_TOKEN and restart. ${CAUGHT_UP}`,
};

function isMissing({ settings, stored, state: { blocked }, now }: TokenInput): boolean {
  if (blocked?.code.startsWith("token_")) return blocked.code === "token_missing";
  return judgeToken(settings, stored, now) === "missing";
}

function describeEnd({ settings, stored, now }: TokenInput): Condition | undefined {
  if (!stored || judgeToken(settings, stored, now) !== "expiring") return undefined;
  const end = stored.refresh_token_expires_at;
  const warning = warnOfTokenEnd(end, now);
  if (!end || !warning) return undefined;
  return {
    kind: "token_expiring",
    subject: SUBJECT,
    level: warning.level,
    summary: `The refresh token ends on ${end.toISOString().slice(0, 10)}: less than ${warning.level === 1 ? "a day" : `${warning.level} days`} left.`,
    details: `Nothing has refreshed it since ${stored.refreshed_at?.toISOString().slice(0, 10) ?? "an unknown day"}; \`schedule\` does so every 20 days while it runs.`,
    nextStep: `${AUTHORISE} Where refreshing was tried and failed, the log has "maintenance job failed" or "pinterest token refresh postponed" with the reason.`,
  };
}
