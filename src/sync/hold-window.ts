import { nameAttribution } from "../resources/attribution.ts";
import { windowLocks } from "../warehouse/locks.ts";
import type { AnalyticsSlice } from "./plan-analytics.ts";
import type { Run } from "./run-state.ts";

/** Lets go of a window that this run has held. */
export type ReleaseWindow = () => Promise<void>;

/**
 * Takes the months that a slice of metrics touches, all of them or none; undefined when another run is at one of
 * them. So a backfill and a scheduled sync take turns slice by slice, and neither writes what the other has read
 * before. Slices of the same run do not keep each other out: their windows never overlap.
 */
export async function holdWindow(run: Run, slice: AnalyticsSlice): Promise<ReleaseWindow | undefined> {
  const { resource, adAccountId, attribution, window } = slice;
  const names = windowLocks(resource.name, {
    adAccountId,
    attribution: nameAttribution(attribution),
    window,
  });
  const held: string[] = [];
  const release = async () => {
    for (const name of held) await run.locks.release(name);
  };
  for (const name of names) {
    if (!(await run.locks.tryAcquire(name))) {
      await release();
      return undefined;
    }
    held.push(name);
  }
  return release;
}
