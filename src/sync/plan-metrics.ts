import { nameAttribution } from "../resources/attribution.ts";
import type { AnalyticsResource } from "../resources/define.ts";
import { readBackfilledSlices } from "../warehouse/backfills.ts";
import { readLoadedDays } from "../warehouse/loaded-days.ts";
import { dayOf, type Window } from "../window.ts";
import { type AnalyticsSlice, planBackfill, planSync } from "./plan-analytics.ts";
import type { Run, SyncRequest } from "./run-state.ts";

/** What a run is to read of the metrics, and how many windows of it earlier backfills have loaded. */
export interface MetricsPlan {
  readonly slices: readonly AnalyticsSlice[];
  readonly loadedBefore: number;
}

/** What planning needs of a run; a dry run has no more than this. */
export type PlanningRun = Pick<Run, "request" | "warehouse" | "now"> & {
  readonly accounts: ReadonlyMap<string, unknown>;
};

/** The windows that a run has to read, by what the books say is loaded. */
export async function planMetrics(
  run: PlanningRun,
  resources: readonly AnalyticsResource[],
): Promise<MetricsPlan> {
  const { backfill, analytics: settings } = run.request;
  const accounts = [...run.accounts.keys()].map((id) => ({ id }));
  const common = { resources, accounts, settings, today: dayOf(run.now()) };
  if (!backfill) return { slices: await planLookback(run, common), loadedBefore: 0 };
  const loaded = backfill.restart
    ? []
    : await readBackfilledSlices(run.warehouse, identifyBackfill(run.request), common.today);
  const byPlace = Map.groupBy(loaded, identifyPlace);
  let loadedBefore = 0;
  const done = (resource: string, adAccountId: string, attribution: string, { from, to }: Window) => {
    const windows = byPlace.get(identifyPlace({ resource, adAccountId, attribution })) ?? [];
    // A longer window of another range holds this one as well.
    const isLoaded = windows.some(({ window }) => window.from <= from && window.to >= to);
    if (isLoaded) loadedBefore += 1;
    return isLoaded;
  };
  const slices = planBackfill({ ...common, window: backfill.window, order: backfill.order, done });
  return { slices, loadedBefore };
}

/**
 * What makes windows of one backfill good for another: what is asked of them. Days, resources, accounts and
 * attribution settings may differ, for their slices are told apart one by one.
 */
export function identifyBackfill({ analytics }: SyncRequest) {
  return {
    metrics: analytics.metrics.toSorted(),
    targeting_types: analytics.targetingTypes.toSorted(),
  };
}

async function planLookback(
  run: Pick<Run, "warehouse">,
  common: Omit<Parameters<typeof planSync>[0], "loadedDays">,
): Promise<AnalyticsSlice[]> {
  const loaded = new Map<string, readonly string[]>();
  for (const { name } of common.resources)
    for (const { id } of common.accounts)
      for (const setting of common.settings.attributions) {
        const attribution = nameAttribution(setting);
        loaded.set(
          `${name} ${id} ${attribution}`,
          await readLoadedDays(run.warehouse, name, id, attribution),
        );
      }
  const loadedDays = (resource: string, adAccountId: string, attribution: string) =>
    loaded.get(`${resource} ${adAccountId} ${attribution}`) ?? [];
  return planSync({ ...common, loadedDays });
}

/** What tells windows apart beside their days. */
interface Place {
  readonly resource: string;
  readonly adAccountId: string;
  readonly attribution: string;
}

function identifyPlace({ resource, adAccountId, attribution }: Place): string {
  return [resource, adAccountId, attribution].join(" ");
}
