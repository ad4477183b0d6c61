import { randomUUID } from "node:crypto";
import { readAnalyticsSettings } from "../analytics-config.ts";
import type { Config } from "../config.ts";
import type { OpenWarehouse } from "../context.ts";
import type { Logger } from "../logger.ts";
import { longestWindow } from "../resources/attribution.ts";
import { createObserver } from "../serve/health/observe.ts";
import { checkReadiness } from "../serve/health/readiness.ts";
import { startHeartbeat } from "../serve/heartbeat.ts";
import { startServer } from "../serve/http/server.ts";
import { createLeadership } from "../serve/leadership.ts";
import { createMaintenance } from "../serve/maintenance.ts";
import { createMetrics, type Metrics } from "../serve/metrics/metrics.ts";
import { pageRoutes } from "../serve/page/routes.ts";
import { createScheduler, type Scheduler } from "../serve/scheduler.ts";
import { type SchedulerState, STARTING } from "../serve/scheduler-state.ts";
import { readStatusDocument } from "../serve/status-document.ts";
import { readServiceSettings } from "../service-config.ts";
import { type RunReport, runSync } from "../sync/run.ts";
import type { SyncRequest } from "../sync/run-state.ts";
import { VERSION } from "../version.ts";
import { asWarehouseError } from "../warehouse/connection-error.ts";
import type { RunLocks } from "../warehouse/locks.ts";
import { sweepBriefly } from "./aftercare.ts";
import { openAlerts } from "./alerts.ts";
import { createPinterestHolder, type PinterestHolder } from "./pinterest-holder.ts";
import { configuredResources, selectAccounts, selectResources } from "./select.ts";

export interface ServiceOptions {
  readonly config: Config;
  readonly open: OpenWarehouse;
  readonly logger: Logger;
  /** Aborted when the process is to end. */
  readonly signal: AbortSignal;
}

/** The schedule, and what is seen of it from outside. */
export interface Service {
  /** From now on runs are started. */
  begin(): void;
  isRunning(): boolean;
  /** Waits for the run that the signal has stopped, and closes everything. */
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** A refresh token dies 60 days after its last use, and a third of that leaves time to see to what keeps it from being used. */
const TOKEN_AGE_MAX_MS = 20 * DAY_MS;

/** Answers over HTTP at once, so that probes see a connector that waits for its database; runs start with `begin`. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { config, open, logger } = options;
  const { warehouse } = open;
  const settings = readServiceSettings(config);
  const resources = selectResources(undefined, config);
  const accountIds = selectAccounts(undefined, config);
  const holder: { scheduler?: Scheduler } = {};
  const state = () => holder.scheduler?.state() ?? STARTING;
  const { maxStalenessMs } = settings;
  const now = Date.now;
  const observe = createObserver({
    warehouse,
    resources,
    declared: configuredResources(config),
    accountIds,
    appId: config.accessToken === undefined ? config.appId : undefined,
  });
  const metrics = createMetrics({ version: VERSION, observe, scheduler: state, maxStalenessMs, now });
  const pinterest = createPinterestHolder(
    config,
    open,
    { logger, ...metrics },
    () => state().running !== undefined,
  );
  const scheduler = createServiceScheduler(options, metrics, pinterest, state);
  holder.scheduler = scheduler;
  const { attributions } = readAnalyticsSettings(config.file);
  const settledAfterDays = Math.max(...attributions.map(longestWindow));
  const page = pageRoutes(() =>
    readStatusDocument({
      warehouse,
      resources,
      accountIds,
      settings,
      usesStoredToken: config.accessToken === undefined,
      settledAfterDays,
      now,
    }),
  );
  const server = await startServer({
    port: config.port,
    login: config.statusLogin,
    statusPublic: config.statusPublic,
    logger,
    page,
    readiness: () => checkReadiness({ observe, scheduler: state, token: config, maxStalenessMs, now }),
    metrics: () => metrics.render(),
  });
  logger.info({ url: server.url }, "listening");
  let heartbeat: ReturnType<typeof startHeartbeat> | undefined;
  return {
    begin() {
      heartbeat = startHeartbeat(() => scheduler.beat(), logger);
    },
    isRunning: () => state().running !== undefined,
    async close() {
      await heartbeat?.stop();
      await scheduler.close();
      await pinterest.close();
      await server.close();
    },
  };
}

function createServiceScheduler(
  { config, open, logger, signal }: ServiceOptions,
  metrics: Metrics,
  pinterest: PinterestHolder,
  state: () => SchedulerState,
): Scheduler {
  const { warehouse } = open;
  const settings = readServiceSettings(config);
  const resources = selectResources(undefined, config);
  const accountIds = selectAccounts(undefined, config);
  const now = Date.now;
  const alerts = openAlerts(config, open, logger, state);
  const ensureToken = () => pinterest.ensureToken(TOKEN_AGE_MAX_MS, signal);
  const sweep = () => sweepBriefly(config, open, signal);

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
    settings,
    everything: {
      trigger: "schedule",
      resources,
      accountIds,
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
        { name: "retention", everyMs: DAY_MS, work: sweep },
      ],
    }),
    now,
    logger,
    signal,
  });
}
