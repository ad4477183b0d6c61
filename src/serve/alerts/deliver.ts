import type { Logger } from "../../logger.ts";
import type { AlertFormat } from "../../service-sections.ts";
import {
  claimAlerts,
  noteDelivered,
  noteUndelivered,
  readDueDeliveries,
} from "../../warehouse/alert-deliveries.ts";
import { nameWarehouse, type Warehouse } from "../../warehouse/database.ts";
import { type Message, toJsonMessage } from "./message.ts";
import { toSlackMessage } from "./slack.ts";
import type { Webhook } from "./webhook.ts";

export interface DeliveryOptions {
  readonly warehouse: Warehouse;
  readonly webhook: Webhook;
  readonly format: AlertFormat;
  readonly version: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly logger: Logger;
}

/** In the form that is configured. */
export const WRITERS: Record<AlertFormat, (message: Message) => object> = {
  slack: toSlackMessage,
  json: toJsonMessage,
};

/**
 * Tells what has not been told, in one message per kind and status. After a message that was not taken the others wait
 * for the next time: a webhook that hangs is waited for once. Rejects when aborted.
 */
export async function deliverAlerts(options: DeliveryOptions, signal: AbortSignal): Promise<void> {
  const { warehouse, webhook, format, version, now, logger } = options;
  for (const due of await readDueDeliveries(warehouse, now())) {
    const at = now();
    const alerts = await claimAlerts(warehouse, due, at);
    if (alerts.length === 0) continue;
    const problem = await webhook.post(
      WRITERS[format]({ ...due, alerts, version, warehouse: nameWarehouse(warehouse), at }),
      signal,
    );
    const fields = { ...due, alerts: alerts.length };
    if (problem === undefined) {
      await noteDelivered(warehouse, due.status, alerts, now());
      logger.debug(fields, "alerts delivered");
      continue;
    }
    await noteUndelivered(warehouse, alerts, problem);
    logger.warn(
      { ...fields, attempts: Math.max(...alerts.map(({ attempts }) => attempts)), error: problem.reason },
      "alerts not delivered",
    );
    return;
  }
}
