import type { Config } from "../config.ts";
import type { OpenWarehouse } from "../context.ts";
import type { Logger } from "../logger.ts";
import { SCHEDULES } from "../schedules.ts";
import { createMaintenance, type Job } from "../serve/schedule/maintenance.ts";
import { STARTING } from "../serve/schedule/scheduler-state.ts";
import { readServiceSettings } from "../service-config.ts";
import { asWarehouseError } from "../warehouse/connection-error.ts";
import { isScheduleLed } from "../warehouse/locks.ts";
import { sweepBooks } from "../warehouse/retention.ts";
import { openAlerts } from "./alerts.ts";

/** Something else waits meanwhile; the rest is swept the next time. */
const SWEEP_MS = 20_000;

/** Sweeps the books for a while; see `sweepBooks`. */
export function sweepBriefly(config: Config, { warehouse }: OpenWarehouse, signal: AbortSignal) {
  const { runsDays, rejectedDays } = readServiceSettings(config);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(SWEEP_MS)]);
  return sweepBooks(warehouse, { runsDays, rejectedDays, signal: limited });
}

/**
 * What `schedule` does between runs, for runs that something else starts: alerts are kept, and told if there is a
 * webhook, and old books swept. A process that runs the schedule sees to all alerts itself, and knows more of them.
 * Never rejects.
 */
export async function careAfterRun(
  config: Config,
  open: OpenWarehouse,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const alerts = () => openAlerts(config, open, logger).check(signal);
  await doOnce(
    { alerts: unlessLed(open, alerts), retention: () => sweepBriefly(config, open, signal) },
    open,
    logger,
    signal,
  );
}

/**
 * The same while a run is under way: what became of a former one that was stopped or killed, which could not tell it
 * itself, as this one may not either. Never rejects.
 */
export async function careDuringRun(
  config: Config,
  open: OpenWarehouse,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  // What is old is about to be loaded.
  const state = { ...STARTING, running: { schedules: SCHEDULES, since: Date.now() } };
  const alerts = () => openAlerts(config, open, logger, { state: () => state, now: Date.now }).check(signal);
  await doOnce({ alerts: unlessLed(open, alerts) }, open, logger, signal);
}

function unlessLed({ warehouse }: OpenWarehouse, work: () => Promise<void>): () => Promise<void> {
  return async () => {
    if (!(await isScheduleLed(warehouse))) await work();
  };
}

async function doOnce(
  jobs: Readonly<Record<string, Job["work"]>>,
  { warehouse }: OpenWarehouse,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const maintain = createMaintenance({
    jobs: Object.entries(jobs).map(([name, work]) => ({ name, everyMs: 0, work })),
    now: Date.now,
    logger,
    signal,
    describe: (error) => asWarehouseError(error, warehouse.url),
  });
  await maintain();
}
