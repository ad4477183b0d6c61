import { withMetrics } from "../../src/resources/analytics.ts";
import { type Attribution, DEFAULT_ATTRIBUTION, nameAttribution } from "../../src/resources/attribution.ts";
import type { AnalyticsResource, ListResource } from "../../src/resources/define.ts";
import { resources } from "../../src/resources/index.ts";
import { emptyTally } from "../../src/sync/slice.ts";
import { commitAnalyticsSlice } from "../../src/warehouse/commit-slice.ts";
import { type Warehouse, withConnection } from "../../src/warehouse/database.ts";
import type { Drift } from "../../src/warehouse/drift.ts";
import type { MergeCounts } from "../../src/warehouse/merge.ts";
import { compileParser, isRejection } from "../../src/warehouse/parse-record.ts";
import { insertPlannedSlices, markSliceRunning } from "../../src/warehouse/slices.ts";
import { openStage } from "../../src/warehouse/stage.ts";
import type { Way, Window } from "../../src/window.ts";
import { beginRun } from "./test-warehouse.ts";

/** A few metrics are enough to see what becomes of a row. */
const FEW = [
  "SPEND_IN_MICRO_DOLLAR",
  "IMPRESSION_1",
  "IMPRESSION_2",
  "CLICKTHROUGH_1",
  "CLICKTHROUGH_2",
  "TOTAL_CONVERSIONS",
  "TOTAL_CHECKOUT",
  "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR",
];

/** The connector's own resources, with a few metrics. */
export const measured = withMetrics(resources, FEW);
export const ALL_ASKED: readonly string[] = FEW.map((name) => name.toLowerCase());
export const DEFAULT = nameAttribution(DEFAULT_ATTRIBUTION);

export function findAnalytics(name: string): AnalyticsResource {
  const found = measured.find((resource) => resource.name === name);
  if (found?.kind !== "analytics") throw new Error(`${name} is no resource of metrics`);
  return found;
}

export function findList(name: string): ListResource {
  const found = measured.find((resource) => resource.name === name);
  if (found?.kind !== "list") throw new Error(`${name} is no list`);
  return found;
}

export interface MetricsLoad {
  readonly resource: AnalyticsResource;
  readonly window: Window;
  readonly records: readonly unknown[];
  readonly adAccountId?: string;
  readonly attribution?: Attribution;
  readonly asked?: readonly string[];
  readonly method?: Way;
  readonly fingerprints?: readonly string[];
  readonly runId?: string;
  readonly acceptEmpty?: boolean;
}

/** Loads a window of metrics as a slice of a run does: parse, stage, commit. */
export async function loadMetrics(warehouse: Warehouse, load: MetricsLoad): Promise<MergeCounts> {
  const { resource, window, records, adAccountId = "1", attribution = DEFAULT_ATTRIBUTION } = load;
  const runId = load.runId ?? (await beginRun(warehouse));
  const name = nameAttribution(attribution);
  const planned = { resource: resource.name, adAccountId, ownerUserId: undefined, window, attribution: name };
  const [sliceId = Number.NaN] = await insertPlannedSlices(warehouse, runId, [planned]);
  const given = {
    ad_account_id: adAccountId,
    attribution: name,
    click_window_days: String(attribution.click),
    engagement_window_days: String(attribution.engagement),
    view_window_days: String(attribution.view),
    conversion_report_time: attribution.reportTime,
    currency: "EUR",
  };
  return withConnection(warehouse, async (client) => {
    await markSliceRunning(client, sliceId);
    const stage = await openStage(client, resource);
    const parse = compileParser(resource);
    const drift: Drift = new Map();
    try {
      for (const record of records) {
        const parsed = parse(record, given);
        if (isRejection(parsed)) await stage.reject(parsed);
        else {
          for (const { field, type } of parsed.drift) drift.set(field, { type, records: 1 });
          await stage.add(parsed);
        }
      }
      return await commitAnalyticsSlice({
        client,
        schema: warehouse.schema,
        stage,
        runId,
        sliceId,
        tally: { ...emptyTally(), records: records.length },
        drift,
        acceptEmpty: load.acceptEmpty ?? false,
        resource,
        adAccountId,
        attribution: name,
        window,
        method: load.method ?? "report",
        asked: load.asked ?? ALL_ASKED,
        fingerprints: load.fingerprints ?? [],
      });
    } finally {
      await stage.drop();
    }
  });
}
