import type { ClaimedAlert, DeliveryStatus } from "../../warehouse/alert-deliveries.ts";

/** What one message tells: alerts of one kind that have begun, or that are over. */
export interface Message {
  readonly kind: string;
  readonly status: DeliveryStatus;
  readonly alerts: readonly ClaimedAlert[];
  /** Version of the connector. */
  readonly version: string;
  /** Which one of several: place of the database and schema. */
  readonly warehouse: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Says in each message where it comes from. */
export const SOURCE = "pinterest-ads-warehouse";

/** The message in a form for programs. */
export function toJsonMessage({ kind, status, alerts, version, warehouse, at }: Message): object {
  return {
    source: SOURCE,
    version,
    warehouse,
    kind,
    status,
    at: new Date(at).toISOString(),
    alerts: alerts.map((alert) => ({
      subject: alert.subject,
      level: alert.level,
      summary: alert.summary,
      details: alert.details,
      next_step: alert.next_step,
      since: alert.raised_at.toISOString(),
      resolved_at: alert.resolved_at?.toISOString() ?? null,
    })),
  };
}
