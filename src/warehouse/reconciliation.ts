import type { Client } from "pg";
import type { Resource } from "../resources/define.ts";
import type { Day } from "../window.ts";
import { inTransaction, type Warehouse, withConnection } from "./database.ts";
import { compileReconciliation } from "./reconciliation-sql.ts";

/** A difference beyond the tolerance; numbers are exact decimals. */
export interface ReconciliationRow {
  readonly ad_account_id: string;
  readonly date: Day;
  readonly attribution: string;
  readonly metric: string;
  /** `campaign`, `ad_group` or `ad`. */
  readonly level: string;
  readonly account_total: string;
  readonly level_total: string;
  /** The level's total less the account's. */
  readonly difference: string;
  /** Without sign; null when the account's total is 0. */
  readonly difference_percent: string | null;
}

export interface ReconciliationRequest {
  /** Both days included. */
  readonly from: Day;
  readonly to: Day;
  /** Up to this share of the account's total a difference is no cause for concern; what is kept is judged by it. */
  readonly tolerancePercent: number;
  /** The share beyond which differences are returned, where that is another one. */
  readonly reportedPercent?: number;
  readonly runId?: string;
  /** Undefined: every ad account. */
  readonly adAccountIds?: readonly string[];
}

export interface ReconciliationResult {
  /** Comparisons of which both sides are loaded. */
  readonly compared: number;
  /** Days with at least one of them. */
  readonly days: number;
  /** Those beyond the tolerance, the largest share first. */
  readonly differing: readonly ReconciliationRow[];
}

export interface ReconciliationSummary {
  readonly compared: number;
  readonly differing: number;
  /** A few of them, the largest share first. */
  readonly worst: readonly ReconciliationRow[];
}

const ROW = `ad_account_id, to_char(date, 'YYYY-MM-DD') as date, attribution, metric, level,
  account_total::text, level_total::text, difference::text, difference_percent::text`;
const WORST_FIRST = `order by r.difference_percent desc nulls first, abs(r.difference) desc,
  r.ad_account_id, r.date, r.attribution, r.metric, r.level`;

/**
 * Compares the totals of ad accounts with the sums of their campaigns, ad groups and ads, by day and attribution
 * setting, and keeps the outcome in place of what was kept for these days. Exact: no sum is rounded. A metric
 * that one side was not asked for on a day counts as not loaded, never as a difference.
 */
export async function recomputeReconciliation(
  warehouse: Warehouse,
  resources: readonly Resource[],
  { from, to, tolerancePercent, reportedPercent, runId, adAccountIds }: ReconciliationRequest,
): Promise<ReconciliationResult> {
  return withConnection(warehouse, (client) =>
    inTransaction(client, async () => {
      // Another reconciliation of the same days would write the same keys.
      await client.query("lock table pinterest_ads_reconciliation in share row exclusive mode");
      const range = [from, to, adAccountIds ? [...adAccountIds] : await findAccounts(client)];
      await client.query(
        `delete from pinterest_ads_reconciliation
          where date between $1 and $2 and ad_account_id = any($3)`,
        range,
      );
      for (const sql of compileReconciliation(resources))
        await client.query(sql, [...range, tolerancePercent, runId ?? null]);
      return readResult(client, range, reportedPercent ?? tolerancePercent);
    }),
  );
}

/** What the last comparisons found, of every day. */
export async function readReconciliationSummary(
  { knex }: Warehouse,
  shown: number,
): Promise<ReconciliationSummary> {
  const { rows } = await knex.raw<{ rows: (ReconciliationRow & { differing: number })[] }>(
    `select ${ROW}, (count(*) over ())::int as differing
       from pinterest_ads_reconciliation as r where verdict = 'differs' ${WORST_FIRST} limit ?`,
    [shown],
  );
  const [count] = await knex("pinterest_ads_reconciliation")
    .whereNot({ verdict: "not_loaded" })
    .count<{ count: string }[]>({ count: "*" });
  const compared = Number(count?.count ?? 0);
  return { compared, differing: rows[0]?.differing ?? 0, worst: rows.map(({ differing, ...row }) => row) };
}

/** Accounts that have metrics or a comparison. */
async function findAccounts(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select ad_account_id as id from pinterest_ads_loaded_days
      union select ad_account_id from pinterest_ads_reconciliation`,
  );
  return rows.map(({ id }) => id);
}

async function readResult(client: Client, range: unknown[], percent: number): Promise<ReconciliationResult> {
  const inRange = "date between $1 and $2 and ad_account_id = any($3) and verdict <> 'not_loaded'";
  const { rows: counts } = await client.query<{ compared: number; days: number }>(
    `select count(*)::int as compared, count(distinct date)::int as days
       from pinterest_ads_reconciliation where ${inRange}`,
    range,
  );
  const { rows: differing } = await client.query<ReconciliationRow>(
    `select ${ROW} from pinterest_ads_reconciliation as r where ${inRange}
        and abs(difference) * 100 > $4::numeric * abs(account_total) ${WORST_FIRST}`,
    [...range, percent],
  );
  return { compared: counts[0]?.compared ?? 0, days: counts[0]?.days ?? 0, differing };
}
