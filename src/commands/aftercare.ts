import type { Config } from "../config.ts";
import type { OpenWarehouse } from "../context.ts";
import type { Logger } from "../logger.ts";
import { createMaintenance, type Job } from "../serve/schedule/maintenance.ts";
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
  const alerts: Job = {
    name: "alerts",
    everyMs: 0,
    async work() {
      if (!(await isScheduleLed(open.warehouse))) await openAlerts(config, open, logger).check(signal);
    },
  };
  const retention: Job = { name: "retention", everyMs: 0, work: () => sweepBriefly(config, open, signal) };
  const maintain = createMaintenance({
    jobs: [alerts, retention],
    now: Date.now,
    logger,
    signal,
    describe: (error) => asWarehouseError(error, open.warehouse.url),
  });
  await maintain();
}
