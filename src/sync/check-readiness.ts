import { asConnectorError, isFatal } from "../errors.ts";
import { readMetricsReady } from "../pinterest/metrics-ready.ts";
import { withConnection } from "../warehouse/database.ts";
import { type MetricsReady, readFinalDays, recordMetricsReady } from "../warehouse/metrics-ready.ts";
import { READINESS } from "../warehouse/names.ts";
import {
  insertPlannedSlices,
  markSliceFailed,
  markSliceSucceeded,
  type SliceTally,
} from "../warehouse/slices.ts";
import { addDays, type Day, dayOf, listDays } from "../window.ts";
import type { Run } from "./run-state.ts";
import { emptyTally } from "./slice.ts";

/** Pinterest settles a day's numbers within some three days; older ones that are still open are asked for as well. */
const RECENT_DAYS = 10;

/**
 * Asks Pinterest which recent days are complete (GET /resources/metrics_ready_state), those left out of which that
 * is known. Knowing it is an extra: a failure is logged and never fails the run, unless nothing else can work either.
 */
export async function checkReadiness(run: Run): Promise<void> {
  const today = dayOf(run.now());
  const window = { from: addDays(today, -RECENT_DAYS), to: addDays(today, -1) };
  const final = new Set(await readFinalDays(run.warehouse, window.from, window.to));
  const open = listDays(window).filter((day) => !final.has(day));
  if (open.length === 0) return;
  const tally = { ...emptyTally(), attempts: 1 };
  const [id = Number.NaN] = await insertPlannedSlices(run.warehouse, run.id, [
    { resource: READINESS, adAccountId: undefined, ownerUserId: undefined, window },
  ]);
  try {
    const days = await askDays(run, open, tally);
    await recordMetricsReady(run.warehouse, days);
    const merged = { inserted: 0, updated: days.length, unchanged: 0, deleted: 0 };
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
