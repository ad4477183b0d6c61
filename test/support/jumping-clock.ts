import type { Clock } from "../../src/pinterest/clock.ts";
import { throwIfAborted } from "../../src/pinterest/interrupted.ts";

export interface JumpingClock extends Clock {
  /** Every span that was slept, in milliseconds. */
  readonly sleeps: readonly number[];
  advance(ms: number): void;
}

/** A clock on which sleeping takes no time but moves the hands. */
export function createJumpingClock(start = Date.UTC(2026, 0, 1)): JumpingClock {
  let now = start;
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
    sleep: async (ms, signal) => {
      throwIfAborted(signal);
      sleeps.push(ms);
      // Sleepers that started together wake together.
      const until = now + ms;
      await Promise.resolve();
      now = Math.max(now, until);
    },
  };
}
