import type { Resource } from "../resources/define.ts";
import type { Warehouse } from "./database.ts";

/** How fresh one resource of one ad account (or owner) is. */
export interface FreshnessRow {
  readonly resource: string;
  /** Ad account id; owner user id for catalog data; * when asked once for all. */
  readonly scope_id: string;
  /** When what Pinterest then had was last loaded; for metrics, when the day that then ran or the one before was. Null: never. */
  readonly fresh_at: Date | null;
  /** Since then, by the database's clock; null: never. */
  readonly age_seconds: number | null;
  /** Last day of metrics that is loaded; null for lists. */
  readonly loaded_through: string | null;
}

/** How far back metrics are looked through for the day that was loaded last; older ones are not fresh anyway. */
const DAYS_LOOKED_AT = 400;

/**
 * One row for each place where `resources` are to be copied: accounts that Pinterest lists, that were asked for
 * (`accountIds`; undefined: all) and that are not shut, and their owners. What was never loaded is there with nulls.
 * A backfill of old days makes nothing fresh.
 */
export async function readFreshness(
  { knex }: Warehouse,
  resources: readonly Resource[],
  accountIds: readonly string[] | undefined,
): Promise<FreshnessRow[]> {
  const wanted = resources.map(({ name, kind, scope }) => ({ name, kind, scope }));
  const { rows } = await knex.raw<{ rows: FreshnessRow[] }>(
    `with accounts as (
       select a.ad_account_id, a.owner_user_id from pinterest_ads_ad_accounts as a
        where a._deleted_at is null and (?::text[] is null or a.ad_account_id = any (?::text[]))
          and not exists (select from pinterest_ads_shut_accounts as s where s.ad_account_id = a.ad_account_id)),
     wanted as (select * from jsonb_to_recordset(?::jsonb) as w (name text, kind text, scope text)),
     places as (
       select name, kind, '*' as scope_id from wanted where scope = 'token'
       union
       select w.name, w.kind, a.ad_account_id from wanted as w, accounts as a where w.scope = 'ad_account'
       union
       select w.name, w.kind, a.owner_user_id from wanted as w, accounts as a
        where w.scope = 'owner' and a.owner_user_id is not null),
     days as (
       select d.resource, d.ad_account_id, max(d.loaded_at) as fresh_at
         from pinterest_ads_loaded_days as d
        where d.date >= (now() at time zone 'UTC')::date - ${DAYS_LOOKED_AT}
          and d.date >= (d.loaded_at at time zone 'UTC')::date - 1
        group by 1, 2)
     select p.name as resource, p.scope_id, f.fresh_at, extract(epoch from now() - f.fresh_at)::float8 as age_seconds,
            to_char(c.loaded_through, 'YYYY-MM-DD') as loaded_through
       from places as p
       left join pinterest_ads_sync_cursors as c on c.resource = p.name and c.scope_id = p.scope_id
       left join days as d on p.kind = 'analytics' and d.resource = p.name and d.ad_account_id = p.scope_id
      cross join lateral (select case p.kind when 'analytics' then d.fresh_at else c.loaded_at end as fresh_at) as f
      order by 1, 2`,
    [accountIds ? [...accountIds] : null, accountIds ? [...accountIds] : null, JSON.stringify(wanted)],
  );
  return rows;
}
