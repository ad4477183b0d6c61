import { describeSpan } from "../../span.ts";
import { type SchedulerState, SILENCE_TOLERATED_MS } from "../schedule/scheduler-state.ts";
import { type Check, fail, pass } from "./check.ts";

/** Whether the schedule is looked at. A standby is as good as the one that leads: it takes over at any moment. */
export function checkScheduler({ role, holder, lookedAt, blocked }: SchedulerState, now: number): Check {
  if (role === "stopped") return fail("scheduler", "stopped");
  if (role === "starting" || lookedAt === undefined)
    return fail("scheduler", "has not looked at the schedule yet");
  // A clock that was set back makes it a look of the future, until the next one.
  const silent = Math.abs(now - lookedAt);
  if (silent > SILENCE_TOLERATED_MS)
    return fail("scheduler", `has not looked at the schedule for ${describeSpan(silent / 1000)}`);
  if (role === "standby")
    return pass("scheduler", `standby; ${holder ?? "another process"} runs the schedule`);
  if (!blocked) return pass("scheduler", "active");
  const waits = `active; what is due waits: ${blocked.message}`;
  // Another run ends, and what is wrong with the token is a check of its own; nothing else mends itself.
  const passes = blocked.code === "already_running" || blocked.code.startsWith("token_");
  return passes ? pass("scheduler", waits) : fail("scheduler", waits);
}
