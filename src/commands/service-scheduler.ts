import { randomUUID } from "node:crypto";
import { readAnalyticsSettings } from "../analytics-config.ts";
import type { Config } from "../config.ts";
import type { OpenWarehouse } from "../context.ts";
import type { Logger } from "../logger.ts";
import type { Clock } from "../pinterest/clock.ts";
import type { Metrics } from "../serve/metrics/metrics.ts";
import { createLeadership } from "../serve/schedule/leadership.ts";
import { createMaintenance } from "../serve/schedule/maintenance.ts";
import { createScheduler, type Scheduler } from "../serve/schedule/scheduler.ts";
import type { SchedulerState } from "../serve/schedule/scheduler-state.ts";
import { readServiceSettings } from "../service-config.ts";
import { type RunReport, runSync } from "../sync/run.ts";
import type { SyncRequest } from "../sync/run-state.ts";
import { VERSION } from "../version.ts";
import { asWarehouseError } from "../warehouse/connection-error.ts";
import type { RunLocks } from "../warehouse/locks.ts";
import { sweepBriefly } from "./aftercare.ts";
import { openAlerts } from "./alerts.ts";
import type { PinterestHolder } from "./pinterest-holder.ts";
import { configuredResources, selectAccounts, selectResources } from "./select.ts";

/** What the scheduler works with. */
export interface SchedulerParts {
  readonly config: Config;
  readonly open: OpenWarehouse;
  readonly logger: Logger;
  /** Aborted when the process is to end. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly pinterest: PinterestHolder;
  /** Of the scheduler that is made. */
  readonly state: () => SchedulerState;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A refresh token dies 60 days after its last use, and a third of that leaves time to see to what keeps it from being used. */
const TOKEN_AGE_MAX_MS = 20 * DAY_MS;

/** The scheduler of this configuration; in between its runs it sees to the token, alerts and old books. */
export function createServiceScheduler(parts: SchedulerParts): Scheduler {
  const { config, open, logger, signal, metrics, pinterest, state } = parts;
  const { warehouse } = open;
  const { now } = parts.clock;
  const alerts = openAlerts(config, open, logger, { state, now });
  const ensureToken = () => pinterest.ensureToken(TOKEN_AGE_MAX_MS, signal);

  async function run(request: SyncRequest, locks: RunLocks): Promise<RunReport> {
    const startedAt = performance.now();
    const count = (report: Pick<RunReport, "status">) =>
      metrics.onRun(report, request.trigger, performance.now() - startedAt);
    const context = {
      resources: configuredResources(config),
      now,
      warehouse,
      pinterest: pinterest.get(),
      logger,
      version: VERSION,
      signal,
      onEvent: metrics.onEvent,
      locks,
    };
    try {
      const report = await runSync(context, request);
      count(report);
      return report;
    } catch (error) {
      count({ status: "failed" });
      throw error;
    }
  }

  return createScheduler({
    id: randomUUID(),
    version: VERSION,
    warehouse,
    leadership: createLeadership(warehouse, signal),
    settings: readServiceSettings(config),
    everything: {
      trigger: "schedule",
      resources: selectResources(undefined, config),
      accountIds: selectAccounts(undefined, config),
      acceptEmpty: false,
      concurrency: config.file.concurrency,
      analytics: readAnalyticsSettings(config.file),
    },
    run,
    ensureToken,
    maintain: createMaintenance({
      now,
      logger,
      signal,
      describe: (error) => asWarehouseError(error, warehouse.url),
      jobs: [
        { name: "token", everyMs: HOUR_MS, work: ensureToken },
        { name: "alerts", everyMs: 0, work: () => alerts.check(signal) },
        { name: "retention", everyMs: DAY_MS, work: () => sweepBriefly(config, open, signal) },
      ],
    }),
    onLook: (problem) => alerts.watchWarehouse(problem, signal),
    now,
    logger,
    signal,
  });
}
