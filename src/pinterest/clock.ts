import { setTimeout as wait } from "node:timers/promises";
import { interrupted } from "./interrupted.ts";

/** Time as the client sees it, so that tests need not wait. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with `interrupted` as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Node cuts longer timers down to 1 ms. Callers that sleep until a moment look at the time again afterwards. */
const LONGEST_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    try {
      await wait(Math.min(Math.max(0, ms), LONGEST_TIMER_MS), undefined, signal ? { signal } : undefined);
    } catch (error) {
      throw signal?.aborted ? interrupted() : error;
    }
  },
};
