import type { Warehouse } from "../../warehouse/database.ts";
import { openLocks, type RunLocks, SCHEDULER_LOCK } from "../../warehouse/locks.ts";

/** Whether this process is the one that runs the schedule. The lock's connection also carries the locks of its runs. */
export interface Leadership {
  /** Asks anew, on a new connection if the last one broke; the locks when this process leads, else undefined. */
  claim(): Promise<RunLocks | undefined>;
  /** Lets another process take over. */
  close(): Promise<void>;
}

/** A run that was stopped is closed by then, unless the connection of its locks hangs. */
const STOP_PATIENCE_MS = 6000;

/** At most one process per warehouse leads; it leads until it ends or its connection breaks. */
export function createLeadership(warehouse: Warehouse, signal: AbortSignal): Leadership {
  let locks: RunLocks | undefined;
  let leads = false;
  signal.addEventListener("abort", () => setTimeout(() => locks?.abandon(), STOP_PATIENCE_MS).unref(), {
    once: true,
  });

  async function drop(): Promise<void> {
    const former = locks;
    locks = undefined;
    leads = false;
    await former?.close();
  }

  return {
    async claim() {
      // A connection that is silently gone would keep this process from leading, and the next one as well.
      if (locks && !(await answers(locks))) await drop();
      locks ??= await openLocks(warehouse);
      // Asking again for a lock that is ours would take it twice.
      leads ||= await locks.tryAcquire(SCHEDULER_LOCK);
      return leads ? locks : undefined;
    },
    close: drop,
  };
}

async function answers(locks: RunLocks): Promise<boolean> {
  try {
    await locks.check();
  } catch (error) {
    if (!locks.lost.aborted) throw error;
  }
  return !locks.lost.aborted;
}
