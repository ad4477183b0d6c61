import { asConnectorError, type ConnectorError, isFatal } from "../errors.ts";
import { nameAttribution } from "../resources/attribution.ts";
import { describeConnectionError } from "../warehouse/connection-error.ts";
import type { MergeCounts } from "../warehouse/merge.ts";
import { markSliceFailed, type SliceTally } from "../warehouse/slices.ts";
import { isAnalytics, type Slice } from "./plan.ts";
import type { PlannedSlice, Run } from "./run-state.ts";
import { emptyTally, runSlice } from "./slice.ts";

/**
 * Loads a slice and keeps the books about it. Never rejects; true when it was loaded. In a run that is stopping it
 * is not begun: the end of the run tells of all of those at once.
 */
export async function loadSlice(run: Run, slice: PlannedSlice): Promise<boolean> {
  if (run.signal.aborted) return false;
  const tally = emptyTally();
  try {
    run.onEvent({ kind: "slice_started", slice });
    const result = await runSlice(run, slice, tally);
    run.succeeded += 1;
    run.recordsRejected += tally.recordsRejected;
    const fields = {
      run_id: run.id,
      ...sliceFields(slice),
      ...tallyFields(tally),
      ...mergedFields(result.merged),
    };
    if (tally.recordsRejected > 0) run.logger.warn(fields, "slice loaded");
    else run.logger.info(fields, "slice loaded");
    // What is known keeps coming with every run; status and the alert go on telling of it.
    const undeclared = [...result.drift].filter(([, { isNew }]) => isNew).map(([field]) => field);
    if (undeclared.length > 0)
      run.logger.warn(
        { resource: slice.resource.name, fields: undeclared },
        "undeclared fields kept in _extra",
      );
    run.onEvent({ kind: "slice_finished", slice, result });
    return true;
  } catch (error) {
    await failSlice(run, slice, asConnectorError(error), tally);
    return false;
  }
}

/** Notes a slice as not loaded and tells it; a failure that nothing else in the run can survive stops the run. */
export async function failSlice(
  run: Run,
  slice: PlannedSlice,
  error: ConnectorError,
  tally: SliceTally = emptyTally(),
): Promise<void> {
  await noteFailure(run, slice, error, tally);
  const reason = {
    error_code: error.code,
    error: error.message,
    next_step: error.nextStep,
    ...error.details,
  };
  const fields = { run_id: run.id, ...sliceFields(slice), ...tallyFields(tally), ...reason };
  // Who stops a run knows; the end of the run tells of it once.
  if (error.code === "interrupted") run.logger.debug(fields, "slice interrupted");
  else run.logger.error(fields, "slice failed");
}

/** The same without a word in the log about the failure itself: that is up to the caller. */
export async function noteFailure(
  run: Run,
  slice: PlannedSlice,
  error: ConnectorError,
  tally: SliceTally,
): Promise<void> {
  run.failures.push({ slice, error });
  if (isFatal(error) && !run.signal.aborted) run.stop.abort(error);
  try {
    await markSliceFailed(run.warehouse, slice.id, statusOf(error), tally, error);
  } catch (problem) {
    // The database itself is what failed; the end of the run, or the next run, closes the slice in the books.
    const { message } = describeConnectionError(problem, run.warehouse.url);
    run.logger.warn({ ...sliceFields(slice), error: message }, "failed slice not recorded");
  }
  run.onEvent({ kind: "slice_failed", slice, error });
}

export function statusOf(error: ConnectorError): "failed" | "skipped" | "interrupted" {
  if (error.code === "interrupted") return "interrupted";
  return error.code === "parent_failed" || error.code === "account_shut" ? "skipped" : "failed";
}

function sliceFields(slice: Slice) {
  return {
    resource: slice.resource.name,
    ad_account_id: slice.adAccountId,
    owner_user_id: slice.ownerUserId,
    ...(isAnalytics(slice) && {
      window_from: slice.window.from,
      window_to: slice.window.to,
      attribution: nameAttribution(slice.attribution),
    }),
  };
}

function tallyFields(tally: SliceTally) {
  return {
    attempts: tally.attempts,
    pages: tally.pages,
    records: tally.records,
    records_rejected: tally.recordsRejected,
    texts_repaired: tally.textsRepaired,
    api_calls: tally.apiCalls,
  };
}

function mergedFields(merged: MergeCounts) {
  return {
    rows_inserted: merged.inserted,
    rows_updated: merged.updated,
    rows_unchanged: merged.unchanged,
    rows_deleted: merged.deleted,
  };
}
