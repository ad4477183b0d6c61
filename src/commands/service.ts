import { type Clock, systemClock } from "../pinterest/clock.ts";
import { createObserver } from "../serve/health/observe.ts";
import { checkReadiness } from "../serve/health/readiness.ts";
import { startServer } from "../serve/http/server.ts";
import { createMetrics } from "../serve/metrics/metrics.ts";
import { pageRoutes } from "../serve/page/routes.ts";
import { startHeartbeat } from "../serve/schedule/heartbeat.ts";
import type { Scheduler } from "../serve/schedule/scheduler.ts";
import { STARTING } from "../serve/schedule/scheduler-state.ts";
import { readStatusDocument } from "../serve/status/document.ts";
import { readServiceSettings } from "../service-config.ts";
import { VERSION } from "../version.ts";
import { createPinterestHolder } from "./pinterest-holder.ts";
import { configuredResources, selectAccounts, selectResources } from "./select.ts";
import { createServiceScheduler, type SchedulerParts } from "./service-scheduler.ts";
import { statusRequest } from "./status-request.ts";

export interface ServiceOptions extends Pick<SchedulerParts, "config" | "open" | "logger" | "signal"> {
  /** The machine's when absent. */
  readonly clock?: Clock;
}

/** The schedule, and what is seen of it from outside. */
export interface Service {
  /** Where it answers, for this machine. */
  readonly url: string;
  readonly scheduler: Scheduler;
  /** From now on runs are started: the scheduler beats once a minute. */
  begin(): void;
  isRunning(): boolean;
  /** Waits for the run that the signal has stopped, and closes everything. */
  close(): Promise<void>;
}

/** Answers over HTTP at once, so that probes see a connector that waits for its database; runs start with `begin`. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { config, open, logger, clock = systemClock } = options;
  const { maxStalenessMs } = readServiceSettings(config);
  const holder: { scheduler?: Scheduler } = {};
  const state = () => holder.scheduler?.state() ?? STARTING;
  const isRunning = () => state().running !== undefined;
  const observe = createObserver({
    warehouse: open.warehouse,
    resources: selectResources(undefined, config),
    declared: configuredResources(config),
    accountIds: selectAccounts(undefined, config),
    appId: config.accessToken === undefined ? config.appId : undefined,
  });
  const watched = { observe, scheduler: state, maxStalenessMs, now: clock.now };
  const metrics = createMetrics({ version: VERSION, ...watched });
  const pinterest = createPinterestHolder(config, open, { logger, clock, ...metrics }, isRunning);
  const scheduler = createServiceScheduler({ ...options, clock, metrics, pinterest, state });
  holder.scheduler = scheduler;
  const server = await startServer({
    port: config.port,
    login: config.statusLogin,
    statusPublic: config.statusPublic,
    logger,
    page: pageRoutes(() => readStatusDocument(statusRequest(config, open, clock.now))),
    readiness: () => checkReadiness({ ...watched, token: config }),
    metrics: () => metrics.render(),
  });
  logger.info({ url: server.url }, "listening");
  let heartbeat: ReturnType<typeof startHeartbeat> | undefined;
  return {
    url: server.url,
    scheduler,
    begin() {
      heartbeat = startHeartbeat(() => scheduler.beat(), logger);
    },
    isRunning,
    async close() {
      await heartbeat?.stop();
      await scheduler.close();
      await pinterest.close();
      await server.close();
    },
  };
}
