import type { Window } from "../window.ts";
import type { Warehouse } from "./database.ts";

const TABLE = "pinterest_ads_running_reports";
/** Pinterest forgets a report after an hour; nothing can be done with a token that is older. */
export const REPORT_LIFE_MS = 3_600_000;

/** A report that Pinterest is making, so that a run that follows a killed one need not have it made again. */
export interface RunningReport {
  readonly adAccountId: string;
  /** Tells reports of the same account apart by what they ask. */
  readonly fingerprint: string;
  /** What Pinterest asks the report back with. It belongs in no log. */
  readonly token: string;
  readonly resource: string;
  readonly window: Window;
  readonly attribution: string;
  readonly runId: string;
}

/**
 * The token of a report with that fingerprint, by the database's clock created within `notOlderThanMs`. None where
 * one of its days was asked for since in another way, as by a window that overlaps: the report would bring back
 * numbers that are out of date.
 */
export async function findRunningReport(
  { knex }: Warehouse,
  adAccountId: string,
  fingerprint: string,
  notOlderThanMs: number,
): Promise<string | undefined> {
  const row = await knex(`${TABLE} as r`)
    .where({ ad_account_id: adAccountId, fingerprint })
    .whereRaw("created_at > now() - ? * interval '1 millisecond'", [notOlderThanMs])
    .whereNotExists(
      knex("pinterest_ads_loaded_days as d")
        .whereRaw("d.resource = r.resource and d.ad_account_id = r.ad_account_id")
        .whereRaw("d.attribution = r.attribution and d.date between r.window_from and r.window_to")
        .whereRaw("d.asked_at > r.created_at"),
    )
    .first<{ token: string } | undefined>("token");
  return row?.token;
}

/** Keeps the token of a report that was just created, and drops those that are too old for anything. */
export async function keepRunningReport({ knex }: Warehouse, report: RunningReport): Promise<void> {
  await knex(TABLE).whereRaw("created_at < now() - ? * interval '1 millisecond'", [REPORT_LIFE_MS]).delete();
  await knex(TABLE)
    .insert({
      ad_account_id: report.adAccountId,
      fingerprint: report.fingerprint,
      token: report.token,
      resource: report.resource,
      window_from: report.window.from,
      window_to: report.window.to,
      attribution: report.attribution,
      created_at: knex.fn.now(),
      run_id: report.runId,
    })
    .onConflict(["ad_account_id", "fingerprint"])
    .merge();
}

/** Forgets a report that Pinterest has failed or no longer knows. */
export async function forgetRunningReport(
  { knex }: Warehouse,
  adAccountId: string,
  fingerprint: string,
): Promise<void> {
  await knex(TABLE).where({ ad_account_id: adAccountId, fingerprint }).delete();
}
