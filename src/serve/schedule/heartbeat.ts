import { schedule } from "node-cron";
import type { Logger } from "../../logger.ts";

const EVERY_MINUTE = "* * * * *";
/** Longer than between two beats. */
const SILENCE_MS = 70_000;

/** Calls `beat` now and at the start of every minute, which is when cron expressions come, until `stop`. */
export function startHeartbeat(beat: () => Promise<void>, logger: Logger): { stop(): Promise<void> } {
  let beatenAt = Number.NEGATIVE_INFINITY;
  function tick(): void {
    beatenAt = performance.now();
    void beat();
  }
  const task = schedule(EVERY_MINUTE, tick, {
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
  // After the clock was set back, the next minute is one that has been, and cron waits until it comes again.
  const watchdog = setInterval(() => {
    if (performance.now() - beatenAt > SILENCE_MS) tick();
  }, SILENCE_MS / 2);
  tick();
  return {
    async stop() {
      clearInterval(watchdog);
      await task.destroy();
    },
  };
}
