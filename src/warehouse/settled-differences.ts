import type { Day, Window } from "../window.ts";
import type { Warehouse } from "./database.ts";
import { TABLE_PREFIX } from "./names.ts";

/** What of an ad account does not add up on days whose numbers are settled. */
export interface SettledDifference {
  readonly ad_account_id: string;
  readonly name: string | null;
  /** Days, metrics and levels that differ. */
  readonly differing: number;
  readonly first_day: Day;
  readonly last_day: Day;
  readonly metrics: readonly string[];
  readonly levels: readonly string[];
}

/**
 * Ad accounts of which the levels do not add up to the total. Only days that Pinterest calls final count, for the
 * levels are not read at the same moment and a day under way differs without anything being wrong. Where Pinterest has
 * not said, days count up to `settledThrough`. Shut accounts are left out: nobody can load them again.
 */
export async function readSettledDifferences(
  { knex }: Warehouse,
  accountIds: readonly string[] | undefined,
  { from, to }: Window,
  settledThrough: Day,
): Promise<SettledDifference[]> {
  const ids = accountIds ? [...accountIds] : null;
  const { rows } = await knex.raw<{ rows: SettledDifference[] }>(
    `select r.ad_account_id, max(a.name) as name, count(*)::float8 as differing,
            to_char(min(r.date), 'YYYY-MM-DD') as first_day, to_char(max(r.date), 'YYYY-MM-DD') as last_day,
            array_agg(distinct r.metric) as metrics, array_agg(distinct r.level) as levels
       from ${TABLE_PREFIX}reconciliation as r
       left join ${TABLE_PREFIX}metrics_ready as f using (date)
       left join ${TABLE_PREFIX}ad_accounts as a on a.ad_account_id = r.ad_account_id
      where r.verdict = 'differs' and r.date between ? and ?
        and coalesce(case r.metric when 'total_conversions' then f.conversions_final else f.delivery_final end, r.date <= ?)
        and (?::text[] is null or r.ad_account_id = any (?::text[]))
        and not exists (select from ${TABLE_PREFIX}shut_accounts as s where s.ad_account_id = r.ad_account_id)
      group by r.ad_account_id order by r.ad_account_id`,
    [from, to, settledThrough, ids, ids],
  );
  return rows;
}
