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
    `with spans as (
       select d.ad_account_id, d.resource, d.attribution, min(d.date) as first_day, max(d.date) as last_day,
              count(*) as days,
              min(d.date) filter (where not coalesce(r.final_since <= d.asked_at, false)
                and (d.asked_at at time zone 'UTC')::date - d.date <= ?) as first_not_final
         from pinterest_ads_loaded_days as d
         left join pinterest_ads_metrics_ready as r using (date)
        group by 1, 2, 3),
     -- Most have no gap, and to look for one takes a sort of all their days.
     gaps as (
       select s.ad_account_id, s.resource, s.attribution, min(g.expected) as first_gap,
              json_agg(json_build_object('from', to_char(g.expected, 'YYYY-MM-DD'), 'to', to_char(g.date - 1, 'YYYY-MM-DD'))
                       order by g.date) as gaps
         from spans as s
        cross join lateral (
          select date, lag(date) over (order by date) + 1 as expected from pinterest_ads_loaded_days
           where resource = s.resource and ad_account_id = s.ad_account_id and attribution = s.attribution) as g
        where s.days <= s.last_day - s.first_day and g.date > g.expected
        group by 1, 2, 3)
     select s.ad_account_id, s.resource, s.attribution, to_char(s.first_day, 'YYYY-MM-DD') as first_day,
            to_char(s.last_day, 'YYYY-MM-DD') as loaded_through,
            case when least(g.first_gap, s.first_not_final) is null then to_char(s.last_day, 'YYYY-MM-DD')
                 when least(g.first_gap, s.first_not_final) > s.first_day
                 then to_char(least(g.first_gap, s.first_not_final) - 1, 'YYYY-MM-DD') end as final_through,
            coalesce(g.gaps, '[]') as gaps
       from spans as s left join gaps as g using (ad_account_id, resource, attribution)
      order by 1, 2, 3`,
    [settledAfterDays],
  );
  return rows;
}
