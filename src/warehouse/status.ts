import type { Day } from "../window.ts";
import { type CoverageRow, readCoverage } from "./coverage.ts";
import type { Warehouse } from "./database.ts";
import { type ReconciliationSummary, readReconciliationSummary } from "./reconciliation.ts";
import {
  type DriftRow,
  type RecentlyRejectedGroup,
  type RefusedMetricRow,
  type RejectedGroup,
  readDrift,
  readRecentlyRejected,
  readRefusedForAll,
  readRejected,
} from "./status-records.ts";
import {
  type FailedSlice,
  type RunProgress,
  readFailedSlices,
  readLastRuns,
  readProgress,
  type StatusRun,
} from "./status-runs.ts";

/** When something was last loaded; see the table pinterest_ads_sync_cursors. */
export interface LoadedRow {
  readonly resource: string;
  /** Ad account id; owner user id for catalog data; * when asked once for all. */
  readonly scope_id: string;
  readonly loaded_at: Date;
  readonly loaded_through: Day | null;
}

export interface ReadyDay {
  readonly date: Day;
  readonly delivery_final: boolean;
  readonly conversions_final: boolean;
}

/** A run with the first slices that it did not load. */
export interface RunWithFailures extends StatusRun {
  readonly failed_slices: readonly FailedSlice[];
}

/** What a chart shows of a run. */
export type RunFigures = Pick<
  StatusRun,
  "id" | "trigger" | "status" | "started_at" | "rows_written" | "api_calls"
>;

/** What there is to know about the state of the warehouse. */
export interface WarehouseStatus {
  /** The newest first. */
  readonly runs: readonly RunWithFailures[];
  /** More of them, the oldest first; those under way have no figures yet. */
  readonly run_series: readonly RunFigures[];
  /** How far the runs are that are under way. */
  readonly progress: readonly RunProgress[];
  readonly freshness: readonly LoadedRow[];
  /** Of the last finished run. */
  readonly failed_slices: readonly FailedSlice[];
  /** By the last finished run. */
  readonly rejected: readonly RejectedGroup[];
  readonly rejected_recently: readonly RecentlyRejectedGroup[];
  readonly drift: readonly DriftRow[];
  readonly coverage: readonly CoverageRow[];
  readonly refused_metrics: readonly RefusedMetricRow[];
  readonly reconciliation: ReconciliationSummary;
  /** The latest days that Pinterest was asked about, the newest first. */
  readonly ready_days: readonly ReadyDay[];
}

/** A few days, and some weeks, of a schedule that loads every six hours. */
const RUNS_SHOWN = 20;
const RUNS_CHARTED = 50;
/** A run that fails altogether may have tens of thousands of slices, which all say the same. */
const FAILED_SLICES_SHOWN = 500;
const FAILED_SLICES_PER_RUN = 20;
const DIFFERENCES_SHOWN = 5;
const READY_DAYS_SHOWN = 10;

/**
 * Reads the last runs, how fresh each resource is, of the last finished run what failed and what was rejected,
 * and of metrics how far they are loaded, final and adding up. `settledAfterDays` as in `readCoverage`.
 * Takes one connection at a time.
 */
export async function readStatus(warehouse: Warehouse, settledAfterDays: number): Promise<WarehouseStatus> {
  const charted = await readLastRuns(warehouse, RUNS_CHARTED);
  const runs = charted.slice(0, RUNS_SHOWN);
  const last = runs.find((run) => run.status !== "running")?.id;
  const incomplete = runs.filter((run) => run.slices_failed !== 0).map(({ id }) => id);
  const failed = await readFailedSlices(warehouse, incomplete, FAILED_SLICES_PER_RUN);
  const failuresOf = Map.groupBy(failed, ({ run_id }) => run_id);
  const lastFailed = await readFailedSlices(warehouse, last ? [last] : [], FAILED_SLICES_SHOWN);
  return {
    runs: runs.map((run) => ({ ...run, failed_slices: (failuresOf.get(run.id) ?? []).map(withoutRun) })),
    run_series: charted.map(figuresOf).reverse(),
    progress: await readProgress(warehouse),
    freshness: await readLoaded(warehouse),
    failed_slices: lastFailed.map(withoutRun),
    rejected: last ? await readRejected(warehouse, last) : [],
    rejected_recently: await readRecentlyRejected(warehouse),
    drift: await readDrift(warehouse),
    coverage: await readCoverage(warehouse, settledAfterDays),
    refused_metrics: await readRefusedForAll(warehouse),
    reconciliation: await readReconciliationSummary(warehouse, DIFFERENCES_SHOWN),
    ready_days: await readReadyDays(warehouse),
  };
}

function withoutRun({ run_id, ...slice }: FailedSlice & { readonly run_id: string }): FailedSlice {
  return slice;
}

function figuresOf({ id, trigger, status, started_at, rows_written, api_calls }: StatusRun): RunFigures {
  return { id, trigger, status, started_at, rows_written, api_calls };
}

async function readLoaded({ knex }: Warehouse): Promise<LoadedRow[]> {
  const { rows } = await knex.raw<{ rows: LoadedRow[] }>(
    `select resource, scope_id, loaded_at, loaded_through::text
       from pinterest_ads_sync_cursors order by resource, scope_id`,
  );
  return rows;
}

async function readReadyDays({ knex }: Warehouse): Promise<ReadyDay[]> {
  const { rows } = await knex.raw<{ rows: ReadyDay[] }>(
    `select to_char(date, 'YYYY-MM-DD') as date, delivery_final, conversions_final
       from pinterest_ads_metrics_ready order by pinterest_ads_metrics_ready.date desc limit ?`,
    [READY_DAYS_SHOWN],
  );
  return rows;
}
