import { ConnectorError } from "../errors.ts";
import { createFairLimit, type FairLimit } from "./fair-limit.ts";
import { failSlice, loadSlice } from "./load-slice.ts";
import { parentNames, scopeId } from "./plan.ts";
import type { PlannedSlice, Run } from "./run-state.ts";

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
  await Promise.all(loads.values());
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
