import { closeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Files } from "./files.ts";
import { endPostmaster, isRunning, readPostmaster } from "./postmaster.ts";
import { isKept } from "./users.ts";

/** A keeper whose last user has gone reacts within milliseconds; one that still reads after this has others. */
const REACTION_MS = 1_000;
/** The bound of Postgres' fast shutdown, which includes its last checkpoint. */
const SHUTDOWN_MS = 30_000;
const POLL_MS = 10;

/**
 * Leaves the users of the server. When nobody else uses it, waits until it has stopped: cleanly within 30 s,
 * else by force.
 * @param user our end of the pipe and, for who started the keeper, whether that has ended.
 */
export async function leave(
  files: Files,
  user: { readonly writer: number; readonly hasEnded?: () => boolean },
): Promise<void> {
  const postmaster = await readPostmaster(files);
  const hasEnded = async () => {
    if (user.hasEnded !== undefined) return user.hasEnded();
    return postmaster === undefined || !(await isRunning(files, postmaster));
  };
  closeSync(user.writer);
  if (await becomesTrue(hasEnded, REACTION_MS)) return;
  if (isKept(files)) return;
  if (await becomesTrue(hasEnded, SHUTDOWN_MS)) return;
  if (postmaster !== undefined) await endPostmaster(files, postmaster);
}

async function becomesTrue(condition: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}
