import { setTimeout as sleep } from "node:timers/promises";
import type { Warehouse } from "../warehouse/database.ts";

/** What is under way gets this long to stop after an interruption; then its connections are cut. */
const STOP_GRACE_MS = 3500;

/**
 * Runs `work` to its end. Once `signal` is aborted, slices stop by themselves at their next page and a merge
 * under way may end; whatever then still hangs, on a lock of somebody else or a dead network, is cut off.
 */
export async function withStopGrace<T>(
  warehouse: Warehouse,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const cutting = cutWhileHanging(warehouse, signal, ended.signal);
  try {
    return await work();
  } finally {
    ended.abort();
    await cutting;
  }
}

async function cutWhileHanging(warehouse: Warehouse, signal: AbortSignal, ended: AbortSignal): Promise<void> {
  await aborted(AbortSignal.any([signal, ended]));
  while (!ended.aborted) {
    await Promise.race([sleep(STOP_GRACE_MS, undefined, { ref: false }), aborted(ended)]);
    if (!ended.aborted) warehouse.cutConnections();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
