import { ConnectorError } from "../errors.ts";
import { readAnalytics } from "../pinterest/analytics.ts";
import { chunkIds } from "../pinterest/id-chunks.ts";
import { isListLoaded } from "../warehouse/cursors.ts";
import { readEntityIds } from "../warehouse/entity-ids.ts";
import type { AnalyticsReading } from "./analytics-reading.ts";
import { countIdsPerCall } from "./method.ts";
import { fillPath } from "./stage-list.ts";

/**
 * Reads a slice from the synchronous endpoint: all entities that the warehouse knows of the account, archived and
 * deleted ones included, so many a call as fit. Returns no fingerprints, for there are no reports.
 */
export async function stageSyncAnalytics(reading: AnalyticsReading): Promise<string[]> {
  const { run, slice, columns, given, intake, tally } = reading;
  const { resource, adAccountId, attribution, window } = slice;
  const { sync, targetingTypes, entity } = resource;
  if (!sync) throw new Error(`${resource.name} has no synchronous endpoint`);
  const types = run.request.analytics.targetingTypes.filter((type) => targetingTypes?.sync.includes(type));
  if (targetingTypes && types.length === 0) return [];
  const request = {
    path: fillPath(sync.path, { ad_account_id: adAccountId }),
    query: {
      start_date: window.from,
      end_date: window.to,
      granularity: "DAY",
      columns: columns.join(","),
      click_window_days: String(attribution.click),
      engagement_window_days: String(attribution.engagement),
      view_window_days: String(attribution.view),
      conversion_report_time: attribution.reportTime,
      ...(targetingTypes && { targeting_types: types.join(",") }),
    },
    category: resource.category,
    oauthScopes: resource.oauthScopes,
    signal: run.signal,
    onCall() {
      tally.apiCalls += 1;
    },
  };
  for (const query of await planQueries()) {
    const rows = await readAnalytics(run.pinterest, { ...request, query });
    tally.pages += 1;
    await intake.take(rows, given);
  }
  return [];

  async function planQueries() {
    const { idsParameter } = sync ?? {};
    const { column, resource: list } = entity ?? {};
    if (idsParameter === undefined || column === undefined || list === undefined) return [request.query];
    const measured = { analytics: resource, entity: { column, resource: list }, adAccountId, window };
    if (!(await isListLoaded(run.warehouse, list, adAccountId))) throw idsUnknown(resource.name, list);
    const ids = await readEntityIds(run.warehouse, measured);
    const maxIds = countIdsPerCall({ resource, window, settings: run.request.analytics });
    const chunks = chunkIds({ ...request, idsParameter, ids, maxIds });
    return chunks.map((chunk) => ({ ...request.query, [idsParameter]: chunk }));
  }
}

/** Asked for no ids, or for the few that metrics have brought up, the days would pass for loaded. */
function idsUnknown(resource: string, list: string): ConnectorError {
  return new ConnectorError(
    "parent_failed",
    `${resource} is asked by id, and no list of ${list} was loaded yet`,
    {
      nextStep: `Run first: pinterest-ads sync --resource ${list}`,
    },
  );
}
