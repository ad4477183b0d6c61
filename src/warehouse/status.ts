import type { Day } from "../window.ts";
import { type CoverageRow, readCoverage } from "./coverage.ts";
import type { Warehouse } from "./database.ts";
import { type ReconciliationSummary, readReconciliationSummary } from "./reconciliation.ts";

/** Tokens as they may be shown: ages and lifetimes, never the tokens. */
export interface TokenStatus {
  readonly refreshed_at: Date | null;
  readonly access_token_expires_at: Date | null;
  readonly refresh_token_expires_at: Date | null;
  readonly scopes: readonly string[] | null;
  readonly refused_at: Date | null;
  readonly refused_reason: string | null;
}

export interface FreshnessRow {
  readonly resource: string;
  readonly scope_id: string;
  readonly loaded_at: Date;
  readonly loaded_through: string | null;
}

export interface StatusRun {
  readonly id: string;
  readonly trigger: string;
  readonly status: string;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly slices: number | null;
  readonly slices_failed: number | null;
  readonly rows_written: number | null;
  readonly records_rejected: number | null;
  readonly api_calls: number | null;
  readonly error_code: string | null;
  readonly error: string | null;
}

export interface FailedSlice {
  readonly resource: string;
  readonly ad_account_id: string | null;
  readonly owner_user_id: string | null;
  /** First and last day of metrics; null for a list. */
  readonly window_from: Day | null;
  readonly window_to: Day | null;
  readonly status: string;
  readonly error_code: string | null;
  readonly error: string | null;
}

export interface RejectedGroup {
  readonly resource: string;
  readonly reason: string;
  readonly records: number;
}

export interface DriftRow {
  readonly resource: string;
  readonly field: string;
  readonly json_type: string;
  readonly first_seen_at: Date;
}

/** A metric that Pinterest refuses, for all the ad accounts where it does. */
export interface RefusedMetricRow {
  readonly resource: string;
  readonly method: string;
  readonly metric: string;
  readonly reason: string;
  readonly ad_accounts: number;
  readonly refused_at: Date;
}

export interface ReadyDay {
  readonly date: Day;
  readonly delivery_final: boolean;
  readonly conversions_final: boolean;
}

/** What there is to know about the state of the warehouse. */
export interface WarehouseStatus {
  readonly runs: readonly StatusRun[];
  readonly freshness: readonly FreshnessRow[];
  readonly failed_slices: readonly FailedSlice[];
  readonly rejected: readonly RejectedGroup[];
  readonly drift: readonly DriftRow[];
  readonly token: TokenStatus | undefined;
  readonly coverage: readonly CoverageRow[];
  readonly refused_metrics: readonly RefusedMetricRow[];
  readonly reconciliation: ReconciliationSummary;
  /** The latest days that Pinterest was asked about, the newest first. */
  readonly ready_days: readonly ReadyDay[];
}

const RUNS_SHOWN = 10;
const DIFFERENCES_SHOWN = 5;
const READY_DAYS_SHOWN = 10;
/** The longest attribution window, and some days for Pinterest to count. */
const SETTLED_AFTER_DAYS = 63;

/**
 * Reads the last runs, how fresh each resource is, of the last finished run what failed and what was rejected,
 * and of metrics how far they are loaded, final and adding up. `settledAfterDays` as in `readCoverage`.
 */
export async function readStatus(
  warehouse: Warehouse,
  settledAfterDays = SETTLED_AFTER_DAYS,
): Promise<WarehouseStatus> {
  const { knex } = warehouse;
  const query = async <T>(sql: string, ...bindings: (string | number)[]): Promise<T[]> =>
    (await knex.raw<{ rows: T[] }>(sql, bindings)).rows;
  const runs = await query<StatusRun>(
    `select id, trigger, status, started_at, finished_at, slices::float8, slices_failed::float8,
            (rows_inserted + rows_updated + rows_deleted)::float8 as rows_written,
            records_rejected::float8, api_calls::float8, error_code, error
       from pinterest_ads_sync_runs order by started_at desc limit ?`,
    RUNS_SHOWN,
  );
  const last = runs.find((run) => run.status !== "running")?.id ?? "00000000-0000-0000-0000-000000000000";
  return {
    runs,
    freshness: await query<FreshnessRow>(
      `select resource, scope_id, loaded_at, loaded_through::text
         from pinterest_ads_sync_cursors order by resource, scope_id`,
    ),
    failed_slices: await query<FailedSlice>(
      `select resource, ad_account_id, owner_user_id, window_from::text, window_to::text, status, error_code, error
         from pinterest_ads_sync_slices where run_id = ? and status <> 'succeeded' order by id`,
      last,
    ),
    rejected: await query<RejectedGroup>(
      `select resource, reason, count(*)::float8 as records
         from pinterest_ads_rejected_records where run_id = ? group by 1, 2 order by 3 desc, 1, 2`,
      last,
    ),
    drift: await query<DriftRow>(
      "select resource, field, json_type, first_seen_at from pinterest_ads_schema_drift order by 1, 2",
    ),
    token: (
      await query<TokenStatus>(
        `select refreshed_at, access_token_expires_at, refresh_token_expires_at, scopes, refused_at, refused_reason
           from pinterest_ads_oauth_tokens order by refreshed_at desc nulls last limit 1`,
      )
    )[0],
    coverage: await readCoverage(warehouse, settledAfterDays),
    refused_metrics: await query<RefusedMetricRow>(
      `select resource, method, metric, max(reason) as reason, count(*)::int as ad_accounts, max(refused_at) as refused_at
         from pinterest_ads_refused_metrics group by 1, 2, 3 order by 1, 2, 3`,
    ),
    reconciliation: await readReconciliationSummary(warehouse, DIFFERENCES_SHOWN),
    ready_days: await query<ReadyDay>(
      `select to_char(date, 'YYYY-MM-DD') as date, delivery_final, conversions_final
         from pinterest_ads_metrics_ready order by pinterest_ads_metrics_ready.date desc limit ?`,
      READY_DAYS_SHOWN,
    ),
  };
}
