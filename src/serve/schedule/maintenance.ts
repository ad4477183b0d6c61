import type { ConnectorError } from "../../errors.ts";
import type { Logger } from "../../logger.ts";

/** Something to be done from time to time. */
export interface Job {
  /** For the log. */
  readonly name: string;
  readonly everyMs: number;
  /** Bounded in time. */
  readonly work: () => Promise<unknown>;
}

/**
 * Does each job that has not been tried for as long as it may wait, one after the other; at first all of them.
 * A failure is logged once and waits for its next turn: none of the jobs may keep runs from being started.
 */
export function createMaintenance(options: {
  readonly jobs: readonly Job[];
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Any error as one with a code. */
  readonly describe: (error: unknown) => ConnectorError;
}): () => Promise<void> {
  const { jobs, now, logger, signal } = options;
  const tried = new Map<string, number>();
  /** Why each failed the last time: what lasts is said once. */
  const failing = new Map<string, string>();
  return async () => {
    for (const { name, everyMs, work } of jobs) {
      const last = tried.get(name);
      const elapsed = last === undefined ? everyMs : now() - last;
      // Less than nothing when the clock was set back.
      if (signal.aborted || (elapsed >= 0 && elapsed < everyMs)) continue;
      tried.set(name, now());
      try {
        await work();
        failing.delete(name);
      } catch (error) {
        const { code, message } = options.describe(error);
        if (!signal.aborted && failing.get(name) !== code)
          logger.warn({ job: name, error_code: code, error: message }, "maintenance job failed");
        failing.set(name, code);
      }
    }
  };
}
