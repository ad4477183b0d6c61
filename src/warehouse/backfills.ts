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
 * The windows that backfills of the same kind have loaded, whatever range of days each was told. `identity` is what
 * their runs keep as `backfill` in their request beside that range. Windows inside the range of a backfill that was
 * begun anew do not count from then on, for the resources, ad accounts and attribution settings that it was about.
 * Neither does a window that was loaded before its last day had ended, unless that was `today`.
 */
export async function readBackfilledSlices(
  { knex }: Warehouse,
  identity: object,
  today: Day,
): Promise<BackfilledSlice[]> {
  const { rows } = await knex.raw<{ rows: BackfilledRow[] }>(
    `with same as (
       select id, started_at, request, coalesce((request ->> 'restart')::boolean, false) as restart
         from ${RUNS} where trigger = 'backfill' and (request -> 'backfill') - 'from' - 'to' = ?::jsonb)
     select distinct s.resource, s.ad_account_id, s.attribution,
              to_char(s.window_from, 'YYYY-MM-DD') as window_from, to_char(s.window_to, 'YYYY-MM-DD') as window_to
       from same join ${SLICES} as s on s.run_id = same.id
      where s.status = 'succeeded' and s.window_from is not null and s.attribution is not null
        and ((s.started_at at time zone 'UTC')::date > s.window_to or (s.started_at at time zone 'UTC')::date >= ?::date)
        and not exists (
          select from same as anew
           where anew.restart and anew.started_at > same.started_at
             and anew.request -> 'resources' @> to_jsonb(s.resource)
             and anew.request -> 'attribution' @> to_jsonb(s.attribution)
             and (anew.request -> 'accounts' @> to_jsonb(s.ad_account_id) or anew.request ->> 'accounts' = 'all')
             and s.window_from >= (anew.request #>> '{backfill,from}')::date
             and s.window_to <= (anew.request #>> '{backfill,to}')::date)`,
    [JSON.stringify(identity), today],
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
