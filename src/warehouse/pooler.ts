import type { Client } from "pg";
import { ConnectorError } from "../errors.ts";

/** Lends a connection to itself for as long as `work` takes. */
type Lend = <T>(work: (client: Client) => Promise<T>) => Promise<T>;

/**
 * One look may miss it: on a busy pooler another client may come in between, and leave us the backend that we had.
 */
const LOOKS = 5;

/**
 * Throws `pooled_connection` when a pooler gives each transaction (or statement) another backend: the settings of a
 * session, advisory locks and temporary tables would be with one backend and the work with another. Costs one query
 * where nothing is in between, and with a pooler a second connection.
 */
export async function assertSessions(lend: Lend): Promise<void> {
  const pooled = await lend(async (first) => {
    // A pooler cannot know at login which backend there will be, and makes the number up.
    if (numberAtLogin(first) === (await backendOf(first))) return false;
    return lend((second) => takesBackend(first, second));
  });
  if (!pooled) return;
  throw new ConnectorError(
    "pooled_connection",
    "DATABASE_URL leads to a pooler (such as PgBouncer) in transaction or statement mode, where nothing stays with its connection: neither advisory locks, nor temporary tables, nor settings",
    {
      nextStep:
        "Connect to Postgres directly, or by a pool in session mode (pool_mode = session) of at least `concurrency` + 2 connections.",
    },
  );
}

/** True when `second`, within a transaction, comes to use the backend that `first` had, and both stay connected. */
async function takesBackend(first: Client, second: Client): Promise<boolean> {
  for (let look = 1; look <= LOOKS; look += 1) {
    const had = await backendOf(first);
    try {
      await second.query("begin");
      if ((await backendOf(second)) === had || (await backendOf(first)) !== had) return true;
    } catch (error) {
      if (!(error instanceof Error) || !/statement pooling/.test(error.message)) throw error;
      return true;
    } finally {
      // Out of a transaction that still stands; one that broke has nothing to roll back.
      await second.query("rollback").catch(() => undefined);
    }
  }
  return false;
}

function numberAtLogin(client: Client): unknown {
  return "processID" in client ? client.processID : undefined;
}

async function backendOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  return rows[0]?.pid ?? 0;
}
