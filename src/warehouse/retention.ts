import { ALERTS } from "./alerts.ts";
import type { Warehouse } from "./database.ts";
import { RUNS, SLICES, TABLE_PREFIX } from "./names.ts";
import { inShortTransaction } from "./short-transaction.ts";

const REJECTED = `${TABLE_PREFIX}rejected_records`;
const SCHEDULES = `${TABLE_PREFIX}schedules`;

/** Rows of one transaction: few enough to last milliseconds, so that nobody waits for a row and stopping is quick. */
const BATCH_ROWS = 1000;
/** Runs whose slices are looked up together. */
const BATCH_RUNS = 50;

export interface Retention {
  /** Finished runs, their slices and resolved alerts are kept for so many days. */
  readonly runsDays: number;
  readonly rejectedDays: number;
  /** Ends the sweep after the batch under way; what is left is swept the next time. */
  readonly signal: AbortSignal;
}

/** Rows that were deleted. */
export interface Swept {
  readonly runs: number;
  readonly slices: number;
  readonly rejectedRecords: number;
  readonly alerts: number;
}

/**
 * Deletes what is older, by the database's clock, than anybody will ask for; copied data is never touched. What
 * something else still reads stays, whatever its age: the last finished run of each trigger and of each schedule; the
 * windows that backfills have loaded, by which a resumed one knows what is done; metrics whose entities nobody has
 * looked for yet; and the run of every slice that stays. Each batch is a transaction of its own. Throws what the
 * database says.
 */
export async function sweepBooks(warehouse: Warehouse, retention: Retention): Promise<Swept> {
  const { runs, slices } = await sweepRuns(warehouse, retention);
  return {
    runs,
    slices,
    rejectedRecords: await sweepRejected(warehouse, retention),
    alerts: await sweepAlerts(warehouse, retention),
  };
}

/** Whether a slice `s` of a run `r` is read by nobody any more; see `readBackfilledSlices` and `readUnchecked`. */
const UNREAD = `not (s.attribution is not null and s.status = 'succeeded'
                     and (s.checked_at is null or (r.trigger = 'backfill' and s.window_from is not null)))`;

/** A backfill that began anew says which of the earlier windows no longer count. */
const BEGUN_ANEW = "coalesce((request ->> 'restart')::boolean, false)";

async function sweepRuns(
  warehouse: Warehouse,
  retention: Retention,
): Promise<{ runs: number; slices: number }> {
  const swept = { runs: 0, slices: 0 };
  const old = await readOldRuns(warehouse, retention.runsDays);
  for (let start = 0; start < old.length; start += BATCH_RUNS) {
    const runs = old.slice(start, start + BATCH_RUNS);
    const slices = await readUnreadSlices(warehouse, runs);
    for (let first = 0; first < slices.length; first += BATCH_ROWS) {
      if (retention.signal.aborted) return swept;
      swept.slices += await deleteRows(
        warehouse,
        `delete from ${SLICES} where id = any(?::bigint[])`,
        slices.slice(first, first + BATCH_ROWS),
      );
    }
    if (retention.signal.aborted) return swept;
    swept.runs += await deleteRows(
      warehouse,
      `delete from ${RUNS} as r where id = any(?::uuid[]) and not ${BEGUN_ANEW}
          and not exists (select from ${SLICES} as s where s.run_id = r.id)`,
      runs,
    );
  }
  return swept;
}

/** Ids of the runs that are old enough, but for the last ones, the oldest first. */
async function readOldRuns({ knex }: Warehouse, days: number): Promise<string[]> {
  const { rows } = await knex.raw<{ rows: { id: string }[] }>(
    `with last as (
       select distinct on (trigger) id from ${RUNS} where status <> 'running' order by trigger, started_at desc)
     select id from ${RUNS}
      where started_at < now() - make_interval(days => ?) and finished_at < now() - make_interval(days => ?)
        and id not in (select id from last)
        and not exists (select from ${SCHEDULES} as s where s.last_run_id = ${RUNS}.id)
      order by started_at`,
    [days, days],
  );
  return rows.map(({ id }) => id);
}

async function readUnreadSlices({ knex }: Warehouse, runs: readonly string[]): Promise<string[]> {
  const { rows } = await knex.raw<{ rows: { id: string }[] }>(
    `select s.id from ${SLICES} as s join ${RUNS} as r on r.id = s.run_id
      where s.run_id = any(?::uuid[]) and ${UNREAD} order by s.id`,
    [[...runs]],
  );
  return rows.map(({ id }) => id);
}

async function sweepRejected(warehouse: Warehouse, retention: Retention): Promise<number> {
  return sweepTable(
    warehouse,
    `delete from ${REJECTED} where id in (
       select id from ${REJECTED} where rejected_at < now() - make_interval(days => ?)
        order by rejected_at limit ${BATCH_ROWS})`,
    retention.rejectedDays,
    retention.signal,
  );
}

async function sweepAlerts(warehouse: Warehouse, retention: Retention): Promise<number> {
  return sweepTable(
    warehouse,
    `delete from ${ALERTS} where (kind, subject) in (
       select kind, subject from ${ALERTS} where resolved_at < now() - make_interval(days => ?) limit ${BATCH_ROWS})`,
    retention.runsDays,
    retention.signal,
  );
}

/** Repeats a statement that deletes at most one batch until there is nothing left for it. */
async function sweepTable(
  warehouse: Warehouse,
  statement: string,
  days: number,
  signal: AbortSignal,
): Promise<number> {
  let swept = 0;
  while (!signal.aborted) {
    const deleted = await deleteRows(warehouse, statement, days);
    swept += deleted;
    if (deleted < BATCH_ROWS) break;
  }
  return swept;
}

async function deleteRows(
  { knex }: Warehouse,
  statement: string,
  which: number | readonly string[],
): Promise<number> {
  const binding = typeof which === "number" ? which : [...which];
  return inShortTransaction(knex, async (transaction) => {
    const { rowCount } = await transaction.raw<{ rowCount: number }>(statement, [binding]);
    return rowCount;
  });
}
