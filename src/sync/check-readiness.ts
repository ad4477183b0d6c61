import { asConnectorError, isFatal } from "../errors.ts";
import { readMetricsReady } from "../pinterest/metrics-ready.ts";
import { withConnection } from "../warehouse/database.ts";
import { type MetricsReady, readOpenDays, recordMetricsReady } from "../warehouse/metrics-ready.ts";
import { READINESS } from "../warehouse/names.ts";
import {
  insertPlannedSlices,
  markSliceFailed,
  markSliceSucceeded,
  type SliceTally,
} from "../warehouse/slices.ts";
import { addDays, type Day, dayOf, intersect, spanOf } from "../window.ts";
import type { AnalyticsSlice } from "./plan-analytics.ts";
import type { Run } from "./run-state.ts";
import { emptyTally } from "./slice.ts";

/** Pinterest settles a day's numbers within some three days; what is still open after these is asked about daily. */
const RECENT_DAYS = 10;

/**
 * Asks Pinterest which of the days to be read are complete (GET /resources/metrics_ready_state), as far as they lie
 * within the lookback; days that are known to be final are left out. Knowing it is an extra: a failure is logged and never fails the run, unless nothing else can work
 * either.
 */
export async function checkReadiness(run: Run, slices: readonly AnalyticsSlice[]): Promise<void> {
  const today = dayOf(run.now());
  const lookback = { from: addDays(today, -run.request.analytics.lookbackDays), to: addDays(today, -1) };
  const span = spanOf(slices.map((slice) => slice.window));
  const window = span && intersect(span, lookback);
  if (!window) return;
  const open = await readOpenDays(run.warehouse, window, addDays(today, -RECENT_DAYS));
  if (open.length === 0) return;
  const tally = { ...emptyTally(), attempts: 1 };
  const [id = Number.NaN] = await insertPlannedSlices(run.warehouse, run.id, [
    { resource: READINESS, adAccountId: undefined, ownerUserId: undefined, window },
  ]);
  try {
    const days = await askDays(run, open, tally);
    await recordMetricsReady(run.warehouse, days);
    // None of them is a copied row: a run that changes no such row is to say that nothing had changed.
    const merged = { inserted: 0, updated: 0, unchanged: days.length, deleted: 0 };
    await withConnection(run.warehouse, (client) => markSliceSucceeded(client, id, tally, merged));
  } catch (cause) {
    const error = asConnectorError(cause);
    await markSliceFailed(run.warehouse, id, "skipped", tally, error);
    if (isFatal(error)) throw error;
    run.logger.warn(
      { error_code: error.code, error: error.message },
      "Pinterest did not say which days are final",
    );
  }
}

async function askDays(run: Run, days: readonly Day[], tally: SliceTally): Promise<MetricsReady[]> {
  const known: MetricsReady[] = [];
  const options = {
    signal: run.signal,
    onCall() {
      tally.apiCalls += 1;
    },
  };
  for (const date of days) {
    known.push({ date, ...(await readMetricsReady(run.pinterest, date, options)) });
    tally.records += 1;
  }
  return known;
}
