import type { Day, Window } from "../window.ts";
import type { Warehouse } from "./database.ts";

/** How far the metrics of one resource, ad account and attribution setting are loaded. */
export interface CoverageRow {
  readonly ad_account_id: string;
  readonly resource: string;
  readonly attribution: string;
  readonly first_day: Day;
  readonly loaded_through: Day;
  /**
   * Last day up to which nothing is missing and all is final; null when not even the first day is. Pinterest still
   * adds conversions to such a day while attribution windows are open.
   */
  readonly final_through: Day | null;
  /** Days between the first and the last that are not loaded. */
  readonly gaps: readonly Window[];
}

/**
 * Coverage of all metrics. A day is final when Pinterest had said so before it was asked for the numbers, or when
 * it was asked more than `settledAfterDays` days later.
 */
export async function readCoverage({ knex }: Warehouse, settledAfterDays: number): Promise<CoverageRow[]> {
  const { rows } = await knex.raw<{ rows: CoverageRow[] }>(
    `with days as (
       select d.ad_account_id, d.resource, d.attribution, d.date, lag(d.date) over w + 1 as expected,
              coalesce(r.final_since <= d.asked_at, false)
                or (d.asked_at at time zone 'UTC')::date - d.date > ? as final
         from pinterest_ads_loaded_days as d
         left join pinterest_ads_metrics_ready as r using (date)
       window w as (partition by d.ad_account_id, d.resource, d.attribution order by d.date)),
     spans as (
       select ad_account_id, resource, attribution, min(date) as first_day, max(date) as loaded_through,
              min(case when date > expected then expected when not final then date end) as first_open,
              json_agg(json_build_object('from', to_char(expected, 'YYYY-MM-DD'), 'to', to_char(date - 1, 'YYYY-MM-DD'))
                       order by date) filter (where date > expected) as gaps
         from days group by 1, 2, 3)
     select ad_account_id, resource, attribution, to_char(first_day, 'YYYY-MM-DD') as first_day,
            to_char(loaded_through, 'YYYY-MM-DD') as loaded_through,
            case when first_open is null then to_char(loaded_through, 'YYYY-MM-DD')
                 when first_open > first_day then to_char(first_open - 1, 'YYYY-MM-DD') end as final_through,
            coalesce(gaps, '[]') as gaps
       from spans order by 1, 2, 3`,
    [settledAfterDays],
  );
  return rows;
}
