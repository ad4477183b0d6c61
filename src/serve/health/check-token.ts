import type { StoredToken } from "../../warehouse/stored-token.ts";
import type { SchedulerState } from "../schedule/scheduler-state.ts";
import { type Check, fail, pass } from "./check.ts";
import { judgeToken, type TokenSettings } from "./judge-token.ts";

/** Whether a run would find a usable token: by what is stored, and what the scheduler met. */
export function checkToken(
  settings: TokenSettings,
  stored: StoredToken | undefined,
  { blocked }: SchedulerState,
  now: number,
): Check {
  // A wrong encryption key, for instance, shows when somebody opens the token, and the scheduler does.
  if (blocked?.code.startsWith("token_")) return fail("token", blocked.message);
  const end = stored?.refresh_token_expires_at ?? null;
  switch (judgeToken(settings, stored, now)) {
    case "given":
      return pass("token", "PINTEREST_ACCESS_TOKEN is used, which nothing renews");
    case "missing":
      return fail("token", "there is none yet; set PINTEREST_REFRESH_TOKEN, or authorise the app");
    case "unused":
      return pass("token", "PINTEREST_REFRESH_TOKEN is not used yet");
    case "refused":
      return fail(
        "token",
        `Pinterest refused it on ${day(stored?.refused_at)}: ${stored?.refused_reason ?? ""}`,
      );
    case "dead":
      return fail("token", `the refresh token ended on ${day(end)}; authorise the app again`);
    case "expiring":
    case "usable":
      return pass(
        "token",
        `refreshed on ${day(stored?.refreshed_at)}${end ? `; the refresh token lives until ${day(end)}` : ""}`,
      );
  }
}

/** In UTC. */
function day(date: Date | null | undefined): string {
  return date?.toISOString().slice(0, 10) ?? "an unknown day";
}
