import { withMetrics } from "../../src/resources/analytics.ts";
import type { AnalyticsSettings } from "../../src/resources/analytics-settings.ts";
import { DEFAULT_ATTRIBUTION } from "../../src/resources/attribution.ts";
import type { Resource } from "../../src/resources/define.ts";
import { resources as coreResources } from "../../src/resources/index.ts";
import type { RecordedRequest } from "../../src/simulator/recorder.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/simulator.ts";
import type { RunReport } from "../../src/sync/run.ts";
import type { SyncRequest } from "../../src/sync/run-state.ts";
import { addDays, type Day, dayOf } from "../../src/window.ts";
import { type AlterAnswer, startAlteredPinterest } from "./altered-pinterest.ts";
import { createDatabase } from "./database.ts";
import { findMetricDifferences, METRIC_TABLES, type MetricsScope } from "./metrics-truth.ts";
import { openSync, type SyncUnderTest, type SyncUnderTestOptions } from "./sync.ts";

/** A few metrics of every kind: amounts, counts, conversions by kind and their value. */
export const SOME_METRICS = [
  "SPEND_IN_MICRO_DOLLAR",
  "IMPRESSION_1",
  "IMPRESSION_2",
  "CLICKTHROUGH_1",
  "TOTAL_CONVERSIONS",
  "TOTAL_CLICK_CHECKOUT",
  "TOTAL_VIEW_CHECKOUT",
  "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR",
];
/** Noon of a day after a leap day; the days before it lie in two months. */
export const NOON = Date.UTC(2024, 2, 4, 12);
const DAY_MS = 86_400_000;

/** Small, with campaigns that promote products and ads on most days. */
const SMALL = {
  accounts: 1,
  campaigns: 4,
  adGroupsPerCampaign: 1,
  adsPerAdGroup: 2,
  others: 0,
  deliveringShare: 0.8,
};

export interface MetricsUnderTest extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly subject: SyncUnderTest;
  /** What the runs know, with the metrics of `settings`. */
  readonly resources: readonly Resource[];
  /** What a run is asked unless it is told otherwise. */
  readonly settings: AnalyticsSettings;
  /** The day so many days before the one that it is now. */
  daysAgo(days: number): Day;
  /** Lets days go by, for Pinterest and for the runs. */
  pass(days: number): void;
  /** A run of these tables, such as `ad_analytics`, with the lists that they need. */
  run(
    tables: readonly string[],
    settings?: Partial<AnalyticsSettings>,
    request?: RunOptions,
  ): Promise<RunReport>;
  /** See `findMetricDifferences`; without `scope` the days from the settings' first day on. */
  differences(tables: readonly string[], scope?: Partial<MetricsScope>): Promise<string[]>;
  /** Requests that were received since `forget` was called, but for tokens. */
  asked(): RecordedRequest[];
  forget(): void;
  /** As if nothing was ever loaded; what lists hold stays. */
  clear(): Promise<void>;
}

export type RunOptions = Partial<Omit<SyncRequest, "resources" | "analytics">> & {
  readonly signal?: AbortSignal;
};

export interface MetricsUnderTestOptions {
  /** A database of `createDatabase`; one of its own when absent. */
  readonly url?: string;
  readonly world?: SimulatorOptions;
  readonly settings?: Partial<AnalyticsSettings>;
  /** Epoch milliseconds to begin with. */
  readonly now?: number;
  readonly sync?: Partial<SyncUnderTestOptions>;
  /** Changes what the simulator answers; see `startAlteredPinterest`. */
  readonly alter?: AlterAnswer;
}

/**
 * A simulator and a migrated warehouse of its own whose runs load metrics of the last days: five, and two of them are
 * read again, unless `settings` say otherwise. Reports are finished at once, and what day it is is up to the test.
 */
export async function openMetrics(options: MetricsUnderTestOptions = {}): Promise<MetricsUnderTest> {
  let now = options.now ?? NOON;
  let forgotten = 0;
  const clock = () => now;
  const daysAgo = (days: number) => addDays(dayOf(now), -days);
  const settings: AnalyticsSettings = {
    startDate: daysAgo(4),
    lookbackDays: 2,
    metrics: SOME_METRICS,
    targetingTypes: ["GENDER", "LOCATION"],
    method: "auto",
    attributions: [DEFAULT_ATTRIBUTION],
    reportTimeoutMs: 60_000,
    ...options.settings,
  };
  const resources = withMetrics(coreResources, settings.metrics);
  const database = options.url === undefined ? await createDatabase() : undefined;
  const url = options.url ?? database?.url ?? "";
  const real = await startSimulator({ ...SMALL, reportPolls: 0, now: clock, ...options.world });
  const altered = options.alter && (await startAlteredPinterest(real, options.alter));
  const simulator = altered?.simulator ?? real;
  const subject = await openSync({ url, simulator, resources, now: clock, ...options.sync });
  return {
    simulator,
    subject,
    resources,
    settings,
    daysAgo,
    pass: (days) => {
      now += days * DAY_MS;
    },
    run: (tables, some = {}, { signal, ...request } = {}) =>
      subject.sync(
        {
          ...request,
          resources: resources.filter(({ name }) => tables.includes(name)),
          analytics: { ...settings, ...some },
        },
        signal,
      ),
    differences: (tables, scope = {}) =>
      findMetricDifferences(subject, {
        tables,
        from: settings.startDate ?? daysAgo(0),
        to: daysAgo(0),
        metrics: settings.metrics,
        attributions: settings.attributions,
        targetingTypes: settings.targetingTypes,
        ...scope,
      }),
    asked: () =>
      simulator.requests.filter(({ number, path }) => number > forgotten && path !== "/oauth/token"),
    forget: () => {
      forgotten = simulator.requests.at(-1)?.number ?? 0;
    },
    clear: async () => {
      const tables = [
        ...METRIC_TABLES,
        "loaded_days",
        "running_reports",
        "refused_metrics",
        "reconciliation",
      ];
      await subject.query(`truncate ${tables.map((name) => `pinterest_ads_${name}`).join(", ")}`);
    },
    async [Symbol.asyncDispose]() {
      await subject[Symbol.asyncDispose]();
      await altered?.[Symbol.asyncDispose]();
      await real.close();
      await database?.drop();
    },
  };
}
