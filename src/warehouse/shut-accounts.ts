import type { Day } from "../window.ts";
import type { Warehouse } from "./database.ts";
import { RUNS, TABLE_PREFIX } from "./names.ts";
import { repairText } from "./repair-text.ts";

const TABLE = `${TABLE_PREFIX}shut_accounts`;

/** An ad account that Pinterest refused when it was last asked. */
export interface KnownShutAccount {
  readonly adAccountId: string;
  readonly reason: string;
  readonly since: Date;
}

/** Those of the ad accounts that are known to be shut, by id. */
export async function findShutAccounts(
  { knex }: Warehouse,
  adAccountIds: readonly string[],
): Promise<KnownShutAccount[]> {
  const rows = await knex(TABLE)
    .whereIn("ad_account_id", [...adAccountIds])
    .orderBy("ad_account_id")
    .select("ad_account_id", "reason", "since");
  return rows.map(({ ad_account_id, reason, since }) => ({
    adAccountId: ad_account_id,
    reason: reason ?? "",
    since,
  }));
}

/** Notes that Pinterest refuses an ad account; gives when it first did, which stays until it is reopened. */
export async function recordShutAccount(
  { knex }: Warehouse,
  shut: {
    readonly adAccountId: string;
    /** What Pinterest said; without secrets. */
    readonly reason: string;
    readonly errorCode: string;
    readonly runId: string;
  },
): Promise<Date> {
  const [row] = await knex(TABLE)
    .insert({
      ad_account_id: shut.adAccountId,
      reason: repairText(shut.reason),
      error_code: shut.errorCode,
      since: knex.fn.now(),
      checked_at: knex.fn.now(),
      run_id: shut.runId,
    })
    .onConflict("ad_account_id")
    .merge(["reason", "error_code", "checked_at", "run_id"])
    .returning<{ since: Date }[]>("since");
  if (!row) throw new Error(`${TABLE} gave no row back`);
  return row.since;
}

/** Days of metrics that are to be read again once an ad account is reopened. */
export interface RestatedDays {
  /** The first day that runs read at all. */
  readonly from: Day;
  readonly today: Day;
  /** For so many days Pinterest goes on changing a day's numbers. */
  readonly settledAfterDays: number;
}

/** Series that were read on the same day as the freshest one, give or take a run that did not get through. */
const SAME_TIME_DAYS = 1;

/**
 * Forgets that an ad account was shut. Days whose numbers Pinterest may have changed since they were last read count
 * as not loaded from now on, so that the next run of metrics reads them, whenever it comes; their rows stay. That
 * holds for the series that were kept up to date until the account was shut. Nothing is to be made up for an account
 * that was shut for less than a day: the lookback covers it.
 */
export async function reopenAccount(
  { knex }: Warehouse,
  adAccountId: string,
  { from, today, settledAfterDays }: RestatedDays,
): Promise<void> {
  await knex.transaction(async (transaction) => {
    await transaction.raw(
      `with series as (
         select resource, attribution, max(date) as last_day from ${TABLE_PREFIX}loaded_days
          where ad_account_id = ? group by 1, 2)
       delete from ${TABLE_PREFIX}loaded_days as d using series as s
        where d.ad_account_id = ? and d.resource = s.resource and d.attribution = s.attribution
          and s.last_day >= (select max(last_day) from series) - ${SAME_TIME_DAYS}
          and s.last_day < ?::date - 1 and d.date > s.last_day - ?::int and d.date >= ?::date`,
      [adAccountId, adAccountId, today, settledAfterDays, from],
    );
    await transaction(TABLE).where({ ad_account_id: adAccountId }).delete();
  });
}

/** Error code of accounts that Pinterest does not list any more. */
export const VANISHED = "account_not_visible";

/**
 * The ad accounts, by id, that are marked deleted and not yet noted as shut: by this run, or by one that was killed
 * before it came to noting it. Whoever deletes the note of an earlier one does not get it back.
 */
export async function findVanishedAccounts({ knex }: Warehouse, runId: string): Promise<string[]> {
  const { rows } = await knex.raw<{ rows: { ad_account_id: string }[] }>(
    `select a.ad_account_id from ${TABLE_PREFIX}ad_accounts as a
      where a._deleted_at >= least(
              (select started_at from ${RUNS} where id = ?),
              (select coalesce(max(finished_at), '-infinity') from ${RUNS} where status in ('succeeded', 'partial')))
        and not exists (select from ${TABLE} as s where s.ad_account_id = a.ad_account_id)
      order by 1`,
    [runId],
  );
  return rows.map(({ ad_account_id }) => ad_account_id);
}

/**
 * Forgets the shut accounts that are no longer copied: whether they can be read concerns nobody. `keepVanished`: but for
 * those that are not copied because Pinterest does not list them.
 */
export async function forgetOtherShutAccounts(
  { knex }: Warehouse,
  copied: readonly string[],
  { keepVanished }: { keepVanished: boolean },
): Promise<void> {
  const others = knex(TABLE).whereNotIn("ad_account_id", [...copied]);
  await (keepVanished ? others.whereNot({ error_code: VANISHED }) : others).delete();
}
