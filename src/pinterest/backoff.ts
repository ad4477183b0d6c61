const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 30_000;

/**
 * How long to wait before trying again, in milliseconds: exponential with full jitter, so that clients which
 * failed together do not come back together. `failures` counts from 1.
 */
export function backoff(failures: number, random: () => number): number {
  return random() * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
}
