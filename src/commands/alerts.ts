import type { Config } from "../config.ts";
import type { OpenWarehouse } from "../context.ts";
import type { Logger } from "../logger.ts";
import { type Alerts, createAlerts } from "../serve/alerts/alerts.ts";
import { type SchedulerState, STARTING } from "../serve/schedule/scheduler-state.ts";
import { readServiceSettings } from "../service-config.ts";
import { VERSION } from "../version.ts";
import { selectAccounts, selectResources } from "./select.ts";

/** What a process that stays up has of its own. */
interface OfService {
  /** Of its scheduler. */
  readonly state: () => SchedulerState;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The alerts of this configuration. */
export function openAlerts(
  config: Config,
  { warehouse }: OpenWarehouse,
  logger: Logger,
  { state, now }: OfService = { state: () => STARTING, now: Date.now },
): Alerts {
  return createAlerts({
    warehouse,
    resources: selectResources(undefined, config),
    accountIds: selectAccounts(undefined, config),
    settings: readServiceSettings(config),
    token: config,
    state,
    logger,
    version: VERSION,
    now,
  });
}
