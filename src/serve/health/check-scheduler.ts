import type { SchedulerState } from "../scheduler-state.ts";
import { describeAge } from "./age.ts";
import { type Check, fail, pass } from "./check.ts";

/** It looks every minute, during a run as well; so long a silence is no delay any more. */
const SILENCE_MS = 3 * 60_000;

/** Whether the schedule is looked at. A standby is as good as the one that leads: it takes over at any moment. */
export function checkScheduler({ role, holder, lookedAt, blocked }: SchedulerState, now: number): Check {
  if (role === "stopped") return fail("scheduler", "stopped");
  if (role === "starting" || lookedAt === undefined)
    return fail("scheduler", "has not looked at the schedule yet");
  const silent = now - lookedAt;
  if (silent > SILENCE_MS)
    return fail("scheduler", `has not looked at the schedule for ${describeAge(silent)}`);
  if (role === "standby")
    return pass("scheduler", `standby; ${holder ?? "another process"} runs the schedule`);
  return pass("scheduler", blocked ? `active; what is due waits: ${blocked.message}` : "active");
}
