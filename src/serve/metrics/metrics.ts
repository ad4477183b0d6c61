import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Observation } from "../health/observe.ts";
import type { SchedulerState } from "../schedule/scheduler-state.ts";
import { type ClientCounters, countClient } from "./client-counters.ts";
import { PREFIX } from "./prefix.ts";
import { countRuns, type RunHooks } from "./run-counters.ts";
import { createStateGauges } from "./state-gauges.ts";

export interface MetricsOptions {
  readonly version: string;
  readonly observe: () => Promise<Observation>;
  readonly scheduler: () => SchedulerState;
  readonly maxStalenessMs: number;
  /** Epoch milliseconds, as the lives of tokens are counted. */
  readonly now: () => number;
}

/** What Prometheus scrapes, and what is to be told so that it counts: by the client, and about the runs. */
export interface Metrics extends ClientCounters, RunHooks {
  readonly registry: Registry;
  /**
   * In Prometheus' text format. Without the database what the process itself knows is there all the same, and
   * pinterest_ads_database_up is 0.
   */
  render(): Promise<string>;
}

/** Counts from 0; two of them know nothing of each other. Process metrics keep the names that dashboards expect. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: `${PREFIX}build_info`,
    help: "Always 1; the version of the connector is the label.",
    labelNames: ["version"],
    registers: [registry],
  }).set({ version: options.version }, 1);
  const gauges = createStateGauges(registry);
  return {
    registry,
    ...countClient(registry),
    ...countRuns(registry),
    async render() {
      const observation = await options.observe();
      gauges.set(observation, options.scheduler(), options.maxStalenessMs, options.now());
      return registry.metrics();
    },
  };
}
