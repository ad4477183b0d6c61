import type { Knex } from "knex";
import { ALERTS, type OpenAlert } from "./alerts.ts";
import type { Warehouse } from "./database.ts";
import { inShortTransaction } from "./short-transaction.ts";

/** Whether a message tells that alerts have begun (or become more urgent), or that they are over. */
export type DeliveryStatus = "firing" | "resolved";

/** What is to be told about one kind of alerts. */
export interface DueDelivery {
  readonly kind: string;
  readonly status: DeliveryStatus;
}

/** An alert that this process is to deliver, and nobody else until its next try is due. */
export interface ClaimedAlert extends OpenAlert {
  readonly resolved_at: Date | null;
  /** Deliveries that were begun since the last that succeeded, this one included. */
  readonly attempts: number;
  /** An earlier delivery may have arrived though it failed. */
  readonly perhaps_notified: boolean;
}

/** Longer than a delivery takes, for within it nobody else delivers the same. */
const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 3_600_000;
/** More would make a message that nobody reads. */
const ALERTS_PER_MESSAGE = 200;

const TELLS: Record<DeliveryStatus, string> = {
  firing: "resolved_at is null and (notified_at is null or level::numeric < notified_level::numeric)",
  // What nobody was told of need not be called off.
  resolved:
    "resolved_at is not null and (notified_at is not null or perhaps_notified) and resolution_notified_at is null",
};
/** A time further ahead than any pause was written by a clock that was wrong. */
const DUE = "(retry_at > :now and retry_at < :latest) is not true";

/** What is to be told now, ends first; `at` is epoch milliseconds. */
export async function readDueDeliveries({ knex }: Warehouse, at: number): Promise<DueDelivery[]> {
  const { rows } = await knex.raw<{ rows: DueDelivery[] }>(
    `select distinct kind, status
       from (select kind, 'resolved' as status from ${ALERTS} where ${TELLS.resolved} and ${DUE}
             union all
             select kind, 'firing' from ${ALERTS} where ${TELLS.firing} and ${DUE}) as due
      order by status desc, kind`,
    momentsOf(at),
  );
  return rows;
}

/**
 * The alerts for one message. Its next try is written down beforehand, so that neither another process nor one that
 * follows a crash delivers them until then; that a message was sent is noted after it was, so a crash in between
 * repeats one. Until its outcome is noted it may have arrived, so that the end of an alert is told whatever becomes of
 * this process. Of two processes at once the second waits, and gets nothing.
 */
export async function claimAlerts(
  { knex }: Warehouse,
  { kind, status }: DueDelivery,
  at: number,
): Promise<ClaimedAlert[]> {
  const { rows } = await inShortTransaction(knex, (transaction) =>
    transaction.raw<{ rows: ClaimedAlert[] }>(
      `with due as (
       select kind, subject, coalesce(perhaps_notified, false) as perhaps_notified
         from ${ALERTS} where kind = :kind and ${TELLS[status]} and ${DUE}
        order by subject limit ${ALERTS_PER_MESSAGE} for update),
     claimed as (
       update ${ALERTS} as a
          set attempts = coalesce(a.attempts, 0) + 1, perhaps_notified = true,
              retry_at = cast(:now as timestamptz) + interval '1 millisecond'
                * least(${LONGEST_RETRY_MS}, ${FIRST_RETRY_MS} * 2 ^ least(coalesce(a.attempts, 0), 30))
         from due where a.kind = due.kind and a.subject = due.subject
       returning a.kind, a.subject, a.level, a.summary, a.details, a.next_step, a.raised_at, a.resolved_at,
                 a.attempts, due.perhaps_notified)
     select kind, subject, level, summary, details, next_step, raised_at, resolved_at, attempts::int, perhaps_notified
       from claimed order by raised_at, subject`,
      { kind, ...momentsOf(at) },
    ),
  );
  return rows;
}

/** Notes that the message was taken. What was raised anew meanwhile stays to be told. */
export async function noteDelivered(
  warehouse: Warehouse,
  status: DeliveryStatus,
  claimed: readonly ClaimedAlert[],
  at: number,
): Promise<void> {
  const moment = new Date(at);
  // Alerts of one message may differ in level.
  for (const [level, same] of Map.groupBy(claimed, (alert) => alert.level))
    await selectClaimed(warehouse, same).update({
      ...(status === "resolved"
        ? { resolution_notified_at: moment }
        : { notified_at: moment, notified_level: level }),
      attempts: 0,
      retry_at: null,
      delivery_error: null,
      perhaps_notified: null,
    });
}

/** Notes why a message was not taken; when it is tried again is written down already. */
export async function noteUndelivered(
  warehouse: Warehouse,
  claimed: readonly ClaimedAlert[],
  { reason, wasSent }: { readonly reason: string; readonly wasSent: boolean },
): Promise<void> {
  for (const [before, same] of Map.groupBy(claimed, (alert) => alert.perhaps_notified))
    await selectClaimed(warehouse, same).update({
      delivery_error: reason,
      // Who did not answer in time may have taken it all the same.
      perhaps_notified: before || wasSent || null,
    });
}

/** The values of `DUE`. */
function momentsOf(at: number): { now: Date; latest: Date } {
  return { now: new Date(at), latest: new Date(at + 2 * LONGEST_RETRY_MS) };
}

function selectClaimed({ knex }: Warehouse, claimed: readonly ClaimedAlert[]): Knex.QueryBuilder {
  return knex(ALERTS).whereIn(
    ["kind", "subject", "raised_at"],
    claimed.map(({ kind, subject, raised_at }) => [kind, subject, raised_at]),
  );
}
