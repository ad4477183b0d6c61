import pLimit from "p-limit";
import pg from "pg";
import { ConnectorError } from "../errors.ts";
import { monthsOf, type Window } from "../window.ts";
import { describeConnectionError } from "./connection-error.ts";
import { connectionSettings, type Warehouse } from "./database.ts";

/**
 * Advisory locks of one run, all on one connection of their own, so that they end with the process
 * however it ends. Postgres frees them as soon as the connection is gone.
 */
export interface RunLocks {
  /** True when the lock is ours now; false when another run holds it. */
  tryAcquire(name: string): Promise<boolean>;
  release(name: string): Promise<void>;
  /**
   * Aborted with `lock_lost` when the connection breaks: from then on nobody keeps another run from the same slices,
   * so whoever works under these locks must stop.
   */
  readonly lost: AbortSignal;
  /** Asks the connection for a sign of life; one that gives none in time is lost. */
  check(): Promise<void>;
  /** Breaks the connection at once; Postgres frees the locks. */
  abandon(): void;
  close(): Promise<void>;
}

const CLOSE_TIMEOUT_MS = 2000;
/** Taking a lock or giving it back takes no time; a firewall that drops packets silently gives no answer at all. */
const ANSWER_MS = 15_000;
/** The connection is idle all the time, and when its host crashes the locks should not outlast it by hours. */
const KEEP_ALIVE = `set idle_session_timeout = 0; set statement_timeout = 0; set tcp_keepalives_idle = 30;
  set tcp_keepalives_interval = 10; set tcp_keepalives_count = 3`;

/** Opens the lock connection. One that gives no answer for `answerMs` is lost. */
export async function openLocks(warehouse: Warehouse, answerMs = ANSWER_MS): Promise<RunLocks> {
  const loss = new AbortController();
  const client = new pg.Client(connectionSettings(warehouse.url));
  let closing = false;
  const lost = (cause?: Error) => {
    if (closing) return;
    closing = true;
    loss.abort(lockLost(cause));
  };
  client.on("error", lost);
  client.on("end", () => lost());
  try {
    await client.connect();
    await client.query(KEEP_ALIVE);
  } catch (error) {
    closing = true;
    throw describeConnectionError(error, warehouse.url);
  }
  // Slices ask at the same time, and a connection takes one query after the other.
  const inTurn = pLimit(1);
  const ask = (sql: string, values: readonly string[]) =>
    inTurn(async () => {
      const silence = setTimeout(abandon, answerMs);
      try {
        return await client.query(sql, [...values]);
      } catch (error) {
        throw loss.signal.aborted ? loss.signal.reason : error;
      } finally {
        clearTimeout(silence);
      }
    });
  const call = (sql: string, name: string) => ask(sql, [lockKey(warehouse.schema, name)]);
  function abandon(): void {
    client.connection.stream.destroy();
    lost();
  }
  return {
    lost: loss.signal,
    abandon,
    async check() {
      await ask("select", []);
    },
    async tryAcquire(name) {
      const { rows } = await call("select pg_try_advisory_lock(hashtextextended($1, 0)) as mine", name);
      return rows[0].mine;
    },
    async release(name) {
      await call("select pg_advisory_unlock(hashtextextended($1, 0))", name);
    },
    async close() {
      closing = true;
      // A connection that a firewall has dropped silently never says goodbye.
      const gone = AbortSignal.timeout(CLOSE_TIMEOUT_MS);
      gone.addEventListener("abort", () => client.connection.stream.destroy(), { once: true });
      await client.end();
    },
  };
}

/** The locks of one run on a connection that outlives it: closing gives back what was taken through them. */
export function shareLocks(locks: RunLocks): RunLocks {
  const held = new Set<string>();
  return {
    lost: locks.lost,
    check: () => locks.check(),
    abandon: () => locks.abandon(),
    async tryAcquire(name) {
      const mine = await locks.tryAcquire(name);
      if (mine) held.add(name);
      return mine;
    },
    async release(name) {
      held.delete(name);
      await locks.release(name);
    },
    async close() {
      // With its connection every lock is gone already.
      for (const name of held) if (!locks.lost.aborted) await locks.release(name);
    },
  };
}

/** Advisory locks are per database; the schema keeps two warehouses in one database apart. */
export function lockKey(schema: string, name: string): string {
  return `pinterest-ads:${schema}:${name}`;
}

/** Held by the one process that runs the schedule. */
export const SCHEDULER_LOCK = "scheduler";

/** Whether a process runs the schedule now, by the lock that ends with it. */
export async function isScheduleLed({ knex, schema }: Warehouse): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: { led: boolean }[] }>(`select ${isHeld("?")} as led`, [
    lockKey(schema, SCHEDULER_LOCK),
  ]);
  return rows[0]?.led === true;
}

/** SQL that tells whether anybody holds the lock whose key the expression `key` is. */
export function isHeld(key: string): string {
  // How pg_locks shows a lock of one bigint: its upper and lower half (PostgreSQL: System Views, pg_locks).
  return `exists (
    select from pg_locks where locktype = 'advisory' and objsubid = 1 and granted
       and database = (select oid from pg_database where datname = current_database())
       and (classid::bigint << 32) | objid::bigint = hashtextextended(${key}, 0))`;
}

export function runLock(runId: string): string {
  return `run:${runId}`;
}

export function sliceLock(resource: string, scopeId: string): string {
  return `slice:${resource}:${scopeId}`;
}

/**
 * The locks of a window of metrics, in the order in which to take them: one for each month that it touches, so that
 * windows that overlap always share one.
 */
export function windowLocks(
  resource: string,
  { adAccountId, attribution, window }: { adAccountId: string; attribution: string; window: Window },
): string[] {
  return monthsOf(window).map((month) => sliceLock(`${resource}:${attribution}:${month}`, adAccountId));
}

function lockLost(cause: Error | undefined): ConnectorError {
  return new ConnectorError("lock_lost", "The connection that holds this run's locks broke", {
    nextStep:
      "Nothing is lost: the next run loads the rest. If it happens often, look at the database's log and network.",
    cause,
  });
}
