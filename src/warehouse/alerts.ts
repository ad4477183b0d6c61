import type { Knex } from "knex";
import type { Warehouse } from "./database.ts";
import { lockKey } from "./locks.ts";
import { TABLE_PREFIX } from "./names.ts";
import { inShortTransaction } from "./short-transaction.ts";

export const ALERTS = `${TABLE_PREFIX}alerts`;

/** An alert that lasts. */
export interface OpenAlert {
  readonly kind: string;
  readonly subject: string;
  /** The smaller the more urgent, such as days that a token has left; null where urgency does not grow. */
  readonly level: string | null;
  readonly summary: string;
  readonly details: string | null;
  readonly next_step: string;
  readonly raised_at: Date;
}

/** What an alert says; `raised_at` and the books of its delivery are kept beside it. */
export type AlertContent = Omit<OpenAlert, "raised_at">;

/** What became of the alerts. */
export interface AlertChanges {
  readonly raised: readonly AlertContent[];
  /** Open before, and more urgent now. */
  readonly grown: readonly AlertContent[];
  readonly resolved: readonly AlertContent[];
}

const CONTENT = ["kind", "subject", "level", "summary", "details", "next_step"] as const;
const NOT_DELIVERED = {
  notified_at: null,
  notified_level: null,
  resolved_at: null,
  resolution_notified_at: null,
  attempts: 0,
  retry_at: null,
  delivery_error: null,
  perhaps_notified: null,
};
/** One statement takes at most 65,535 parameters. */
const ROWS_AT_ONCE = 1000;

/** The newest last. */
export async function readOpenAlerts({ knex }: Warehouse): Promise<OpenAlert[]> {
  return knex(ALERTS)
    .whereNull("resolved_at")
    .orderBy(["raised_at", "kind", "subject"])
    .select(...CONTENT, "raised_at");
}

/** What is to become of open alerts of which nothing says that they hold. */
export interface EndOfAlerts {
  /** It stays open, for nobody knows whether it is over. */
  readonly isHeld: (alert: AlertContent) => boolean;
  /** It ends without a word to the webhook. */
  readonly hasLapsed: (alert: AlertContent) => boolean;
}

/**
 * Makes the open alerts those in `holding`, the last of each kind and subject: others are resolved, unless `isHeld`.
 * One that comes back is raised anew, whether or not its end was told. Processes that do this at once take turns, so
 * that only one of them finds a change. `at` is epoch milliseconds.
 */
export async function settleAlerts(
  { knex, schema }: Warehouse,
  holding: readonly AlertContent[],
  { isHeld, hasLapsed }: EndOfAlerts,
  at: number,
): Promise<AlertChanges> {
  return inShortTransaction(knex, async (transaction) => {
    await transaction.raw("select pg_advisory_xact_lock(hashtextextended(?, 0))", [
      lockKey(schema, "alerts"),
    ]);
    const open = await transaction<AlertContent>(ALERTS)
      .whereNull("resolved_at")
      .orderBy(["kind", "subject"])
      .select(...CONTENT);
    const before = new Map(open.map((alert) => [identify(alert), alert]));
    const now = new Map(holding.map((alert) => [identify(alert), alert]));
    const raised = [...now.values()].filter((alert) => !before.has(identify(alert)));
    const changed = [...now.values()].filter((alert) => differs(alert, before.get(identify(alert))));
    const resolved = open.filter((alert) => !now.has(identify(alert)) && !isHeld(alert));
    for (const rows of inChunks(raised))
      await write(
        transaction,
        rows.map((row) => ({ ...row, ...NOT_DELIVERED, raised_at: new Date(at) })),
      );
    for (const rows of inChunks(changed)) await write(transaction, rows);
    const moment = new Date(at);
    const end = { resolved_at: moment, attempts: 0, retry_at: null, delivery_error: null };
    for (const [lapsed, same] of Map.groupBy(resolved, hasLapsed))
      for (const rows of inChunks(same))
        await transaction(ALERTS)
          .whereIn(["kind", "subject"], rows.map(keyOf))
          .update({ ...end, ...(lapsed && { resolution_notified_at: moment }) });
    const grown = changed.filter((alert) => isMoreUrgent(alert, before.get(identify(alert))));
    return { raised, grown, resolved };
  });
}

async function write(transaction: Knex.Transaction, rows: readonly object[]): Promise<void> {
  await transaction(ALERTS)
    .insert([...rows])
    .onConflict(["kind", "subject"])
    .merge();
}

function* inChunks<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE)
    yield rows.slice(start, start + ROWS_AT_ONCE);
}

function keyOf({ kind, subject }: Pick<AlertContent, "kind" | "subject">): [string, string] {
  return [kind, subject];
}

function identify(alert: AlertContent): string {
  return JSON.stringify(keyOf(alert));
}

/** Whether an open alert says something else by now. */
function differs(alert: AlertContent, before: AlertContent | undefined): boolean {
  return before !== undefined && CONTENT.some((column) => alert[column] !== before[column]);
}

function isMoreUrgent({ level }: AlertContent, before: AlertContent | undefined): boolean {
  return level !== null && before?.level != null && Number(level) < Number(before.level);
}
