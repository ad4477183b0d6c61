import type { Client } from "pg";
import { nameAttribution } from "../resources/attribution.ts";
import { commitAnalyticsSlice, commitSlice } from "../warehouse/commit-slice.ts";
import { asWarehouseError, errorCode, isConnectionLost } from "../warehouse/connection-error.ts";
import { withConnection } from "../warehouse/database.ts";
import type { Drift } from "../warehouse/drift.ts";
import { markSliceRunning, type SliceTally } from "../warehouse/slices.ts";
import { openStage } from "../warehouse/stage.ts";
import type { SliceResult } from "./events.ts";
import { openIntake } from "./intake.ts";
import { interruption, pause } from "./interruption.ts";
import { isAnalytics, scopeId } from "./plan.ts";
import type { PlannedSlice, Run } from "./run-state.ts";
import { stageAnalytics } from "./stage-analytics.ts";
import { stageList } from "./stage-list.ts";

/** A database that restarts or fails over is back within seconds; Pinterest's own failures are retried per request. */
const DATABASE_ATTEMPTS = 3;
const DATABASE_PAUSE_MS = 1000;
/** Serialization failures and deadlocks: the same again may work. */
const COLLISION = /^(?:40001|40P01)/;

export function emptyTally(): SliceTally {
  return { attempts: 0, pages: 0, records: 0, recordsRejected: 0, textsRepaired: 0, apiCalls: 0 };
}

/**
 * Loads one slice: all of it or nothing. Pages are staged outside any transaction and made visible by
 * one; a crash anywhere leaves the table as it was. `tally` is counted up as the work goes on, so
 * that a failed slice tells how far it came.
 */
export async function runSlice(run: Run, slice: PlannedSlice, tally: SliceTally): Promise<SliceResult> {
  for (;;) {
    tally.attempts += 1;
    Object.assign(tally, { pages: 0, records: 0, recordsRejected: 0, textsRepaired: 0 });
    try {
      return await withConnection(run.warehouse, (client) => attemptSlice(run, slice, tally, client));
    } catch (error) {
      if (run.signal.aborted) throw interruption(run.signal);
      if (!isRetryable(error) || tally.attempts >= DATABASE_ATTEMPTS)
        throw asWarehouseError(error, run.warehouse.url);
      run.logger.warn(
        { resource: slice.resource.name, attempt: tally.attempts, err: error },
        "slice repeated",
      );
      await pause(DATABASE_PAUSE_MS * tally.attempts, run.signal);
    }
  }
}

async function attemptSlice(
  run: Run,
  slice: PlannedSlice,
  tally: SliceTally,
  client: Client,
): Promise<SliceResult> {
  await markSliceRunning(client, slice.id);
  const stage = await openStage(client, slice.resource);
  const drift: Drift = new Map();
  const onRecords = (count: number) => run.onEvent({ kind: "records", count });
  const intake = openIntake(slice.resource, stage, tally, drift, onRecords);
  const { schema } = run.warehouse;
  const { acceptEmpty } = run.request;
  const common = { client, schema, stage, runId: run.id, sliceId: slice.id, tally, drift, acceptEmpty };
  try {
    if (isAnalytics(slice)) {
      const { resource, adAccountId, window } = slice;
      const read = await stageAnalytics(run, slice, intake, tally);
      run.signal.throwIfAborted();
      const attribution = nameAttribution(slice.attribution);
      const merged = await commitAnalyticsSlice({
        ...common,
        resource,
        adAccountId,
        attribution,
        window,
        ...read,
      });
      return { tally, merged, drift };
    }
    await stageList(run, slice, client, intake, tally);
    run.signal.throwIfAborted();
    const { resource, ids } = slice;
    const complete = resource.listing === "full" && ids === undefined;
    const merged = await commitSlice({ ...common, resource, scopeId: scopeId(slice), complete });
    return { tally, merged, drift };
  } finally {
    // What is left over here goes with the connection, or with the next slice that opens a stage on it.
    await stage.drop().catch((error) => run.logger.debug({ err: error }, "stage not dropped"));
  }
}

function isRetryable(error: unknown): boolean {
  return isConnectionLost(error) || COLLISION.test(errorCode(error) ?? "");
}
