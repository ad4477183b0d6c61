import type { Day, Window } from "../window.ts";
import type { Warehouse } from "./database.ts";
import { RUNS, SLICES } from "./names.ts";

/** A window that a backfill has loaded. */
export interface BackfilledSlice {
  readonly resource: string;
  readonly adAccountId: string;
  readonly attribution: string;
  readonly window: Window;
}

/**
 * The windows that runs of the same backfill have loaded, since it was last begun anew. `identity` is what the run
 * keeps as `backfill` in its request.
 */
export async function readBackfilledSlices(
  { knex }: Warehouse,
  identity: object,
): Promise<BackfilledSlice[]> {
  const { rows } = await knex.raw<{ rows: BackfilledRow[] }>(
    `with same as (
       select id, started_at, coalesce((request ->> 'restart')::boolean, false) as restart
         from ${RUNS} where trigger = 'backfill' and request -> 'backfill' = ?::jsonb)
     select distinct s.resource, s.ad_account_id, s.attribution, s.window_from::text, s.window_to::text
       from same join ${SLICES} as s on s.run_id = same.id
      where s.status = 'succeeded' and s.window_from is not null and s.attribution is not null
        and same.started_at >= coalesce((select max(started_at) from same where restart), '-infinity')`,
    [JSON.stringify(identity)],
  );
  return rows.map((row) => ({
    resource: row.resource,
    adAccountId: row.ad_account_id,
    attribution: row.attribution,
    window: { from: row.window_from, to: row.window_to },
  }));
}

interface BackfilledRow {
  readonly resource: string;
  readonly ad_account_id: string;
  readonly attribution: string;
  readonly window_from: Day;
  readonly window_to: Day;
}
