import { setTimeout as sleep } from "node:timers/promises";
import { ConnectorError } from "../errors.ts";
import { createFairLimit, type FairLimit } from "./fair-limit.ts";
import { failSlice, loadSlice } from "./load-slice.ts";
import { parentNames, scopeId } from "./plan.ts";
import type { PlannedSlice, Run } from "./run-state.ts";

/** In-flight slices get this long to stop after an interruption; then their connections are cut. */
const STOP_GRACE_MS = 3500;

/**
 * Loads slices side by side, each after its parents. A slice whose parent was not loaded is skipped:
 * asked with stale parents it would take rows for deleted that were only not asked for.
 */
export async function loadSlices(run: Run, slices: readonly PlannedSlice[]): Promise<void> {
  const limit = createFairLimit(run.request.concurrency);
  const loads = new Map<string, Promise<boolean>>();
  for (const slice of slices) {
    const parents = parentNames(slice.resource).map((name) => loads.get(`${name}:${scopeId(slice)}`));
    loads.set(`${slice.resource.name}:${scopeId(slice)}`, loadAfter(run, slice, parents, limit));
  }
  await settleOrCut(run, Promise.all(loads.values()));
}

async function loadAfter(
  run: Run,
  slice: PlannedSlice,
  parents: readonly (Promise<boolean> | undefined)[],
  limit: FairLimit,
): Promise<boolean> {
  const loaded = await Promise.all(parents);
  if (run.signal.aborted || !loaded.includes(false))
    return limit(slice.resource.category, () => loadSlice(run, slice));
  const needed = parentNames(slice.resource).join(" and ");
  const error = new ConnectorError("parent_failed", `${slice.resource.name} needs ${needed}, which failed`, {
    nextStep: "See the failure of the parent; the next run loads both.",
  });
  await failSlice(run, slice, error);
  return false;
}

/** Slices stop by themselves at their next page; a merge under way may end; what hangs on is cut off. */
async function settleOrCut(run: Run, loads: Promise<unknown>): Promise<void> {
  const settled = new AbortController();
  const cutting = cutAfterGrace(run, settled.signal);
  await loads;
  settled.abort();
  await cutting;
}

async function cutAfterGrace(run: Run, settled: AbortSignal): Promise<void> {
  await aborted(AbortSignal.any([run.signal, settled]));
  if (settled.aborted) return;
  const graceIsOver = sleep(STOP_GRACE_MS, true);
  const cut = await Promise.race([graceIsOver, aborted(settled).then(() => false)]);
  if (cut) run.warehouse.cutConnections();
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
