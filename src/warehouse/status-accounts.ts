import type { Warehouse } from "./database.ts";

/** What an ad account is called; deleted ones too, for the books still speak of them. */
export interface AccountName {
  readonly ad_account_id: string;
  readonly name: string | null;
  /** Three letters (ISO 4217), or UNK when Pinterest does not know it. */
  readonly currency: string | null;
  readonly owner_user_id: string | null;
  readonly owner_username: string | null;
}

/** An ad account that Pinterest lists and does not let us read. */
export interface ShutAccount {
  readonly ad_account_id: string;
  readonly name: string | null;
  readonly reason: string | null;
  readonly error_code: string | null;
  readonly since: Date;
  readonly checked_at: Date;
}

/** How often the levels of an ad account added up to its total. */
export interface AccountVerdict {
  readonly ad_account_id: string;
  readonly compared: number;
  readonly differing: number;
  /** Comparisons that could not be made, for one side is not loaded. */
  readonly not_loaded: number;
  readonly checked_at: Date;
}

export async function readAccountNames({ knex }: Warehouse): Promise<AccountName[]> {
  return knex("pinterest_ads_ad_accounts")
    .orderBy("ad_account_id")
    .select("ad_account_id", "name", "currency", "owner_user_id", "owner_username");
}

export async function readShutAccounts({ knex }: Warehouse): Promise<ShutAccount[]> {
  const { rows } = await knex.raw<{ rows: ShutAccount[] }>(
    `select s.ad_account_id, a.name, s.reason, s.error_code, s.since, s.checked_at
       from pinterest_ads_shut_accounts as s
       left join pinterest_ads_ad_accounts as a using (ad_account_id) order by s.since, 1`,
  );
  return rows;
}

/** What the comparisons of the last `days` days found, by ad account. */
export async function readAccountVerdicts({ knex }: Warehouse, days: number): Promise<AccountVerdict[]> {
  const { rows } = await knex.raw<{ rows: AccountVerdict[] }>(
    `select ad_account_id, (count(*) filter (where verdict <> 'not_loaded'))::float8 as compared,
            (count(*) filter (where verdict = 'differs'))::float8 as differing,
            (count(*) filter (where verdict = 'not_loaded'))::float8 as not_loaded, max(checked_at) as checked_at
       from pinterest_ads_reconciliation
      where date > (now() at time zone 'UTC')::date - ?::int group by 1 order by 1`,
    [days],
  );
  return rows;
}
