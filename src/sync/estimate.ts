import { PAGE_SIZE } from "../pinterest/list.ts";
import type { AnalyticsSettings } from "../resources/analytics-settings.ts";
import { type Warehouse, withConnection } from "../warehouse/database.ts";
import { countEntityIds } from "../warehouse/entity-ids.ts";
import { countLiveRows } from "../warehouse/merge.ts";
import { readParentValues } from "../warehouse/parents.ts";
import type { Day, Way } from "../window.ts";
import { chooseMethod, countCalls } from "./method.ts";
import { isAnalytics, type ListSlice, type Slice, scopeId } from "./plan.ts";
import type { AnalyticsSlice } from "./plan-analytics.ts";

/** What a slice will cost, judged before it is asked for. */
export interface SliceEstimate {
  readonly slice: Slice;
  /** API calls at least: repeated requests come on top, and Pinterest may hold more than at the last load. */
  readonly calls: number;
  /** How metrics are asked for; undefined for a list. */
  readonly way: Way | undefined;
}

interface EstimateContext {
  readonly warehouse: Warehouse;
  readonly settings: AnalyticsSettings;
  /** The day in UTC. */
  readonly today: Day;
}

/** Estimates slices by what the warehouse holds, in their order. Nothing is asked of Pinterest. */
export async function estimateSlices(
  context: EstimateContext,
  slices: readonly Slice[],
): Promise<SliceEstimate[]> {
  const countIds = openIdCounts(context.warehouse);
  const estimates: SliceEstimate[] = [];
  for (const slice of slices)
    if (isAnalytics(slice)) {
      const knownIds = await countIds(slice);
      estimates.push({ slice, ...estimateWindow(context, slice, knownIds) });
    } else estimates.push({ slice, calls: await estimateList(context.warehouse, slice), way: undefined });
  return estimates;
}

function estimateWindow(
  { settings, today }: EstimateContext,
  { resource, window }: AnalyticsSlice,
  knownIds: number | undefined,
): { calls: number; way: Way } {
  const question = { resource, window, settings, knownIds };
  const way = chooseMethod({ ...question, refusedReports: false, today });
  return { calls: countCalls(question, way), way };
}

/** Counts the entities of a level and account once, however many windows ask. */
function openIdCounts(warehouse: Warehouse): (slice: AnalyticsSlice) => Promise<number | undefined> {
  const counts = new Map<string, Promise<number>>();
  return async ({ resource, adAccountId }) => {
    const list = resource.entity?.resource;
    if (list === undefined) return undefined;
    const key = `${list} ${adAccountId}`;
    const count = counts.get(key) ?? countEntityIds(warehouse, list, adAccountId);
    counts.set(key, count);
    return count;
  };
}

async function estimateList(warehouse: Warehouse, slice: ListSlice): Promise<number> {
  const { resource } = slice;
  const scope = scopeId(slice);
  return withConnection(warehouse, async (client) => {
    const parents =
      resource.parent && scope !== undefined ? await readParentValues(client, resource, scope) : [""];
    if (resource.listing === "first_page") return parents.length;
    const live = await countLiveRows(client, resource, scope);
    if (resource.parent) return parents.length + Math.floor(live / PAGE_SIZE);
    return Math.max(1, Math.ceil(live / PAGE_SIZE));
  });
}
