const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 30_000;

/**
 * How long to wait before trying again, in milliseconds: exponential, the upper half of it by chance, so that
 * clients which failed together do not come back together, and six tries outlast a short outage. `failures` counts from 1.
 */
export function backoff(failures: number, random: () => number): number {
  const longest = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (failures - 1));
  return (longest * (1 + random())) / 2;
}
