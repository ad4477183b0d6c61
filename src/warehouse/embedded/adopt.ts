import { randomBytes } from "node:crypto";
import { closeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { Files } from "./files.ts";
import { logSize, readLog } from "./log.ts";
import { type Waiting, waitUntilReady } from "./ready.ts";
import { announceUser, isKept, joinUsers } from "./users.ts";

const ANSWER_TIMEOUT_MS = 2_000;
const POLL_MS = 10;

export interface Adopted {
  readonly port: number;
  /** Our end of the pipe of users: closing it is leaving. */
  readonly writer: number;
}

/**
 * Joins the users of a server that another process started, and waits until it is ready.
 * @returns undefined when there is none, or when it ended (or was ending) meanwhile.
 */
export async function adopt(
  files: Files,
  password: string,
  waiting: Omit<Waiting, "hasEnded">,
): Promise<Adopted | undefined> {
  const writer = joinUsers(files);
  if (writer === undefined) return undefined;
  let adopted: Adopted | undefined;
  try {
    if (await isWelcome(files, writer)) {
      const { port } = await waitUntilReady(files, password, { ...waiting, hasEnded: () => !isKept(files) });
      if (port !== undefined) adopted = { port, writer };
    }
    return adopted;
  } finally {
    if (adopted === undefined) closeSync(writer);
  }
}

/**
 * A keeper that has seen its last user go stops Postgres, even if somebody opens the pipe in the instant before
 * it closes its end. One that answers has not: it saw us first, and will stay as long as we do.
 */
async function isWelcome(files: Files, writer: number): Promise<boolean> {
  const name = `process ${process.pid} (${randomBytes(4).toString("hex")})`;
  const from = await logSize(files);
  if (!announceUser(writer, name)) return false;
  const deadline = Date.now() + ANSWER_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if ((await readLog(files, from)).includes(`${name} joined`)) return true;
    if (!isKept(files)) return false;
    await delay(POLL_MS);
  }
  return false;
}
