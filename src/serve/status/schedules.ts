import { nextTick } from "../../cron.ts";
import type { ScheduleName } from "../../schedules.ts";
import type { ServiceSettings } from "../../service-config.ts";
import type { ScheduleRow, SchedulerRow } from "../../warehouse/schedules.ts";
import type { StatusRun } from "../../warehouse/status-runs.ts";
import { findDue } from "../schedule/due.ts";
import { SILENCE_TOLERATED_MS } from "../schedule/scheduler-state.ts";

/** What is refreshed on a schedule and when. */
export interface ScheduleStatus {
  readonly schedule: ScheduleName;
  readonly expression: string;
  readonly timezone: string;
  /** Ticks up to here have had their run; null before the first. */
  readonly handled_through: Date | null;
  /** A run for it is under way. */
  readonly running: boolean;
  /** A tick has passed, has not had its run, and none is under way. */
  readonly due: boolean;
  /** The next tick that is still to come; null when none ever does. */
  readonly next_at: Date | null;
  /** The run that did it last; null before the first, or when it is no longer in the books. */
  readonly last_run: Pick<StatusRun, "id" | "status" | "started_at" | "finished_at"> | null;
}

/** The process that runs the schedule, or ran it last. */
export interface SchedulerStatus extends Omit<SchedulerRow, "id"> {
  /** It looked at the schedule within the last minutes. */
  readonly alive: boolean;
}

/** Those that are switched on. `runs` are the last ones and those that did a schedule last; `now` is epoch milliseconds. */
export function describeSchedules(
  { schedules }: ServiceSettings,
  rows: readonly ScheduleRow[],
  runs: readonly StatusRun[],
  now: number,
): ScheduleStatus[] {
  const due = findDue(schedules, rows, now);
  const underWay = new Set(runs.filter(({ status }) => status === "running").flatMap((run) => run.schedules));
  return [...schedules].map(([schedule, cron]) => {
    const row = rows.find((candidate) => candidate.schedule === schedule);
    const next = nextTick(cron, now);
    const running = underWay.has(schedule);
    const run = runs.find(({ id }) => id === row?.last_run_id);
    return {
      schedule,
      ...cron,
      handled_through: row?.handled_through ?? null,
      running,
      due: due.includes(schedule) && !running,
      next_at: next === undefined ? null : new Date(next),
      last_run: run
        ? { id: run.id, status: run.status, started_at: run.started_at, finished_at: run.finished_at }
        : null,
    };
  });
}

export function describeScheduler(row: SchedulerRow | undefined): SchedulerStatus | null {
  if (!row) return null;
  const { id, ...shown } = row;
  return { ...shown, alive: row.silent_seconds * 1000 < SILENCE_TOLERATED_MS };
}
