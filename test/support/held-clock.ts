import type { Clock } from "../../src/pinterest/clock.ts";
import { interrupted } from "../../src/pinterest/interrupted.ts";

export interface HeldClock extends Clock {
  /** How many are sleeping. */
  sleepers(): number;
  /** Lets so much time pass; those whose sleep is over wake up. */
  advance(ms: number): void;
}

/** A clock that stands still until it is told to go on. */
export function createHeldClock(start = Date.UTC(2026, 0, 1)): HeldClock {
  let now = start;
  const sleepers = new Set<{ until: number; wake: () => void }>();
  return {
    now: () => now,
    sleepers: () => sleepers.size,
    advance: (ms) => {
      now += ms;
      for (const sleeper of sleepers) {
        if (sleeper.until > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(interrupted());
        if (ms <= 0) return resolve();
        const sleeper = { until: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener(
          "abort",
          () => {
            sleepers.delete(sleeper);
            reject(interrupted());
          },
          { once: true },
        );
      }),
  };
}
