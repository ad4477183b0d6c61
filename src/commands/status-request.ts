import { readAnalyticsSettings } from "../analytics-config.ts";
import type { Config } from "../config.ts";
import type { OpenWarehouse } from "../context.ts";
import { longestWindow } from "../resources/attribution.ts";
import type { StatusRequest } from "../serve/status/document.ts";
import { readServiceSettings } from "../service-config.ts";
import { selectAccounts, selectResources } from "./select.ts";

/** What `status` and the status page ask for. `now` is epoch milliseconds. */
export function statusRequest(
  config: Config,
  { warehouse }: OpenWarehouse,
  now: () => number,
): StatusRequest {
  const { attributions } = readAnalyticsSettings(config.file);
  return {
    warehouse,
    resources: selectResources(undefined, config),
    accountIds: selectAccounts(undefined, config),
    settings: readServiceSettings(config),
    token: config,
    settledAfterDays: Math.max(...attributions.map(longestWindow)),
    now,
  };
}
