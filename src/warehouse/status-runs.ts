import type { Day } from "../window.ts";
import type { Warehouse } from "./database.ts";
import { isHeld, lockKey, runLock } from "./locks.ts";
import { RUNS, SLICES } from "./names.ts";
import { lastSeen } from "./runs.ts";

/** A run as it is shown; counts are null while it is under way. */
export interface StatusRun {
  readonly id: string;
  readonly trigger: string;
  readonly status: string;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  /** From its start to its end, or to now. */
  readonly duration_seconds: number;
  /** Schedules that made it due; none when a person or something else started it. */
  readonly schedules: readonly string[];
  readonly slices: number | null;
  readonly slices_failed: number | null;
  /** Inserted, updated and deleted. */
  readonly rows_written: number | null;
  readonly records_rejected: number | null;
  readonly api_calls: number | null;
  readonly error_code: string | null;
  readonly error: string | null;
}

/** How far a run is that is under way. */
export interface RunProgress {
  readonly run_id: string;
  readonly slices: number;
  /** Slices that ended, however they did. */
  readonly slices_ended: number;
}

export interface FailedSlice {
  readonly resource: string;
  readonly ad_account_id: string | null;
  readonly owner_user_id: string | null;
  /** First and last day of metrics; null for a list. */
  readonly window_from: Day | null;
  readonly window_to: Day | null;
  readonly status: string;
  readonly error_code: string | null;
  readonly error: string | null;
}

export interface FailedSliceOfRun extends FailedSlice {
  readonly run_id: string;
}

/** Shown as what they are, though the books say that those with these ids are under way still. */
const RUN = `id, trigger, started_at, case when is_dead then 'interrupted' else status end as status,
  case when is_dead then last_seen else finished_at end as finished_at,
  extract(epoch from case when is_dead then last_seen else coalesce(finished_at, now()) end - started_at)::float8 as duration_seconds,
  case jsonb_typeof(request->'schedules') when 'array' then request->'schedules' else '[]' end as schedules,
  slices::float8, slices_failed::float8, (rows_inserted + rows_updated + rows_deleted)::float8 as rows_written,
  records_rejected::float8, api_calls::float8, error_code, error
  from (select *, status = 'running' and id = any(?) as is_dead, ${lastSeen("run")} as last_seen from ${RUNS} as run) as run`;

const FAILED = "('failed', 'skipped', 'interrupted')";

/** The runs that began last, the newest first. */
export async function readLastRuns(warehouse: Warehouse, limit: number): Promise<StatusRun[]> {
  const { rows } = await warehouse.knex.raw<{ rows: StatusRun[] }>(
    `select ${RUN} order by started_at desc limit ?`,
    [await findDead(warehouse), limit],
  );
  return rows;
}

/** These runs, whichever of them are still in the books. */
export async function readRunsById(warehouse: Warehouse, ids: readonly string[]): Promise<StatusRun[]> {
  const { rows } = await warehouse.knex.raw<{ rows: StatusRun[] }>(`select ${RUN} where id = any(?)`, [
    await findDead(warehouse),
    [...ids],
  ]);
  return rows;
}

/**
 * Runs whose process is gone, which the next run marks: they were under way, and nobody held their lock. One that ended
 * meanwhile was in the books as ended before it gave its lock back, and a later look at the books shows it so.
 */
async function findDead({ knex, schema }: Warehouse): Promise<string[]> {
  const { rows } = await knex.raw<{ rows: { id: string }[] }>(
    `select id from ${RUNS} where status = 'running' and not ${isHeld("? || id")}`,
    [lockKey(schema, runLock(""))],
  );
  return rows.map(({ id }) => id);
}

/** The runs that are under way, and killed ones that no other run has found yet. */
export async function readProgress({ knex }: Warehouse): Promise<RunProgress[]> {
  const { rows } = await knex.raw<{ rows: RunProgress[] }>(
    `select r.id as run_id, count(s.id)::float8 as slices,
            (count(*) filter (where s.status not in ('planned', 'running')))::float8 as slices_ended
       from ${RUNS} as r left join ${SLICES} as s on s.run_id = r.id
      where r.status = 'running' group by 1`,
  );
  return rows;
}

/** What these runs did not load, the first `limit` slices of each. */
export async function readFailedSlices(
  { knex }: Warehouse,
  runIds: readonly string[],
  limit: number,
): Promise<FailedSliceOfRun[]> {
  if (runIds.length === 0) return [];
  const { rows } = await knex.raw<{ rows: FailedSliceOfRun[] }>(
    `select r.id as run_id, s.*
       from unnest(?::uuid[]) as r (id)
      cross join lateral (
        select resource, ad_account_id, owner_user_id, window_from::text, window_to::text, status, error_code, error
          from ${SLICES} where run_id = r.id and status in ${FAILED} order by ${SLICES}.id limit ?) as s`,
    [[...runIds], limit],
  );
  return rows;
}
