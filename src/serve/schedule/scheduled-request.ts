import type { Resource } from "../../resources/define.ts";
import { refreshes, type ScheduleGroup, type ScheduleName } from "../../schedules.ts";
import type { SyncRequest } from "../../sync/run-state.ts";

/** What the resource is kept fresh with. */
export function groupOf({ kind, scope }: Resource): ScheduleGroup {
  if (kind === "analytics") return "analytics";
  return scope === "owner" ? "catalogs" : "entities";
}

/**
 * One run for everything that is due, out of a request for all there is. Metrics are read back over the whole
 * lookback when `analytics` is due, else over `recentDays`; days that were never loaded come along in both.
 */
export function requestFor(
  due: readonly ScheduleName[],
  everything: SyncRequest,
  recentDays: number,
): SyncRequest {
  const { analytics } = everything;
  const lookbackDays = due.includes("analytics")
    ? analytics.lookbackDays
    : Math.min(recentDays, analytics.lookbackDays);
  return {
    ...everything,
    schedules: due,
    resources: everything.resources.filter((resource) =>
      due.some((schedule) => refreshes(schedule, groupOf(resource))),
    ),
    analytics: { ...analytics, lookbackDays },
  };
}
