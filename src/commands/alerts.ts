import type { Config } from "../config.ts";
import type { OpenWarehouse } from "../context.ts";
import type { Logger } from "../logger.ts";
import { type Alerts, createAlerts } from "../serve/alerts/alerts.ts";
import { type SchedulerState, STARTING } from "../serve/scheduler-state.ts";
import { readServiceSettings } from "../service-config.ts";
import { VERSION } from "../version.ts";
import { selectAccounts, selectResources } from "./select.ts";

/** The alerts of this configuration. `state`: of the scheduler, if this process has one. */
export function openAlerts(
  config: Config,
  { warehouse }: OpenWarehouse,
  logger: Logger,
  state: () => SchedulerState = () => STARTING,
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
    now: Date.now,
  });
}
