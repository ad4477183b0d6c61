import type { ConnectorError } from "../../errors.ts";
import type { Logger } from "../../logger.ts";
import { unlessAborted } from "../../pinterest/interrupted.ts";
import { type AlertChanges, type AlertContent, settleAlerts } from "../../warehouse/alerts.ts";
import { readBriefly } from "../../warehouse/brief-read.ts";
import { asWarehouseError } from "../../warehouse/connection-error.ts";
import { nameWarehouse, type Warehouse } from "../../warehouse/database.ts";
import { isAmong, toContent } from "./condition.ts";
import { deliverAlerts, WRITERS } from "./deliver.ts";
import { findConditions, type Watched } from "./find-conditions.ts";
import { createOutageWatch } from "./outage.ts";
import { createWebhook } from "./webhook.ts";

export interface AlertsOptions extends Watched {
  readonly warehouse: Warehouse;
  readonly logger: Logger;
  readonly version: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How long the webhook may take for a message; 10 seconds when absent. */
  readonly webhookTimeoutMs?: number;
  /** How long a check may take; a minute when absent. */
  readonly checkTimeoutMs?: number;
}

/** What needs a person, kept in `pinterest_ads_alerts` and told to the webhook. */
export interface Alerts {
  /**
   * Looks once: what has begun is raised and what has ended resolved, each with a log line and, if there is a webhook,
   * told by it once. Ends within `checkTimeoutMs` or when aborted. Never rejects; what went wrong is logged.
   */
  check(signal: AbortSignal): Promise<void>;
  /** The warehouse could be used just now, or why not; the webhook is told of an outage that lasts. Never rejects. */
  watchWarehouse(problem: ConnectorError | undefined, signal: AbortSignal): Promise<void>;
}

const WEBHOOK_TIMEOUT_MS = 10_000;
const READ_TIMEOUT_MS = 10_000;
const CHECK_TIMEOUT_MS = 60_000;

export function createAlerts(options: AlertsOptions): Alerts {
  const { warehouse, logger, version, now, settings, checkTimeoutMs = CHECK_TIMEOUT_MS } = options;
  const webhook =
    settings.webhook &&
    createWebhook({
      url: settings.webhook.url,
      version,
      timeoutMs: options.webhookTimeoutMs ?? WEBHOOK_TIMEOUT_MS,
    });

  const outage = createOutageWatch(
    async (status, alert, signal) => {
      if (!webhook || !settings.webhook) return undefined;
      const { kind } = alert;
      const message = {
        kind,
        status,
        alerts: [alert],
        version,
        warehouse: nameWarehouse(warehouse),
        at: now(),
      };
      return (await webhook.post(WRITERS[settings.webhook.format](message), signal))?.reason;
    },
    now,
    logger,
  );

  async function look(signal: AbortSignal): Promise<void> {
    const { conditions, held, lapsed } = await readBriefly(warehouse, READ_TIMEOUT_MS, (brief) =>
      findConditions(brief, options, now()),
    );
    if (signal.aborted) return;
    const contents = conditions.map(toContent);
    const end = {
      isHeld: (alert: AlertContent) => isAmong(held, alert),
      hasLapsed: (alert: AlertContent) => isAmong(lapsed, alert),
    };
    report(logger, await settleAlerts(warehouse, contents, end, now()));
    if (!webhook || !settings.webhook || signal.aborted) return;
    const { format } = settings.webhook;
    await deliverAlerts({ warehouse, webhook, format, version, now, logger }, signal);
  }

  return {
    async check(signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(checkTimeoutMs)]);
      try {
        await unlessAborted(look(limited), limited);
      } catch (error) {
        if (signal.aborted) return;
        const { code, message } = asWarehouseError(error, warehouse.url);
        logger.warn({ error_code: code, error: message }, "alerts not checked");
      }
    },
    async watchWarehouse(problem, signal) {
      try {
        await (problem ? outage.failed(problem, signal) : outage.worked(signal));
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error }, "outage not told");
      }
    },
  };
}

function report(logger: Logger, { raised, grown, resolved }: AlertChanges): void {
  for (const alert of raised) logger.warn(toFields(alert), "alert raised");
  for (const alert of grown) logger.warn(toFields(alert), "alert more urgent");
  for (const { kind, subject, summary } of resolved)
    logger.info({ kind, subject, summary }, "alert resolved");
}

/** The field `level` of a log line is another. */
function toFields({ level, ...alert }: AlertContent): object {
  return { ...alert, ...(level !== null && { days_left: Number(level) }) };
}
