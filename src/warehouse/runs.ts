import { hostname } from "node:os";
import type { Knex } from "knex";
import { type ConnectorError, describeError } from "../errors.ts";
import type { Warehouse } from "./database.ts";
import { type RunLocks, runLock } from "./locks.ts";
import { READINESS, RUNS, SLICES } from "./names.ts";

export type RunStatus = "running" | "succeeded" | "partial" | "failed" | "interrupted";
export type RunTrigger = "sync" | "demo" | "schedule" | "backfill";

/** A run as it is kept in pinterest_ads_sync_runs. */
export interface RunRow {
  readonly id: string;
  readonly trigger: RunTrigger;
  readonly status: RunStatus;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly host: string;
  readonly pid: number;
}

const TOTALS = [
  "slices",
  "slices_failed",
  "records",
  "rows_inserted",
  "rows_updated",
  "rows_deleted",
  "records_rejected",
  "api_calls",
] as const;

export type RunTotals = Readonly<Record<(typeof TOTALS)[number], number>>;

export const NO_TOTALS = Object.fromEntries(TOTALS.map((name) => [name, 0])) as Record<
  (typeof TOTALS)[number],
  number
>;

/** Records a run as begun. The caller must already hold the run's lock: without it, it counts as killed. */
export async function startRun(
  { knex }: Warehouse,
  run: { id: string; trigger: RunTrigger; request: object; version: string },
): Promise<void> {
  await knex(RUNS).insert({
    ...run,
    request: JSON.stringify(run.request),
    status: "running",
    started_at: knex.fn.now(),
    host: hostname(),
    pid: process.pid,
  });
}

const NOT_BEGUN = "The run ended before this was begun; the next run loads it.";

/** Closes a run: its totals are summed from its slices, and slices that never ended get its status and error code. */
export async function finishRun(
  { knex }: Warehouse,
  id: string,
  status: RunStatus,
  error: ConnectorError | undefined,
): Promise<void> {
  const ended = status === "interrupted" ? "interrupted" : "skipped";
  await knex.raw(
    `with unfinished as (
       update ${SLICES} set status = ?, finished_at = now(), error_code = ?, error = '${NOT_BEGUN}'
        where run_id = ? and status in ('planned', 'running') returning id)
     update ${RUNS} set status = ?, finished_at = now(), error_code = ?, error = ? where id = ? and status = 'running'`,
    [ended, error?.code ?? null, id, status, error?.code ?? null, error ? describeError(error) : null, id],
  );
  await sumTotals(knex, id);
}

/** A run's totals are those of its slices; a killed run has them as well. */
async function sumTotals(knex: Knex, id: string): Promise<void> {
  await knex.raw(
    `update ${RUNS} as r
        set slices = s.slices, slices_failed = s.slices_failed, records = s.records,
            rows_inserted = s.rows_inserted, rows_updated = s.rows_updated, rows_deleted = s.rows_deleted,
            records_rejected = s.records_rejected, api_calls = s.api_calls
       from (select count(*) as slices, count(*) filter (where status <> 'succeeded' and resource <> '${READINESS}') as slices_failed,
                    coalesce(sum(records), 0) as records,
                    coalesce(sum(rows_inserted), 0) as rows_inserted, coalesce(sum(rows_updated), 0) as rows_updated,
                    coalesce(sum(rows_deleted), 0) as rows_deleted,
                    coalesce(sum(records_rejected), 0) as records_rejected, coalesce(sum(api_calls), 0) as api_calls
               from ${SLICES} where run_id = ?) as s
      where r.id = ?`,
    [id, id],
  );
}

/** Totals of a finished run. */
export async function readRunTotals({ knex }: Warehouse, id: string): Promise<RunTotals> {
  const row = await knex(RUNS).where({ id }).first<Record<keyof RunTotals, string | null>>(TOTALS);
  const numbers = TOTALS.map((name) => [name, Number(row[name] ?? 0)] as const);
  return Object.fromEntries(numbers) as Record<keyof RunTotals, number>;
}

/**
 * Marks runs whose process is gone as interrupted: they are `running`, yet nobody holds their lock.
 * Returns how many there were.
 */
export async function markKilledRuns(warehouse: Warehouse, locks: RunLocks): Promise<number> {
  const running = await warehouse.knex<RunRow>(RUNS).where({ status: "running" }).select("id");
  let killed = 0;
  for (const { id } of running) {
    if (!(await locks.tryAcquire(runLock(id)))) continue;
    killed += await markKilled(warehouse, id);
    await locks.release(runLock(id));
  }
  return killed;
}

/** The run that most likely holds a slice: one that planned it, else the oldest that is running. */
export async function findRunHolding(
  { knex }: Warehouse,
  resource: string,
  scopeId: string,
  exceptRun: string,
): Promise<RunRow | undefined> {
  return knex(RUNS)
    .where({ status: "running" })
    .whereNot({ id: exceptRun })
    .orderByRaw(
      `exists (select from ${SLICES} as s where s.run_id = ${RUNS}.id and s.resource = ?
                  and coalesce(s.owner_user_id, s.ad_account_id, '*') = ?) desc, started_at`,
      [resource, scopeId],
    )
    .first();
}

/** A run of another process that reads lists and recent metrics, and is alive; a backfill keeps out of its way. */
export async function findRunUnderWay(warehouse: Warehouse, locks: RunLocks): Promise<RunRow | undefined> {
  await markKilledRuns(warehouse, locks);
  return warehouse
    .knex<RunRow>(RUNS)
    .where({ status: "running" })
    .whereNot({ trigger: "backfill" })
    .orderBy("started_at")
    .first();
}

/** SQL for when a killed run last got somewhere. */
export function lastSeen(run: string): string {
  return `(select coalesce(max(s.finished_at), ${run}.started_at) from ${SLICES} as s where s.run_id = ${run}.id)`;
}

/** 1, or 0 when the run had just ended by itself. */
async function markKilled({ knex }: Warehouse, id: string): Promise<number> {
  return knex.transaction(async (transaction) => {
    // The dead run's backend may still be merging: it holds its run's row, and this update waits for that.
    const marked = await transaction(RUNS)
      .where({ id, status: "running" })
      .update({
        status: "interrupted",
        finished_at: transaction.raw(lastSeen(RUNS)),
        error_code: "interrupted",
        error:
          "The process ended without finishing the run. What it had not loaded is loaded by the next run.",
      });
    await transaction(SLICES)
      .where({ run_id: id })
      .whereIn("status", ["planned", "running"])
      .update({ status: "interrupted", finished_at: transaction.fn.now() });
    await sumTotals(transaction, id);
    return marked;
  });
}
