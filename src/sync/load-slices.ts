import { asConnectorError, ConnectorError } from "../errors.ts";
import { describeHolder } from "./claim.ts";
import { createFairLimit, type FairLimit } from "./fair-limit.ts";
import { holdWindow } from "./hold-window.ts";
import { pause } from "./interruption.ts";
import { findShut, loadUnlessShut } from "./leave-out.ts";
import { failSlice } from "./load-slice.ts";
import { mayAskSync } from "./method.ts";
import { isAnalytics, parentNames, scopeId } from "./plan.ts";
import type { AnalyticsSlice } from "./plan-analytics.ts";
import type { Planned, PlannedSlice, Run } from "./run-state.ts";

/** How often a window that another run is at is tried again. */
const WINDOW_POLL_MS = 500;

/**
 * Loads slices side by side, each after what it needs. A list whose parent was not loaded is skipped: asked with
 * stale parents it would take rows for deleted that were only not asked for. Metrics that are asked by id wait for
 * the list of their entities, and go on with the ids that are known if it fails.
 */
export async function loadSlices(run: Run, slices: readonly PlannedSlice[]): Promise<void> {
  const limit = createFairLimit(run.request.concurrency);
  const lists = new Map<string, Promise<boolean>>();
  const loads = slices.map((slice) => {
    const parents = parentNames(slice.resource).map((name) => lists.get(`${name}:${scopeId(slice)}`));
    if (isAnalytics(slice)) return loadWindow(run, slice, parents, limit);
    const load = loadAfter(run, slice, parents, limit);
    lists.set(`${slice.resource.name}:${scopeId(slice)}`, load);
    return load;
  });
  await Promise.all(loads);
}

/** A window that another run is at gives its place to other slices until the other one is done. */
async function loadWindow(
  run: Run,
  slice: Planned<AnalyticsSlice>,
  lists: readonly (Promise<boolean> | undefined)[],
  limit: FairLimit,
): Promise<boolean> {
  if (mayAskSync(slice.resource, run.request.analytics)) await Promise.all(lists);
  let deadline: number | undefined;
  try {
    for (;;) {
      const loaded = await limit(slice.resource.category, async () => {
        if (run.signal.aborted) return false;
        const release = await holdWindow(run, slice);
        return release && loadUnlessShut(run, slice).finally(release);
      });
      if (loaded !== undefined) return loaded;
      // From the first refusal on: a place among the slices may take hours to come.
      deadline ??= Date.now() + run.request.analytics.reportTimeoutMs;
      if (Date.now() >= deadline) {
        await failSlice(run, slice, await describeHolder(run, slice));
        return false;
      }
      await pause(WINDOW_POLL_MS, run.signal);
    }
  } catch (error) {
    if (run.signal.aborted) return false;
    // Without the connection that holds the locks nothing can go on; the slice is told why.
    await failSlice(run, slice, asConnectorError(error));
    return false;
  }
}

async function loadAfter(
  run: Run,
  slice: PlannedSlice,
  parents: readonly (Promise<boolean> | undefined)[],
  limit: FairLimit,
): Promise<boolean> {
  const loaded = await Promise.all(parents);
  if (run.signal.aborted || !loaded.includes(false) || (await findShut(run, slice)))
    return limit(slice.resource.category, () => loadUnlessShut(run, slice));
  const needed = parentNames(slice.resource).join(" and ");
  const error = new ConnectorError("parent_failed", `${slice.resource.name} needs ${needed}, which failed`, {
    nextStep: "See the failure of the parent; the next run loads both.",
  });
  await failSlice(run, slice, error);
  return false;
}
