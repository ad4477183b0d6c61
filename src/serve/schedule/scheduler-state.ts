import type { ScheduleName } from "../../schedules.ts";

/** What the scheduler of this process is doing, for whoever looks at it from outside. */
export interface SchedulerState {
  /** `standby`: another process runs the schedule; this one takes over when it ends. */
  readonly role: "starting" | "active" | "standby" | "stopped";
  /** Who runs the schedule when this process does not: host, process and since when. */
  readonly holder: string | undefined;
  /** The run under way. */
  readonly running: { readonly schedules: readonly ScheduleName[]; readonly since: number } | undefined;
  /** Why due schedules are not run, such as a token that is refused; undefined when nothing is in the way. */
  readonly blocked: { readonly code: string; readonly message: string } | undefined;
  /** When the schedule was last looked at, epoch milliseconds by the scheduler's clock; undefined: not yet. */
  readonly lookedAt: number | undefined;
}

/** It looks every minute, during a run as well; so long a silence is no delay any more. */
export const SILENCE_TOLERATED_MS = 3 * 60_000;

/** Before the first look, and of a process that has no scheduler. */
export const STARTING: SchedulerState = {
  role: "starting",
  holder: undefined,
  running: undefined,
  blocked: undefined,
  lookedAt: undefined,
};
