import { hostname } from "node:os";
import type { Warehouse } from "./database.ts";
import { TABLE_PREFIX } from "./names.ts";

const SCHEDULES = `${TABLE_PREFIX}schedules`;
const SCHEDULERS = `${TABLE_PREFIX}schedulers`;

/** How far one schedule is done. */
export interface ScheduleRow {
  readonly schedule: string;
  readonly expression: string | null;
  readonly timezone: string | null;
  readonly handled_through: Date | null;
  readonly last_run_id: string | null;
}

/** The process that runs the schedule. */
export interface SchedulerRow {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly started_at: Date;
  readonly seen_at: Date;
  /** Why it does not run what is due; null when nothing is in the way. */
  readonly waits_for: string | null;
  /** Since `seen_at`, by the database's clock. */
  readonly silent_seconds: number;
}

export async function readSchedules({ knex }: Warehouse): Promise<ScheduleRow[]> {
  return knex<ScheduleRow>(SCHEDULES)
    .orderBy("schedule")
    .select("schedule", "expression", "timezone", "handled_through", "last_run_id");
}

/** Writes down how a schedule is configured now; how far it is done stays. */
export async function describeSchedule(
  { knex }: Warehouse,
  row: Pick<ScheduleRow, "schedule" | "expression" | "timezone">,
): Promise<void> {
  await knex(SCHEDULES)
    .insert({ ...row, updated_at: knex.fn.now() })
    .onConflict("schedule")
    .merge(["expression", "timezone", "updated_at"]);
}

/** Ticks up to `through` (epoch ms) have had their run. */
export async function markHandled(
  { knex }: Warehouse,
  schedules: readonly string[],
  through: number,
  runId: string | undefined,
): Promise<void> {
  const done = {
    handled_through: new Date(through),
    updated_at: knex.fn.now(),
    ...(runId && { last_run_id: runId }),
  };
  // The row may have been deleted by hand; without it the schedule would be due at every look.
  await knex(SCHEDULES)
    .insert(schedules.map((schedule) => ({ schedule, ...done })))
    .onConflict("schedule")
    .merge(Object.keys(done));
}

/** The run is the last word on these schedules for now, although they stay due. */
export async function noteRun(
  { knex }: Warehouse,
  schedules: readonly string[],
  runId: string,
): Promise<void> {
  const noted = { last_run_id: runId, updated_at: knex.fn.now() };
  // The row may have been deleted by hand.
  await knex(SCHEDULES)
    .insert(schedules.map((schedule) => ({ schedule, ...noted })))
    .onConflict("schedule")
    .merge(Object.keys(noted));
}

/** The process that runs the schedule, or ran it last; undefined when none ever did. */
export async function readScheduler({ knex }: Warehouse): Promise<SchedulerRow | undefined> {
  return knex(SCHEDULERS)
    .orderBy("seen_at", "desc")
    .first(
      "id",
      "host",
      knex.raw("pid::int as pid"),
      "version",
      "started_at",
      "seen_at",
      "waits_for",
      knex.raw("extract(epoch from now() - seen_at)::float8 as silent_seconds"),
    );
}

/** Writes down that this process runs the schedule and is alive; whoever ran it before is forgotten. */
export async function reportScheduler(
  { knex }: Warehouse,
  { id, version, waitsFor }: { id: string; version: string; waitsFor: string | undefined },
): Promise<void> {
  await knex.transaction(async (transaction) => {
    await transaction(SCHEDULERS).whereNot({ id }).delete();
    await transaction(SCHEDULERS)
      .insert({
        id,
        version,
        host: hostname(),
        pid: process.pid,
        started_at: transaction.fn.now(),
        seen_at: transaction.fn.now(),
        waits_for: waitsFor ?? null,
      })
      .onConflict("id")
      .merge(["seen_at", "waits_for"]);
  });
}
