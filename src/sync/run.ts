import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import type { ConnectorError } from "../errors.ts";
import { nameAttribution } from "../resources/attribution.ts";
import type { AnalyticsResource } from "../resources/define.ts";
import { recordAttributions } from "../warehouse/attributions.ts";
import { asWarehouseError, describeConnectionError } from "../warehouse/connection-error.ts";
import { checkConnection } from "../warehouse/database.ts";
import { openLocks, type RunLocks, runLock, shareLocks } from "../warehouse/locks.ts";
import { assertMigrated } from "../warehouse/migrate.ts";
import { assertPrivileges } from "../warehouse/privileges.ts";
import {
  finishRun,
  markKilledRuns,
  NO_TOTALS,
  type RunStatus,
  type RunTotals,
  readRunTotals,
  startRun,
} from "../warehouse/runs.ts";
import { dayOf, earliestDay } from "../window.ts";
import { checkReach } from "./check-reach.ts";
import { checkReadiness } from "./check-readiness.ts";
import { CLAIM_PATIENCE_MS, claimSlices } from "./claim.ts";
import { finishMetrics } from "./finish-metrics.ts";
import { interruption } from "./interruption.ts";
import { leaveOutShut } from "./leave-out.ts";
import { loadAccounts } from "./load-accounts.ts";
import { loadSlices } from "./load-slices.ts";
import { reachOf } from "./method.ts";
import { failOwnerless } from "./ownerless.ts";
import { findListing, isAnalytics, planSlices, type Slice, withParents } from "./plan.ts";
import { identifyBackfill, planMetrics } from "./plan-metrics.ts";
import { planInBooks, type Run, type SliceFailure, type SyncContext, type SyncRequest } from "./run-state.ts";
import { probeShutAccounts } from "./shut-accounts.ts";
import { withStopGrace } from "./stop-grace.ts";
import { warnOfQuota } from "./warn-of-quota.ts";

export interface RunReport {
  readonly id: string;
  readonly status: RunStatus;
  readonly totals: RunTotals;
  /** What kept the run from succeeding: the error that ended it, else that of its first failed slice. */
  readonly error: ConnectorError | undefined;
  readonly failures: readonly SliceFailure[];
  readonly windows: Run["windows"];
}

/** What to do about windows that a backfill leaves out because earlier ones have loaded them. */
const RESTART_HINT = "--restart loads them again";

/**
 * One run: plans, loads every slice, keeps the books, and reports.
 * Rejects only when not even a run can be recorded (no database, not migrated, a backfill of days that Pinterest no
 * longer has); anything later is in the report. Killed at any moment, the next run finds its traces and simply works.
 */
export async function runSync(context: SyncContext, request: SyncRequest): Promise<RunReport> {
  await checkConnection(context.warehouse);
  await assertMigrated(context.warehouse, context.resources);
  await assertPrivileges(context.warehouse);
  await checkReach(context, request);
  const stop = new AbortController();
  const locks = context.locks ? shareLocks(context.locks) : await openLocks(context.warehouse);
  const onLost = () => stop.abort(locks.lost.reason);
  locks.lost.addEventListener("abort", onLost, { once: true });
  if (locks.lost.aborted) onLost();
  try {
    const killed = await markKilledRuns(context.warehouse, locks);
    if (killed > 0) context.logger.warn({ runs: killed }, "killed runs marked as interrupted");
    const run = await openRun(context, request, locks, stop);
    return await withStopGrace(context.warehouse, run.signal, async () => {
      const ended = await execute(run).then(
        () => undefined,
        (error) => asWarehouseError(error, context.warehouse.url),
      );
      return closeRun(run, context.signal.aborted ? "interrupted" : judge(run, ended), ended);
    });
  } finally {
    locks.lost.removeEventListener("abort", onLost);
    await locks.close();
  }
}

async function openRun(
  context: SyncContext,
  request: SyncRequest,
  locks: RunLocks,
  stop: AbortController,
): Promise<Run> {
  const id = randomUUID();
  // Before the run is in the books: whoever finds it there without its lock takes it for killed.
  await locks.tryAcquire(runLock(id));
  await startRun(context.warehouse, {
    id,
    trigger: request.trigger,
    version: context.version,
    request: {
      resources: request.resources.map(({ name }) => name),
      accounts: request.accountIds ?? "all",
      accept_empty: request.acceptEmpty,
      concurrency: request.concurrency,
      attribution: request.analytics.attributions.map(nameAttribution),
      ...(request.schedules && { schedules: request.schedules }),
      ...(request.attended && { attended: true }),
      ...(!request.backfill &&
        request.resources.some(({ kind }) => kind === "analytics") && {
          lookback_days: request.analytics.lookbackDays,
        }),
      ...(request.backfill && {
        backfill: { ...request.backfill.window, ...identifyBackfill(request) },
        restart: request.backfill.restart,
      }),
    },
  });
  const signal = AbortSignal.any([context.signal, stop.signal]);
  return {
    ...context,
    id,
    request,
    locks,
    stop,
    signal,
    failures: [],
    accounts: new Map(),
    shut: new Map(),
    doubts: new Map(),
    withoutReports: new Set(),
    windows: { planned: 0, loadedBefore: 0 },
    planned: 0,
    succeeded: 0,
    recordsRejected: 0,
  };
}

async function execute(run: Run): Promise<void> {
  const { resources, request } = run;
  const wanted = request.backfill ? request.resources : withParents(request.resources, resources);
  const accounts = await loadAccounts(run, findListing(resources));
  await probeShutAccounts(run);
  const lists = planSlices(
    wanted.filter(({ scope }) => scope !== "token"),
    accounts,
    run.shut,
  );
  await claimSlices(run, lists, CLAIM_PATIENCE_MS);
  const measured = wanted.filter((resource) => resource.kind === "analytics");
  if (measured.length > 0) await recordAttributions(run.warehouse, request.analytics.attributions);
  warnOfLostDays(run, measured);
  const metrics = await planMetrics(run, measured);
  run.windows = { planned: metrics.slices.length, loadedBefore: metrics.loadedBefore };
  if (metrics.loadedBefore > 0)
    run.logger.info(
      { windows: run.windows.planned, windows_loaded_before: metrics.loadedBefore, next_step: RESTART_HINT },
      "windows left out",
    );
  const planned = await planInBooks<Slice>(run, [...lists, ...metrics.slices]);
  const open = await leaveOutShut(run, planned);
  await warnOfQuota(run, open);
  const windows = open.filter(isAnalytics);
  if (windows.length > 0) await checkReadiness(run, windows);
  await loadSlices(run, open);
  await failOwnerless(
    run,
    wanted,
    accounts.filter(({ id }) => !run.shut.has(id)),
  );
  if (measured.length > 0) await finishMetrics(run);
  if (run.stop.signal.aborted) throw interruption(run.stop.signal);
}

/** A first day that Pinterest no longer has is no error, for a configuration ages into it; but it must be told. */
function warnOfLostDays({ request, logger, now }: Run, measured: readonly AnalyticsResource[]): void {
  const { startDate } = request.analytics;
  if (startDate === undefined || request.backfill) return;
  const today = dayOf(now());
  const reach = (resource: AnalyticsResource) => earliestDay(reachOf(resource, request.analytics), today);
  const lost = measured.filter((resource) => startDate < reach(resource));
  if (lost.length === 0) return;
  const earliest = Object.fromEntries(lost.map((resource) => [resource.name, reach(resource)]));
  logger.warn({ start_date: startDate, earliest }, "Pinterest no longer has the first days since start_date");
}

async function closeRun(run: Run, status: RunStatus, ended: ConnectorError | undefined): Promise<RunReport> {
  const error = ended ?? findCause(run);
  try {
    const totals = await closeBooks(run, status, error);
    const fields = { run_id: run.id, trigger: run.request.trigger, status, ...totals };
    const cause = error && { error_code: error.code, error: error.message };
    run.logger[levelOf(run, status, error)]({ ...fields, ...cause }, "run finished");
    const { id, failures, windows } = run;
    return { id, status, totals, error, failures, windows };
  } catch (cause) {
    const unrecorded = describeConnectionError(cause, run.warehouse.url);
    const fields = { run_id: run.id, trigger: run.request.trigger, error_code: unrecorded.code };
    run.logger.error({ ...fields, error: unrecorded.message }, "run not recorded");
    const { id, failures, windows } = run;
    return { id, status: "failed", totals: NO_TOTALS, error: unrecorded, failures, windows };
  }
}

/** What nobody has to do anything about, or has been told of by itself, is no error: stops, rejected records, shut accounts. */
function levelOf(run: Run, status: RunStatus, error: ConnectorError | undefined): "info" | "warn" | "error" {
  if (status === "succeeded" || status === "interrupted") return "info";
  const isShut = run.failures.every(({ slice }) => run.shut.has(slice.adAccountId ?? ""));
  return error === undefined || (status === "partial" && run.failures.length > 0 && isShut)
    ? "warn"
    : "error";
}

/**
 * What else failed comes before an ad account that is shut, which is told by itself; of those the refusal that decided
 * it before what was refused or left out with it.
 */
function findCause({ failures, shut }: Run): ConnectorError | undefined {
  const other = failures.find(({ slice }) => !shut.has(slice.adAccountId ?? ""));
  const probe = failures.find(({ slice }) => slice.resource.scope === "token");
  return (other ?? probe ?? failures[0])?.error;
}

/** A database that restarts is back within seconds; the next run closes the books of a run that could not. */
const CLOSE_ATTEMPTS = 5;
const CLOSE_PAUSE_MS = 1000;
/** Whoever was asked to stop does not wait for that. */
const CLOSE_STOPPING_MS = 4000;

async function closeBooks(
  run: Run,
  status: RunStatus,
  error: ConnectorError | undefined,
): Promise<RunTotals> {
  const began = performance.now();
  const isHurried = () => run.signal.aborted && performance.now() - began > CLOSE_STOPPING_MS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await finishRun(run.warehouse, run.id, status, error);
      return await readRunTotals(run.warehouse, run.id);
    } catch (problem) {
      if (attempt === CLOSE_ATTEMPTS || isHurried()) throw problem;
      await setTimeout(CLOSE_PAUSE_MS);
    }
  }
}

/**
 * `ended` is what stopped the run as a whole. With nothing loaded but the list of accounts, such a run has failed, and
 * so has one all of whose accounts are shut.
 */
function judge(run: Run, ended: ConnectorError | undefined): RunStatus {
  if (!ended && run.failures.length === 0) return run.recordsRejected > 0 ? "partial" : "succeeded";
  const isBarred = ended !== undefined || [...run.accounts.keys()].every((id) => run.shut.has(id));
  return run.succeeded > (isBarred ? 1 : 0) ? "partial" : "failed";
}
