import { schedule } from "node-cron";
import type { Logger } from "../logger.ts";

const EVERY_MINUTE = "* * * * *";

/** Calls `beat` now and at the start of every minute, which is when cron expressions come, until `stop`. */
export function startHeartbeat(beat: () => Promise<void>, logger: Logger): { stop(): Promise<void> } {
  const task = schedule(EVERY_MINUTE, beat, {
    name: "heartbeat",
    timezone: "UTC",
    // A machine that slept or was busy misses minutes, and the next beat makes up for them.
    suppressMissedWarning: true,
    logger: {
      info: (message) => logger.debug({ detail: message }, "heartbeat"),
      debug: (message) => logger.debug({ detail: String(message) }, "heartbeat"),
      warn: (message) => logger.warn({ detail: message }, "heartbeat"),
      error: (message) => logger.error({ detail: String(message) }, "heartbeat"),
    },
  });
  void beat();
  return {
    async stop() {
      await task.destroy();
    },
  };
}
