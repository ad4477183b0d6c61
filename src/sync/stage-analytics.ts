import { findRefusedColumns } from "../pinterest/refused-columns.ts";
import { nameAttribution } from "../resources/attribution.ts";
import type { AnalyticsResource } from "../resources/define.ts";
import { metrics } from "../resources/metrics.ts";
import { countEntityIds } from "../warehouse/entity-ids.ts";
import { readRefusedMetrics, recordRefusedMetrics } from "../warehouse/refused-metrics.ts";
import type { SliceTally } from "../warehouse/slices.ts";
import { dayOf, type Way } from "../window.ts";
import type { Intake } from "./intake.ts";
import { chooseMethod } from "./method.ts";
import type { AnalyticsSlice } from "./plan-analytics.ts";
import type { Planned, Run } from "./run-state.ts";
import { isReportRefused, stageReports } from "./stage-reports.ts";
import { stageSyncAnalytics } from "./stage-sync-analytics.ts";

/** How a slice of metrics was read. */
export interface AnalyticsRead {
  readonly method: Way;
  /** Columns that were asked for, so that others keep what they hold. */
  readonly asked: readonly string[];
  /** Targeting types of the level that were not asked for, so that their rows stay. */
  readonly unaskedTypes: readonly string[];
  /** Of the reports that were read, to be forgotten once their rows are visible. */
  readonly fingerprints: readonly string[];
}

/** What Pinterest refuses is asked for again after this time: it may have become available. */
const REFUSAL_DAYS = 7;
const DAY_MS = 86_400_000;

/**
 * Reads a slice of metrics into the stage, by the way that needs fewer calls. Metrics that Pinterest refuses at
 * this level are left out, which is written down, and the slice goes on without them; where an account may not
 * create reports, the synchronous endpoint is asked if it reaches that far back.
 */
export async function stageAnalytics(
  run: Run,
  slice: Planned<AnalyticsSlice>,
  intake: Intake,
  tally: SliceTally,
): Promise<AnalyticsRead> {
  const start = await intake.mark();
  const method = await choose(run, slice);
  try {
    return await stageBy(method, run, slice, intake, tally);
  } catch (error) {
    if (method === "sync" || !isReportRefused(error)) throw error;
    run.withoutReports.add(slice.adAccountId);
    if ((await choose(run, slice)) === "report") throw error;
    run.logger.warn(
      { resource: slice.resource.name, ad_account_id: slice.adAccountId, err: error },
      "reports refused, asking the synchronous endpoint",
    );
    await intake.rewind(start);
    return stageBy("sync", run, slice, intake, tally);
  }
}

async function choose(run: Run, slice: AnalyticsSlice): Promise<Way> {
  const { resource, adAccountId, window } = slice;
  const entity = resource.entity?.resource;
  return chooseMethod({
    resource,
    window,
    settings: run.request.analytics,
    knownIds: entity === undefined ? undefined : await countEntityIds(run.warehouse, entity, adAccountId),
    refusedReports: run.withoutReports.has(adAccountId),
    today: dayOf(run.now()),
  });
}

async function stageBy(
  method: Way,
  run: Run,
  slice: Planned<AnalyticsSlice>,
  intake: Intake,
  tally: SliceTally,
): Promise<AnalyticsRead> {
  const { resource, adAccountId } = slice;
  const since = new Date(run.now() - REFUSAL_DAYS * DAY_MS);
  const refused = new Set(await readRefusedMetrics(run.warehouse, resource.name, adAccountId, method, since));
  const known = listColumns(slice).filter((name) => metrics.get(name)?.[method]);
  const stage = method === "sync" ? stageSyncAnalytics : stageReports;
  const given = describeSlice(run, slice);
  const start = await intake.mark();
  for (;;) {
    const wanted = known.filter((name) => !refused.has(name));
    intake.readAs(withZeros(resource, wanted));
    try {
      const fingerprints = await stage({ run, slice, columns: wanted, given, intake, tally });
      const asked = wanted.map((name) => name.toLowerCase());
      return { method, asked, unaskedTypes: listUnaskedTypes(slice, run, method), fingerprints };
    } catch (error) {
      const more = findRefusedColumns(error, wanted);
      if (more.length === 0 || more.length === wanted.length) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      await recordRefusedMetrics(run.warehouse, {
        resource: resource.name,
        adAccountId,
        method,
        metrics: more,
        reason,
        runId: run.id,
      });
      run.logger.warn(
        { resource: resource.name, ad_account_id: adAccountId, metrics: more },
        "metrics refused",
      );
      for (const name of more) refused.add(name);
      await intake.rewind(start);
    }
  }
}

/**
 * Pinterest leaves out what is zero, one way of asking more often than the other: of a metric that was asked for and
 * adds up, nothing means 0. Null then says that it was not asked for.
 */
function withZeros(resource: AnalyticsResource, asked: readonly string[]): AnalyticsResource {
  const columns = resource.columns.map((column) => {
    const [name = ""] = column.path;
    return asked.includes(name) && metrics.get(name)?.additive ? { ...column, absent: "0" } : column;
  });
  return { ...resource, columns };
}

/** Ids and metrics that the table of the slice has columns for, ids first. */
function listColumns({ resource }: AnalyticsSlice): string[] {
  const fields = resource.columns.flatMap(({ path: [field] }) =>
    field !== undefined && metrics.has(field) ? [field] : [],
  );
  return [...new Set([...resource.identity, ...fields])];
}

function listUnaskedTypes({ resource }: AnalyticsSlice, { request }: Run, method: Way): string[] {
  const { sync = [], report = [] } = resource.targetingTypes ?? {};
  const known = new Set(method === "sync" ? sync : report);
  const asked = new Set(request.analytics.targetingTypes.filter((type) => known.has(type)));
  return [...new Set([...sync, ...report])].filter((type) => !asked.has(type));
}

/** What every row of the slice has in common. */
function describeSlice(run: Run, { adAccountId, attribution }: AnalyticsSlice): Record<string, string> {
  const currency = run.accounts.get(adAccountId)?.currency;
  return {
    ad_account_id: adAccountId,
    attribution: nameAttribution(attribution),
    click_window_days: String(attribution.click),
    engagement_window_days: String(attribution.engagement),
    view_window_days: String(attribution.view),
    conversion_report_time: attribution.reportTime,
    ...(currency ? { currency } : {}),
  };
}
