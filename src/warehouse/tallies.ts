import { ALERTS } from "./alerts.ts";
import type { Warehouse } from "./database.ts";
import { RUNS, TABLE_PREFIX } from "./names.ts";

/** A run may reject a million records, each kept in full, and every scrape counts: so many of the latest. */
const REJECTED_COUNTED_MAX = 10_000;

/** What the books add up to, for monitoring. */
export interface Tallies {
  /** Alerts that are open, by kind. */
  readonly alerts: readonly { readonly kind: string; readonly count: number }[];
  /** Rejected records that are kept, by resource; of the latest 10,000. */
  readonly rejected: readonly { readonly resource: string; readonly count: number }[];
  /** When a run last ended in each status. */
  readonly lastRuns: readonly { readonly status: string; readonly finished_at: Date }[];
}

export async function readTallies({ knex }: Warehouse): Promise<Tallies> {
  const query = async <T>(sql: string): Promise<T[]> => (await knex.raw<{ rows: T[] }>(sql)).rows;
  return {
    alerts: await query(
      `select kind, count(*)::int as count from ${ALERTS} where resolved_at is null group by 1 order by 1`,
    ),
    rejected: await query(
      `select resource, count(*)::int as count
         from (select resource from ${TABLE_PREFIX}rejected_records order by id desc limit ${REJECTED_COUNTED_MAX}) as latest
        group by 1 order by 1`,
    ),
    lastRuns: await query(
      `select status, max(finished_at) as finished_at from ${RUNS} where finished_at is not null group by 1 order by 1`,
    ),
  };
}
