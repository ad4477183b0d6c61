import type { Resource } from "../../resources/define.ts";
import type { ScheduleName } from "../../schedules.ts";
import type { SyncRequest } from "../../sync/run-state.ts";

/** Which schedule refreshes a resource, but for the last days of metrics, which `recent_analytics` refreshes as well. */
export function scheduleOf({ kind, scope }: Resource): "entities" | "catalogs" | "analytics" {
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
    resources: everything.resources.filter((resource) => isDue(resource, due)),
    analytics: { ...analytics, lookbackDays },
  };
}

function isDue(resource: Resource, due: readonly ScheduleName[]): boolean {
  const schedule = scheduleOf(resource);
  return due.includes(schedule) || (schedule === "analytics" && due.includes("recent_analytics"));
}
