import type { AnalyticsResource, ListResource, Resource } from "../resources/define.ts";
import { findMissing, findOrphans, insertStubs, type StubRequest } from "../warehouse/orphans.ts";
import type { Window } from "../window.ts";
import { loadSlice } from "./load-slice.ts";
import type { ListSlice } from "./plan.ts";
import { planInBooks, type Run } from "./run-state.ts";

/**
 * Sees to it that every entity with metrics has a row in its own table, so that no spend is orphaned: what no list
 * held is asked for by id, and what Pinterest no longer gives becomes a row that holds only its ids. False when that
 * failed for some.
 */
export async function hydrateEntities(
  run: Run,
  analytics: AnalyticsResource,
  adAccountId: string,
  window: Window,
): Promise<boolean> {
  const entities = listEntities(run.resources);
  const orphans = await findOrphans(run.warehouse, analytics, entities, adAccountId, window);
  let whole = true;
  for (const entity of entities) {
    const ids = orphans.get(entity.name) ?? [];
    if (ids.length > 0 && !(await hydrate(run, { analytics, entity, adAccountId, window, ids })))
      whole = false;
  }
  return whole;
}

/** Lists that can be asked by id; which of them the metrics name is for `findOrphans` to tell. */
function listEntities(resources: readonly Resource[]): ListResource[] {
  return resources.filter(
    (resource): resource is ListResource => resource.kind === "list" && resource.idFilter !== undefined,
  );
}

async function hydrate(run: Run, orphans: Omit<StubRequest, "runId">): Promise<boolean> {
  run.signal.throwIfAborted();
  const { entity, adAccountId, ids } = orphans;
  const slice: ListSlice = { resource: entity, adAccountId, ownerUserId: undefined, ids };
  const [planned] = await planInBooks(run, [slice]);
  if (!planned || !(await loadSlice(run, planned))) return false;
  const gone = await findMissing(run.warehouse, entity, adAccountId, ids);
  if (gone.length === 0) return true;
  const stubs = await insertStubs(run.warehouse, { ...orphans, ids: gone, runId: run.id });
  run.logger.warn(
    { resource: entity.name, ad_account_id: adAccountId, stubs },
    "entities with metrics that Pinterest no longer gives",
  );
  return true;
}
