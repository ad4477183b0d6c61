import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 20;

/** Waits until `condition` holds; fails after `timeoutMs`, saying what did not happen. */
export async function waitUntil(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await delay(POLL_MS);
  }
}
